package io.ciranda.samples.lecture.sentiment;

import io.ciranda.nn.Cell;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.Beginning;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceLanguageModel;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.TrainingListener;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example sentiment}. */
@Command(
    name = "sentiment",
    description = {
      "A sequence of words to one label: does a review praise or blame?",
      "A recurrent net from random vectors beside naive Bayes, and what it believes after each word; and from few labels,",
      "beginning with a language model of reviews that need none (Dai and Le 2015)."
    })
public final class Sentiment extends LectureExample {
  /** What a language model has to add. */
  private static final double GAIN = 0.015;

  private static final int SHOWN = 8;

  // Of the language model.
  private static final int LANES = 32;
  private static final int WINDOW = 64;
  private static final int LARGE = 5000; // vocabulary that wants an adaptive softmax

  private static final int WORDS_SHOWN = 24; // the last of a review

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "Reviews to learn from, a line each, plain or gzip'ed: pos or neg, a tab, further columns or none, the text;",
        "with --test. Maas et al. 2011 have 25,000 and 25,000 of IMDB (default: made-up reviews)."
      })
  private Path data;

  @Option(
      names = "--test",
      paramLabel = "FILE",
      description = "Reviews to test with, in the same form.")
  private Path test;

  @Option(
      names = "--words",
      paramLabel = "T",
      defaultValue = "400",
      description = "Of a longer review only the end is read (default: ${DEFAULT-VALUE}).")
  private int words;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Words that occur less often are unknown (default: ${DEFAULT-VALUE}).")
  private int minCount;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "gru",
      description = "rnn, rnn-relu, lstm or gru (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      defaultValue = "MEAN",
      description = {
        "What a review is judged by. mean: the mean of what is remembered after each word; last: what is remembered at its end",
        "(default: ${DEFAULT-VALUE})."
      })
  private Pooling pooling;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "64",
      description = "Units in a direction (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--embedding",
      paramLabel = "E",
      description = "Numbers that stand for a word (default: half of the words, 50 at most).")
  private Integer embedding;

  @Option(
      names = "--bidirectional",
      description = {
        "Read forwards and backwards; what is believed after each word can then not be drawn,",
        "and there is no --pretrain: a language model reads forwards."
      })
  private boolean bidirectional;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.3",
      description = "Of what is read and of what is remembered (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--unknown-rate",
      paramLabel = "P",
      defaultValue = "0.05",
      description =
          "Of the words that are read as unknown ones in training (default: ${DEFAULT-VALUE}).")
  private double unknownRate;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--anneal",
      description = "Let the learning rate of the classifiers fall to 0 over the epochs.")
  private boolean anneal;

  @Option(
      names = "--average",
      paramLabel = "DECAY",
      defaultValue = "0",
      description = {
        "Validate and keep an average of the classifiers' weights over their steps in place of the last ones;",
        "0.995 is that of some hundreds (default: ${DEFAULT-VALUE}, none)."
      })
  private double average;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Reviews in a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "15",
      description = {
        "Passes over the reviews at most; a tenth of them, that nothing is learned from, tells when to stop",
        "and which pass was the best (default: ${DEFAULT-VALUE})."
      })
  private int epochs;

  @Option(
      names = "--pretrain",
      paramLabel = "EPOCHS",
      description = {
        "Passes of a language model over the reviews to learn from; a second classifier begins with its word vectors",
        "and its recurrent layer (default: 40 for made-up reviews, else 0, which is none)."
      })
  private Integer pretrain;

  @Option(
      names = "--pretrain-lr",
      paramLabel = "RATE",
      defaultValue = "0.01",
      description =
          "Learning rate of the language model, which falls to 0 (default: ${DEFAULT-VALUE}).")
  private double pretrainRate;

  @Option(
      names = "--pretrain-dropout",
      paramLabel = "P",
      defaultValue = "0.1",
      description = "Dropout of the language model (default: ${DEFAULT-VALUE}).")
  private double pretrainDropout;

  @Option(
      names = "--language-model",
      paramLabel = "FILE",
      description = {
        "Where the language model of --pretrain is kept. If it is there already it is taken as it is, without --pretrain,",
        "so that other options of the classifier can be tried; sizes, cell and --min-count have to be the same.",
        "Reading that is interrupted goes on by the same command, from the last whole pass, which FILE.checkpoint holds."
      })
  private Path languageModel;

  @Option(
      names = "--labelled",
      paramLabel = "N",
      description = {
        "How many of those reviews the second classifier knows the labels of, and one from random vectors beside it",
        "(default: 100 of made-up reviews, else all)."
      })
  private Integer labelled;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that share a step (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--goal",
      paramLabel = "ACCURACY",
      description =
          "What must be reached (default: 0.95 for made-up reviews, 0.87 for those of a file).")
  private Double goal;

  @Override
  public int seconds() {
    return 20;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require((data == null) == (test == null), "--data and --test: expected both or none");
    require(words >= 1, "--words: expected at least 1, actual " + words);
    int passes = pretrain != null ? pretrain : data == null && !bidirectional ? 40 : 0;
    require(passes >= 0, "--pretrain: expected at least 0, actual " + passes);
    require(
        pretrainDropout >= 0 && pretrainDropout < 1,
        "--pretrain-dropout: expected at least 0 and less than 1, actual " + pretrainDropout);
    boolean isKept = languageModel != null && Files.exists(languageModel);
    require(
        languageModel == null || isKept || passes > 0,
        "--language-model: expected a file that is there, or --pretrain to make it: "
            + languageModel);
    require(
        languageModel == null
            || isKept
            || Files.isWritable(languageModel.toAbsolutePath().getParent()),
        "--language-model: expected a folder that can be written to: " + languageModel);
    boolean begins = passes > 0 || isKept;
    require(
        !(begins && bidirectional),
        "--pretrain: expected without --bidirectional: a language model reads forwards");
    SequenceOptions options =
        checked(
            () ->
                sized()
                    .withCell(Cell.of(cell))
                    .withHidden(hidden)
                    .withBidirectional(bidirectional)
                    .withPooling(pooling)
                    .withDropout(dropout)
                    .withUnknownRate(unknownRate)
                    .withMinCount(minCount)
                    .withLearningRate(rate)
                    .withAverage(average)
                    .withSchedule(anneal ? new Schedule.Cosine(0, 0) : new Schedule.Constant())
                    .withBatch(batch)
                    .withEpochs(epochs)
                    .withPatience(Math.min(epochs, 3))
                    .withThreads(threads)
                    .withSeed(lesson.seed())
                    .withListener(narrator(lesson, "review")));
    int few = labelled != null ? labelled : data == null ? 100 : Integer.MAX_VALUE;
    require(few >= 10, "--labelled: expected at least 10, actual " + few);
    var random = new Random(lesson.seed());
    List<Review> known = data == null ? Review.makeUp(2000, random) : read(data);
    List<Review> tested = data == null ? Review.makeUp(1000, random) : read(test);
    lesson.data(
        "%s: %,d reviews to learn from, %,d to test"
            .formatted(
                data == null ? "reviews that the example makes up" : data + ", " + test,
                known.size(),
                tested.size()));
    double simple = new NaiveBayes(known).accuracy(tested);
    var shuffled = new ArrayList<>(known);
    Collections.shuffle(shuffled, random);
    List<Review> some = shuffled.subList(0, Math.min(few, known.size()));
    // First, so that a file that does not fit is told before anything is learned.
    double begun = Double.NaN;
    if (begins) {
      Beginning beginning = isKept ? kept(known, lesson) : read(shuffled, passes, options, lesson);
      lesson.narrate("a classifier that begins with it, %,d labels".formatted(some.size()));
      begun = begun(some, options.withBeginning(beginning), tested);
      lesson.narrate("a classifier from random vectors");
    }
    double accuracy;
    try (var model = SequenceClassifier.fit(examples(known), options)) {
      accuracy = model.evaluate(examples(tested)).accuracy();
      lesson.show(
          Figure.of("accuracy", accuracy)
              .atLeast(goal != null ? goal : data == null ? 0.95 : 0.87)
              .beside("naive Bayes", simple));
      if (!bidirectional) {
        lesson.picture("sentiment", beliefs(model, tested));
      }
    }
    if (begins) {
      if (some.size() < known.size()) {
        lesson.narrate("one from random vectors, %,d labels".formatted(some.size()));
        accuracy = accuracy(some, options, tested);
      }
      lesson.show(
          Figure.of(
                  "%,d labels, beginning with a language model: accuracy".formatted(some.size()),
                  begun)
              .atLeast(Math.min(1, accuracy + GAIN))
              .beside("random vectors", accuracy));
    }
  }

  private double begun(List<Review> known, SequenceOptions options, List<Review> tested) {
    try {
      return accuracy(known, options, tested);
    } catch (IllegalArgumentException e) {
      if (languageModel == null) {
        throw e;
      }
      throw new UserException(languageModel + ": " + e.getMessage(), e);
    }
  }

  private SequenceOptions sized() {
    SequenceOptions standard = SequenceOptions.standard();
    return embedding == null ? standard : standard.withEmbedding(embedding);
  }

  private static TrainingListener narrator(Lesson lesson, String place) {
    return epoch ->
        lesson.narrate(
            "epoch %d of %d: %.4f nats a %s, validation %.4f"
                .formatted(
                    epoch.number(), epoch.of(), epoch.trainLoss(), place, epoch.validLoss()));
  }

  private static double accuracy(List<Review> known, SequenceOptions options, List<Review> tested) {
    try (var model = SequenceClassifier.fit(examples(known), options)) {
      return model.evaluate(examples(tested)).accuracy();
    }
  }

  private Beginning kept(List<Review> reviews, Lesson lesson) throws IOException {
    try (var model = SequenceLanguageModel.load(languageModel)) {
      Vocabulary vocabulary = model.vocabulary();
      double share =
          reviews.stream()
              .flatMap(review -> review.words().stream())
              .mapToInt(word -> vocabulary.id(word) >= 0 ? 1 : 0)
              .average()
              .orElse(0);
      lesson.narrate(
          "the language model of %s, which knows %.1f %% of the words to learn from"
              .formatted(languageModel, 100 * share));
      return model.beginning();
    }
  }

  /** What a language model has learned of reviews, whatever their labels. */
  private Beginning read(List<Review> reviews, int passes, SequenceOptions options, Lesson lesson)
      throws IOException {
    lesson.narrate("a language model of all of them");
    String text =
        reviews.stream()
            .map(review -> String.join(" ", review.words()))
            .collect(Collectors.joining("\n"));
    var level = Vocabulary.Level.WORD;
    int known = Vocabulary.of(level, text, Integer.MAX_VALUE, minCount).size();
    SequenceOptions reading =
        options
            .withCutoffs(known >= LARGE ? new Integer[] {known / 20, known / 4} : new Integer[0])
            .withDropout(pretrainDropout)
            .withLearningRate(pretrainRate)
            .withAverage(0)
            .withBatch(LANES)
            .withWindow(WINDOW)
            .withEpochs(passes)
            .withSchedule(new Schedule.Cosine(0, 0))
            .withPatience(0)
            .withValidation(0.05)
            .withListener(narrator(lesson, "word"));
    if (languageModel != null) {
      Path checkpoint = languageModel.resolveSibling(languageModel.getFileName() + ".checkpoint");
      if (Files.exists(checkpoint)) {
        lesson.narrate("goes on from " + checkpoint);
      }
      reading = reading.withCheckpoint(checkpoint);
    }
    try (var model = SequenceLanguageModel.fit(text, level, reading)) {
      if (languageModel != null) {
        model.save(languageModel);
      }
      return model.beginning();
    }
  }

  private List<Review> read(Path file) throws IOException {
    try {
      return Review.read(file).stream().map(review -> review.end(words)).toList();
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + System.lineSeparator() + "Without --data reviews are made up.", e);
    }
  }

  private static List<Example<String>> examples(List<Review> reviews) {
    return reviews.stream().map(Review::example).toList();
  }

  /** What is believed after each of the last words of a review: praise (blue) or blame (red). */
  private static Svg beliefs(SequenceClassifier model, List<Review> tested) {
    var svg = new Svg(20 + 60 * WORDS_SHOWN, 40 + 50 * Math.min(SHOWN, tested.size()));
    svg.textFrom(10, 14, 14, "Believed after each word: praise (blue), blame (red)");
    try (LabelSession session = model.newSession()) {
      for (int r = 0; r < Math.min(SHOWN, tested.size()); r++) {
        List<String> words = tested.get(r).words();
        int from = Math.max(0, words.size() - WORDS_SHOWN);
        session.reset();
        for (int t = 0; t < words.size(); t++) {
          session.step(words.get(t));
          double praise = session.prediction().probability(Review.PRAISE);
          if (t >= from) {
            int left = 10 + 60 * (t - from);
            svg.cell(left, 50 + 50 * r, 59, 14, 2 * praise - 1);
            svg.text(left + 30, 40 + 50 * r, 12, words.get(t));
          }
        }
      }
    }
    return svg;
  }
}
