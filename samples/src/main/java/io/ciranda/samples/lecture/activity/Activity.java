package io.ciranda.samples.lecture.activity;

import io.ciranda.nn.Cell;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.lecture.Checkpoints;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.report.LineChart;
import io.ciranda.samples.text.IdxFile;
import io.ciranda.samples.text.TimeSeriesFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda example activity}. */
@Command(
    name = "activity",
    description = {
      "One label for many frames of sensors: what is somebody doing, or who is speaking?",
      "A GRU beside means and deviations, and how soon it is sure."
    })
public final class Activity extends LectureExample {
  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "What to learn from, a .ts file of timeseriesclassification.com, plain or gzip'ed, such as",
        "BasicMotions_TRAIN.ts or JapaneseVowels_TRAIN.ts; or MNIST's train-images-idx3-ubyte, with its labels beside it,",
        "a pixel a step; with --test (default: made-up movements)."
      })
  private Path data;

  @Option(
      names = "--test",
      paramLabel = "FILE",
      description = "What to test with, a file of the same form.")
  private Path test;

  @Option(
      names = "--permute",
      description = "The pixels of all pictures in one random order, always the same.")
  private boolean permute;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "64",
      description = "Units in a direction (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--bidirectional",
      description =
          "Read forwards and backwards; how soon the label is known can then not be drawn.")
  private boolean bidirectional;

  @Option(
      names = "--pooling",
      paramLabel = "POOLING",
      defaultValue = "MEAN",
      description = {
        "What of all steps the label is told from: ${COMPLETION-CANDIDATES}",
        "(default: ${DEFAULT-VALUE})."
      })
  private Pooling pooling;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.5",
      description = "Of what is read and of what is remembered (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "60",
      description = "Passes over the examples (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Examples in a step (default: by their number).")
  private Integer batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(names = "--anneal", description = "The learning rate falls to 0, as a cosine.")
  private boolean anneal;

  @Option(
      names = "--memory",
      paramLabel = "T",
      description = "Gates begin by keeping what they hold for 1 to T steps (default: for a few).")
  private Integer memory;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that share a step (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Mixin private Checkpoints checkpoints;

  @Option(
      names = "--goal",
      paramLabel = "ACCURACY",
      description =
          "What must be reached (default: 0.95 for the made-up movements, for files nothing).")
  private Double goal;

  @Override
  public int seconds() {
    return 15;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require((data == null) == (test == null), "--data and --test: expected both or none");
    require(
        !permute || (data != null && IdxFile.isNamedSo(data)),
        "--permute: expected pictures, --data train-images-idx3-ubyte");
    checkpoints.prepare();
    SequenceOptions options =
        checked(
            () ->
                chosen()
                    .withCell(Cell.GRU)
                    .withHidden(hidden)
                    .withBidirectional(bidirectional)
                    .withPooling(pooling)
                    .withDropout(dropout)
                    .withEpochs(epochs)
                    .withValidation(0) // few examples: each is worth more than a moment to stop
                    .withPatience(0)
                    .withLearningRate(rate)
                    .withThreads(threads)
                    .withSeed(lesson.seed())
                    .withListener(lesson.epochs("nats an example")));
    var random = new Random(lesson.seed());
    List<Example<String>> known = data == null ? Movement.make(50, random) : read(data);
    List<Example<String>> tested = data == null ? Movement.make(250, random) : read(test);
    lesson.data(
        "%s: %,d examples to learn from, %,d to test"
            .formatted(
                data == null ? "movements that the example makes up" : data + ", " + test,
                known.size(),
                tested.size()));
    double simple = new NearestMean(known).accuracy(tested);
    try (var model = SequenceClassifier.fit(known, checkpoints.keep("activity", options))) {
      Figure accuracy = Figure.of("accuracy", model.evaluate(tested).accuracy());
      Double least = goal != null ? goal : data == null ? (Double) 0.95 : null;
      lesson.show(
          (least == null ? accuracy : accuracy.atLeast(least))
              .beside("nearest means and deviations", simple));
      if (!bidirectional) {
        lesson.picture("activity", sureness(model, tested));
      }
    }
    checkpoints.delete();
  }

  /** What is said only where it is not left to the usual. */
  private SequenceOptions chosen() {
    SequenceOptions options = SequenceOptions.standard();
    options = batch == null ? options : options.withBatch(batch);
    options = memory == null ? options : options.withMemory(memory);
    return anneal ? options.withSchedule(new Schedule.Cosine(0, 0)) : options;
  }

  private List<Example<String>> read(Path file) throws IOException {
    try {
      return IdxFile.isNamedSo(file) ? Pictures.read(file, permute) : TimeSeriesFile.read(file);
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + System.lineSeparator() + "Without --data movements are made up.", e);
    }
  }

  /** How likely the right label is after each step, for one example of each label. */
  private static LineChart sureness(SequenceClassifier model, List<Example<String>> tested) {
    var chart = new LineChart("One example of each label", "step", "probability of the label");
    var drawn = new HashSet<String>();
    try (LabelSession session = model.newSession()) {
      for (Example<String> example : tested) {
        if (!model.labels().contains(example.target()) || !drawn.add(example.target())) {
          continue;
        }
        session.reset();
        int steps = example.sequence().steps();
        double[] sure = new double[steps];
        for (int t = 0; t < steps; t++) {
          float[] frame = new float[example.sequence().features()];
          for (int j = 0; j < frame.length; j++) {
            frame[j] = example.sequence().number(t, j);
          }
          session.step(frame);
          sure[t] = session.prediction().probability(example.target());
        }
        chart.line(
            example.target(), IntStream.rangeClosed(1, steps).mapToDouble(i -> i).toArray(), sure);
      }
    }
    return chart;
  }
}
