package io.ciranda.samples.lecture.memory;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Learning;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Network;
import io.ciranda.samples.report.LineChart;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example adding}. */
@Command(
    name = "adding",
    description = {
      "Long memory: two of a hundred numbers are marked; what is their sum, at the end?",
      "A plain RNN against LSTM and GRU (Hochreiter and Schmidhuber 1997, experiment 4)."
    })
public final class Adding extends LectureExample {
  private static final int TESTS = 2560;
  private static final int BATCH = 20;
  private static final int THREADS = 2; // each has half of the batch
  private static final int LOOKS = 20; // at the test, on the way

  @Option(
      names = "--length",
      paramLabel = "T",
      defaultValue = "100",
      description = "Least length of a sequence; 500 in the paper too (default: ${DEFAULT-VALUE}).")
  private int length;

  @Option(
      names = "--sequences",
      paramLabel = "N",
      description =
          "Sequences to learn from (default: as many as the paper: 74,000 up to length 100, else 209,000).")
  private Integer sequences;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "32",
      description = "Hidden units (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Override
  public int seconds() {
    return 45;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    int budget = sequences != null ? sequences : length <= 100 ? 74_000 : 209_000;
    int looks = Math.min(LOOKS, budget / BATCH);
    require(hidden >= 1, "--hidden: expected at least 1, actual " + hidden);
    require(length >= 20, "--length: expected at least 20, actual " + length);
    require(looks >= 1, "--sequences: expected at least %d, actual %d".formatted(BATCH, budget));
    lesson.data(
        "made up as in the paper: %,d sequences of %d to %d numbers; tested on %,d"
            .formatted(budget, length, length + length / 10, TESTS));
    var test = new MarkedNumbers(TESTS, length, new SplittableRandom(lesson.seed() + 1));
    double guess = test.wrong(new float[TESTS], 0.5f);
    double[] seen =
        IntStream.rangeClosed(0, looks).mapToDouble(i -> i * (double) budget / looks).toArray();
    var chart =
        new LineChart(
            "The sum of two numbers among %d and more".formatted(length),
            "sequences learned from",
            "answers of %,d that are off by more than 0.04".formatted(TESTS));
    for (Cell cell : List.of(Cell.RNN, Cell.LSTM, Cell.GRU)) {
      double[] wrong = learn(cell, budget, looks, test, lesson);
      String name = cell.name();
      chart.line(name, seen, wrong);
      var figure =
          Figure.of("%s: wrong answers of %,d".formatted(name, TESTS), wrong[looks])
              .beside("always 0.5", guess);
      lesson.show(cell == Cell.RNN ? figure : figure.atMost(1));
    }
    chart.dashes("always 0.5", new double[] {0, budget}, new double[] {guess, guess});
    lesson.picture("adding", chart);
  }

  /** The wrong answers in the test before, on the way and at the end. */
  private double[] learn(Cell cell, int budget, int looks, MarkedNumbers test, Lesson lesson) {
    var random =
        new SplittableRandom[] {
          new SplittableRandom(lesson.seed()), new SplittableRandom(-lesson.seed())
        };
    var config = RecurrentStack.Config.of(cell, 2, hidden, 1);
    try (var network = new Network(lesson.backend(), config, 1, lesson.seed());
        var learning =
            new Learning(lesson.backend(), network.parameters(), network::refresh, THREADS)) {
      network.rememberLong(length, random[0]);
      double[] wrong = new double[looks + 1];
      wrong[0] = test.wrong(network, lesson);
      int updates = budget / BATCH;
      for (int update = 1; update <= updates; update++) {
        learning.step(
            update - 1,
            updates,
            0.01,
            (worker, tape) ->
                new MarkedNumbers(BATCH / THREADS, length, random[worker])
                    .loss(tape, network, 1f / BATCH));
        int look = (int) ((long) update * looks / updates);
        if (look > (long) (update - 1) * looks / updates) {
          wrong[look] = test.wrong(network, lesson);
          lesson.narrate(
              "%s, %,7d sequences: %,.0f wrong".formatted(cell, update * BATCH, wrong[look]));
        }
      }
      return wrong;
    }
  }

  /**
   * Sequences as in section 5.4 of the paper: numbers in [-1, 1], each with a marker, which is -1
   * at both ends, 1 at two places in the first half, and else 0. Wanted is 0.5 + (X1 + X2) / 4 of
   * the numbers at these two.
   */
  private static final class MarkedNumbers {
    private final int steps; // T
    private final int count; // B
    private final float[] x; // [T][B][2]
    private final int[] lengths; // [B]
    private final float[] wanted; // [B]

    MarkedNumbers(int count, int length, SplittableRandom random) {
      this.count = count;
      steps = length + length / 10;
      x = new float[steps * count * 2];
      lengths = random.ints(count, length, steps + 1).toArray();
      wanted = new float[count];
      for (int b = 0; b < count; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          x[place(t, b)] = (float) random.nextDouble(-1, 1);
        }
        x[place(0, b) + 1] = -1;
        x[place(lengths[b] - 1, b) + 1] = -1;
        int first = random.nextInt(10);
        int second = random.nextInt(length / 2 - 2);
        second += second >= first ? 1 : 0; // any other place
        wanted[b] = 0.5f + (mark(first, b) + mark(second, b)) / 4;
      }
    }

    private int place(int t, int b) {
      return 2 * (t * count + b);
    }

    /** The number that is marked; at the very beginning, where the marker was -1, it becomes 0. */
    private float mark(int t, int b) {
      x[place(t, b) + 1] = 1;
      if (t == 0) {
        x[place(t, b)] = 0;
      }
      return x[place(t, b)];
    }

    private Variable answers(Tape tape, Network network) {
      Tensor numbers = tape.workspace().tensor(steps, count, 2).copyFrom(x);
      IntTensor ends = tape.workspace().ints(count).copyFrom(lengths);
      return network.lastOutput(tape, tape.constant(numbers), ends);
    }

    double loss(Tape tape, Network network, float scale) {
      Tensor target = tape.workspace().tensor(count, 1).copyFrom(wanted);
      return Ops.squaredError(tape, answers(tape, network), target, scale);
    }

    double wrong(Network network, Lesson lesson) {
      network.refresh(0, 1);
      try (var workspace = new Workspace("test")) {
        Tape tape = Tape.inference(lesson.backend(), workspace);
        return wrong(answers(tape, network).value().toArray(), 0);
      }
    }

    /** The answers {@code y + shift [B]} that are off by more than 0.04. */
    double wrong(float[] y, float shift) {
      return IntStream.range(0, count)
          .filter(b -> Math.abs(y[b] + shift - wanted[b]) > 0.04)
          .count();
    }
  }
}
