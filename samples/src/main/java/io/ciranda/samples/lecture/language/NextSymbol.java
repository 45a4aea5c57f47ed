package io.ciranda.samples.lecture.language;

import io.ciranda.infer.Sampling;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.text.BuiltInText;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.samples.text.TextFile;
import io.ciranda.sequence.SequenceLanguageModel;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.TextSession;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What both language models do: learn a text, expect the next symbol of another, and write. */
abstract class NextSymbol extends LectureExample {
  private static final List<Double> TEMPERATURES = List.of(0.3, 0.7, 1.0, 1.3);
  private static final double TESTED = 0.05; // of the text
  private static final int BATCH = 32;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "UTF-8 text, plain or gzip'ed; its last twentieth is for the test",
        "(default: speeches in the European Parliament, which come with a dependency)."
      })
  private Path data;

  @Option(
      names = "--symbols",
      paramLabel = "N",
      description = "Characters of the text to read (default: all).")
  private Integer symbols;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "1",
      description = "Layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate at the beginning, which falls to 0 (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that share a step (default: ${DEFAULT-VALUE}).")
  private int threads;

  /** The sizes of a model of characters or of words. */
  record Size(int hidden, double dropout, int epochs, int minCount, int window) {}

  private final Vocabulary.Level level;
  private final int order; // of the n-grams beside it
  private final int written; // symbols of a sample
  private final int shown; // symbols of the picture

  NextSymbol(Vocabulary.Level level, int order, int written, int shown) {
    this.level = level;
    this.order = order;
    this.written = written;
    this.shown = shown;
  }

  /** Brings a text into the form that the model reads. */
  abstract String prepare(String text);

  /** Learns, shows how well the rest of the text is foretold beside n-grams, and lets it write. */
  void learn(Lesson lesson, Size size, Double goal) throws IOException {
    require(
        symbols == null || symbols >= 10000,
        "--symbols: expected at least 10000, actual " + symbols);
    SequenceOptions options = checked(() -> options(lesson, size));
    String name;
    String text;
    if (data == null) {
      BuiltInText corpus = BuiltInText.europarlEnglish();
      name = corpus.provenance();
      text = corpus.text();
    } else {
      name = data.toString();
      text = read(data);
    }
    text = prepare(symbols == null ? text : text.substring(0, Math.min(symbols, text.length())));
    int cut = text.lastIndexOf('\n', (int) (text.length() * (1 - TESTED))) + 1;
    String learned = text.substring(0, cut);
    String tested = text.substring(cut);
    lesson.data(
        "%s: %,d characters to learn from, %,d to test".formatted(name, cut, tested.length()));
    try (var model = SequenceLanguageModel.fit(learned, level, options)) {
      lesson.narrate(model.toString());
      show(lesson, model, learned, tested, goal);
      write(lesson, model);
      lesson.picture("expected", new Expectations(model).svg(tested, shown));
    }
  }

  private static String read(Path file) throws IOException {
    try {
      return TextFile.read(file);
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + System.lineSeparator() + "Without --data it reads speeches.", e);
    }
  }

  private SequenceOptions options(Lesson lesson, Size size) {
    return SequenceOptions.standard()
        .withHidden(size.hidden)
        .withEmbedding(Math.min(size.hidden, 128))
        .withLayers(layers)
        .withDropout(size.dropout)
        .withMinCount(size.minCount)
        .withWindow(size.window)
        .withBatch(BATCH)
        .withLearningRate(rate)
        .withSchedule(new Schedule.Cosine(0, 0))
        .withEpochs(size.epochs)
        .withPatience(size.epochs)
        .withThreads(threads)
        .withSeed(lesson.seed())
        .withListener(lesson.epochs("nats a symbol"));
  }

  private void show(
      Lesson lesson, SequenceLanguageModel model, String learned, String tested, Double goal) {
    NgramModel ngrams = NgramModel.train(model.vocabulary().encode(learned).ids(), order);
    double simple = ngrams.meanNats(model.vocabulary().encode(tested).ids());
    double nats = model.evaluate(tested).natsPerSymbol();
    boolean words = level == Vocabulary.Level.WORD;
    Figure figure =
        words
            ? Figure.of("perplexity of a word", Math.exp(nats))
            : Figure.of("nats a character", nats);
    lesson.show(
        figure
            .atMost(goal != null ? goal : words ? Math.exp(simple) : simple)
            .beside(ngrams.order() + "-grams", words ? Math.exp(simple) : simple));
  }

  /** A sample at each temperature; all of them in {@code samples.txt}. */
  private void write(Lesson lesson, SequenceLanguageModel model) throws IOException {
    String samples =
        TEMPERATURES.stream()
            .map(t -> "temperature %s:%n%s".formatted(t, sample(model, t, lesson.seed()).indent(4)))
            .collect(Collectors.joining(System.lineSeparator()));
    lesson.print(samples);
    Files.writeString(lesson.file("samples.txt"), samples);
  }

  private String sample(SequenceLanguageModel model, double temperature, long seed) {
    var sampling = new Sampling(temperature, 0, 1);
    var random = new SplittableRandom(seed);
    int[] ids = new int[written];
    try (TextSession session = model.newSession()) {
      session.read("\n");
      Arrays.setAll(
          ids,
          _ -> {
            String symbol = session.draw(sampling, random);
            session.step(symbol);
            return model.vocabulary().id(symbol);
          });
    }
    return model.vocabulary().decode(ids).strip();
  }
}
