package io.ciranda.samples.lecture.labels;

import io.ciranda.nn.Cell;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.text.LabelledSentence;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTagger;
import io.ciranda.sequence.TaggingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example tagger}. */
@Command(
    name = "tagger",
    description = {
      "A label for each word: a BiLSTM that knows whole words and tells each label by itself;",
      "with a CRF, which tells a sentence's labels together (Viterbi); and with their letters."
    })
public final class Tagger extends LectureExample {
  private static final String NO_ENTITY = "O";

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = {
        "With train.tsv, devel.tsv and test.tsv, or each with .gz: a word, a tab and a label a line",
        "(B-TYPE, I-TYPE or O), an empty line after each sentence. The NCBI disease corpus has this form",
        "in github.com/cambridgeltl/MTL-Bioinformatics-2016 (default: made-up sentences)."
      })
  private Path data;

  @Option(
      names = "--sentences",
      paramLabel = "N",
      defaultValue = "400",
      description = "Made-up ones to learn from (default: ${DEFAULT-VALUE}).")
  private int sentences;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "40",
      description =
          "At most; fewer where devel's loss has not fallen for ten (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--goal",
      paramLabel = "F1",
      description = "What must be reached (default: 0.76 with --data, else 0.94).")
  private Double goal;

  @Override
  public int seconds() {
    return 60;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(sentences >= 20, "--sentences: expected at least 20, actual " + sentences);
    require(epochs >= 1, "--epochs: expected at least 1, actual " + epochs);
    Corpus corpus = data == null ? Corpus.madeUp(sentences, lesson.seed()) : Corpus.read(data);
    lesson.data(corpus.toString());

    // Words that occur once, and now and then others, are the unknown word: test has many.
    SequenceOptions words =
        SequenceOptions.standard()
            .withCell(Cell.LSTM)
            .withHidden(100)
            .withDropout(0.5)
            .withMinCount(2)
            .withUnknownRate(0.3)
            .withEpochs(epochs)
            .withSeed(lesson.seed())
            .withListener(lesson.epochs("nats a word"));
    SequenceOptions letters = words.withSpelled(1, 25);
    try (SequenceTagger bilstm = fit(corpus, words);
        SequenceTagger withCrf = fit(corpus, words.withCrf(true));
        SequenceTagger withLetters = fit(corpus, letters);
        SequenceTagger withBoth = fit(corpus, letters.withCrf(true))) {
      lesson.show(Figure.of("entity F1, BiLSTM", f1(bilstm, corpus)));
      lesson.show(Figure.of("entity F1, BiLSTM-CRF", f1(withCrf, corpus)));
      lesson.show(Figure.of("entity F1, BiLSTM with letters", f1(withLetters, corpus)));
      lesson.show(
          Figure.of("entity F1, BiLSTM-CRF with letters", f1(withBoth, corpus))
              .atLeast(goal != null ? goal : data == null ? 0.94 : 0.76)
              .beside("the word's usual label", usualLabels(corpus)));
      lesson.picture("tagger-transitions", Drawings.transitions(withBoth));
      lesson.picture(
          "tagger-sentences",
          Drawings.sentences(corpus.test(), labels(bilstm, corpus), labels(withBoth, corpus)));
    }
  }

  /** F1 of giving each word the label that it has most often; O where it was never seen. */
  private static double usualLabels(Corpus corpus) {
    var counts = new HashMap<String, Map<String, Integer>>(); // by word, then by label
    for (LabelledSentence sentence : corpus.train()) {
      for (int t = 0; t < sentence.words().size(); t++) {
        counts
            .computeIfAbsent(sentence.words().get(t), _ -> new TreeMap<>(Map.of(NO_ENTITY, 0)))
            .merge(sentence.labels().get(t), 1, Integer::sum);
      }
    }
    var usual = new HashMap<String, String>();
    counts.forEach(
        (word, labels) ->
            usual.put(
                word, Collections.max(labels.entrySet(), Map.Entry.comparingByValue()).getKey()));
    return TaggingMetrics.of(
            corpus.test().stream().map(LabelledSentence::labels).toList(),
            corpus.test().stream()
                .map(s -> s.words().stream().map(w -> usual.getOrDefault(w, NO_ENTITY)).toList())
                .toList())
        .f1();
  }

  private static SequenceTagger fit(Corpus corpus, SequenceOptions options) {
    return SequenceTagger.fit(examples(corpus.train()), examples(corpus.devel()), options);
  }

  private static double f1(SequenceTagger model, Corpus corpus) {
    return model.evaluate(examples(corpus.test())).f1();
  }

  private static List<List<String>> labels(SequenceTagger model, Corpus corpus) {
    return corpus.test().stream()
        .map(
            s ->
                model.predict(s.example().sequence()).stream().map(LabelPrediction::label).toList())
        .toList();
  }

  private static List<Example<List<String>>> examples(List<LabelledSentence> sentences) {
    return sentences.stream().map(LabelledSentence::example).toList();
  }
}
