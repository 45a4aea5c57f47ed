package io.ciranda.samples.lecture.sentiment;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Checkpoints;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.sequence.Beginning;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  private static final int PASSES_OVER_MADE_UP = 40;

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

  @Mixin private ClassifierOptions classifier;
  @Mixin private Pretraining pretraining;
  @Mixin private Checkpoints checkpoints;

  @Option(
      names = "--labelled",
      paramLabel = "N",
      description = {
        "How many of those reviews the second classifier knows the labels of, and one from random vectors beside it",
        "(default: 100 of made-up reviews, else all)."
      })
  private Integer labelled;

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
    int usual = data == null && !classifier.isBidirectional() ? PASSES_OVER_MADE_UP : 0;
    checked(() -> pretraining.check(usual, classifier.isBidirectional()));
    SequenceOptions options =
        checked(classifier::sequenceOptions)
            .withSeed(lesson.seed())
            .withListener(lesson.epochs("nats a review"));
    int few = labelled != null ? labelled : data == null ? 100 : Integer.MAX_VALUE;
    require(few >= 10, "--labelled: expected at least 10, actual " + few);
    checkpoints.prepare();
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
    boolean begins = pretraining.isWanted(usual);
    // First, so that a file that does not fit is told before anything is learned.
    double begun = Double.NaN;
    if (begins) {
      Beginning beginning =
          pretraining.beginning(
              shuffled,
              usual,
              checkpoints.keep("language-model", options),
              classifier.minCount(),
              lesson);
      lesson.narrate("a classifier that begins with it, %,d labels".formatted(some.size()));
      SequenceOptions begin = checkpoints.keep("begun", options.withBeginning(beginning));
      begun = pretraining.begun(() -> accuracy(some, begin, tested));
      lesson.narrate("a classifier from random vectors");
    }
    double accuracy;
    SequenceOptions kept = checkpoints.keep("random", options);
    try (var model = SequenceClassifier.fit(examples(known), kept)) {
      accuracy = model.evaluate(examples(tested)).accuracy();
      lesson.show(
          Figure.of("accuracy", accuracy)
              .atLeast(goal != null ? goal : data == null ? 0.95 : 0.87)
              .beside("naive Bayes", simple));
      if (!classifier.isBidirectional()) {
        lesson.picture("sentiment", Beliefs.draw(model, tested));
      }
    }
    if (begins) {
      if (some.size() < known.size()) {
        lesson.narrate("one from random vectors, %,d labels".formatted(some.size()));
        accuracy = accuracy(some, checkpoints.keep("random-few", options), tested);
      }
      lesson.show(
          Figure.of(
                  "%,d labels, beginning with a language model: accuracy".formatted(some.size()),
                  begun)
              .atLeast(Math.min(1, accuracy + GAIN))
              .beside("random vectors", accuracy));
    }
    checkpoints.delete();
  }

  private static double accuracy(List<Review> known, SequenceOptions options, List<Review> tested) {
    try (var model = SequenceClassifier.fit(examples(known), options)) {
      return model.evaluate(examples(tested)).accuracy();
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
}
