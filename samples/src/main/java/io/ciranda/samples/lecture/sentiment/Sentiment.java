package io.ciranda.samples.lecture.sentiment;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example sentiment}. */
@Command(
    name = "sentiment",
    description = {
      "A sequence of words to one label: does a review praise or blame?",
      "A GRU from random vectors beside naive Bayes, and what it believes after each word."
    })
public final class Sentiment extends LectureExample {
  private static final int SHOWN = 8;
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
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "32",
      description = "Units in a direction (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--bidirectional",
      description =
          "Read forwards and backwards; what is believed after each word can then not be drawn.")
  private boolean bidirectional;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.3",
      description = "Of what is read and of what is remembered (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

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
    SequenceOptions options =
        checked(
            () ->
                SequenceOptions.standard()
                    .withHidden(hidden)
                    .withBidirectional(bidirectional)
                    .withPooling(Pooling.MEAN)
                    .withDropout(dropout)
                    .withMinCount(minCount)
                    .withLearningRate(rate)
                    .withBatch(batch)
                    .withEpochs(epochs)
                    .withPatience(Math.min(epochs, 3))
                    .withThreads(threads)
                    .withSeed(lesson.seed())
                    .withListener(
                        epoch ->
                            lesson.narrate(
                                "epoch %d of %d: %.4f nats a review, validation %.4f"
                                    .formatted(
                                        epoch.number(),
                                        epoch.of(),
                                        epoch.trainLoss(),
                                        epoch.validLoss()))));
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
    try (var model = SequenceClassifier.fit(examples(known), options)) {
      lesson.show(
          Figure.of("accuracy", model.evaluate(examples(tested)).accuracy())
              .atLeast(goal != null ? goal : data == null ? 0.95 : 0.87)
              .beside("naive Bayes", simple));
      if (!bidirectional) {
        lesson.picture("sentiment", beliefs(model, tested));
      }
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
