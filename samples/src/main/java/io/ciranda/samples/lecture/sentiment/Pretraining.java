package io.ciranda.samples.lecture.sentiment;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.sequence.Beginning;
import io.ciranda.sequence.SequenceLanguageModel;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/**
 * A language model of reviews, whatever their labels, that a classifier begins with (Dai and Le
 * 2015), and its options.
 */
final class Pretraining {
  private static final int LANES = 32;
  private static final int WINDOW = 64;
  private static final int LARGE = 5000; // vocabulary that wants an adaptive softmax

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
  private double rate;

  @Option(
      names = "--pretrain-dropout",
      paramLabel = "P",
      defaultValue = "0.1",
      description = "Dropout of the language model (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--language-model",
      paramLabel = "NAME.safetensors",
      description = {
        "Where the language model of --pretrain is kept. If it is there already it is taken as it is, without --pretrain,",
        "so that other options of the classifier can be tried; sizes, cell and --min-count have to be the same.",
        "Reading that is interrupted goes on by the same command, from the last whole pass, which NAME.checkpoint holds."
      })
  private Path file;

  /**
   * Throws IllegalArgumentException where values make no sense, or not together.
   *
   * @param usual passes where none are given
   */
  Pretraining check(int usual, boolean bidirectional) {
    int passes = passes(usual);
    require(passes >= 0, "--pretrain: expected at least 0, actual " + passes);
    require(
        dropout >= 0 && dropout < 1,
        "--pretrain-dropout: expected at least 0 and less than 1, actual " + dropout);
    require(
        file == null || isKept() || passes > 0,
        "--language-model: expected a file that is there, or --pretrain to make it: " + file);
    require(
        file == null || isKept() || Files.isWritable(file.toAbsolutePath().getParent()),
        "--language-model: expected a folder that can be written to: " + file);
    require(
        !(isWanted(usual) && bidirectional),
        "--pretrain: expected without --bidirectional: a language model reads forwards");
    return this;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  private int passes(int usual) {
    return pretrain != null ? pretrain : usual;
  }

  private boolean isKept() {
    return file != null && Files.exists(file);
  }

  /** Whether there is to be a language model; {@code usual} as above. */
  boolean isWanted(int usual) {
    return isKept() || passes(usual) > 0;
  }

  /**
   * What the language model has learned of the reviews: read now, or kept from another time.
   *
   * @param options of the classifier, whose least count of a word is {@code minCount}; their
   *     checkpoint is used where the language model is not kept
   */
  Beginning beginning(
      List<Review> reviews, int usual, SequenceOptions options, int minCount, Lesson lesson)
      throws IOException {
    return isKept()
        ? kept(reviews, lesson)
        : read(reviews, passes(usual), options, minCount, lesson);
  }

  private Beginning kept(List<Review> reviews, Lesson lesson) throws IOException {
    try (var model = SequenceLanguageModel.load(file)) {
      Vocabulary vocabulary = model.vocabulary();
      double share =
          reviews.stream()
              .flatMap(review -> review.words().stream())
              .mapToInt(word -> vocabulary.id(word) >= 0 ? 1 : 0)
              .average()
              .orElse(0);
      lesson.narrate(
          "the language model of %s, which knows %.1f %% of the words to learn from"
              .formatted(file, 100 * share));
      return model.beginning();
    }
  }

  private Beginning read(
      List<Review> reviews, int passes, SequenceOptions options, int minCount, Lesson lesson)
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
            .withDropout(dropout)
            .withLearningRate(rate)
            .withAverage(0)
            .withBatch(LANES)
            .withWindow(WINDOW)
            .withEpochs(passes)
            .withSchedule(new Schedule.Cosine(0, 0))
            .withPatience(0)
            .withValidation(0.05)
            .withListener(lesson.epochs("nats a word"));
    if (file == null) {
      try (var model = SequenceLanguageModel.fit(text, level, reading)) {
        return model.beginning();
      }
    }
    Path checkpoint = new ModelFiles(file).checkpoint();
    if (Files.exists(checkpoint)) {
      lesson.narrate("goes on from " + checkpoint);
    }
    try (var model = SequenceLanguageModel.fit(text, level, reading.withCheckpoint(checkpoint))) {
      model.save(file);
      Files.deleteIfExists(checkpoint);
      return model.beginning();
    }
  }

  /** The result of a training that begins with it; one that it does not fit is the file's fault. */
  <T> T begun(Supplier<T> training) {
    try {
      return training.get();
    } catch (IllegalArgumentException e) {
      if (file == null) {
        throw e;
      }
      throw new UserException(file + ": " + e.getMessage(), e);
    }
  }
}
