package io.ciranda.samples.lecture.units;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Learning;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.LinearNetwork;
import io.ciranda.samples.report.LineChart;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example compare}. */
@Command(
    name = "compare",
    description = {
      "One linear unit adds the first input and takes away the second;",
      "its sign tells which total is larger: by hand, and learned."
    })
public final class Compare extends LectureExample {
  private static final int SHORT = 20; // steps of a sequence in training
  private static final int LONG = 10 * SHORT; // and in the test
  private static final int BATCH = 64;
  private static final int TESTS = 10_000;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "6000",
      description = "Updates of the weights (default: ${DEFAULT-VALUE}).")
  private int updates;

  @Override
  public int seconds() {
    return 6;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(updates >= 1, "--updates: expected at least 1, actual " + updates);
    lesson.data(
        "made up: pairs of numbers in [0, 1]; learned from %d at a time, tested on %,d sequences of %d"
            .formatted(SHORT, TESTS, LONG));
    try (var byHand = new LinearNetwork(lesson.backend(), 2, 1, 0);
        var learned = new LinearNetwork(lesson.backend(), 2, 1, lesson.seed())) {
      byHand.set("W", 1, -1).set("U", 1).set("V", 5).set("c", 0);
      learn(learned, lesson);

      var test = new Pairs(LONG, TESTS, new SplittableRandom(lesson.seed() + 1));
      double[] right = test.accuracies(learned);
      lesson.show(
          Figure.of("by hand, least accuracy at any length", min(test.accuracies(byHand)))
              .atLeast(1));
      lesson.show(
          Figure.of("learned, accuracy at ten times the length", right[LONG - 1])
              .atLeast(0.995)
              .beside("the larger of the last pair", test.accuracyOfTheLastPair()));
      double[] lengths = IntStream.rangeClosed(1, LONG).asDoubleStream().toArray();
      lesson.picture(
          "compare",
          new LineChart("Which total is larger?", "pairs added", "accuracy")
              .line("learned from sequences of " + SHORT, lengths, right)
              .dashes("goal", new double[] {1, LONG}, new double[] {0.995, 0.995}));
    }
  }

  private void learn(LinearNetwork network, Lesson lesson) {
    var random = new SplittableRandom(lesson.seed());
    try (var learning = new Learning(lesson.backend(), network.parameters(), (_, _) -> {})) {
      for (int update = 0; update < updates; update++) {
        var some = new Pairs(SHORT, BATCH, random);
        learning.step(
            update,
            updates,
            0.02,
            (_, tape) -> {
              var h = network.states(tape, some.x, SHORT, BATCH);
              double loss = 0;
              for (int t = 0; t < SHORT; t++) {
                Tensor wanted = tape.workspace().tensor(BATCH, 1).copyFrom(some.larger[t]);
                Variable y = network.output(tape, h.get(t));
                loss += Ops.binaryCrossEntropy(tape, y, wanted, 1f / (SHORT * BATCH));
              }
              return loss;
            });
      }
    }
  }

  private static double min(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).min().orElseThrow();
  }

  /** Sequences of pairs, and after each pair 1 where the total of the first is larger, else 0. */
  private static final class Pairs {
    final float[] x; // [T][B][2]
    final float[][] larger; // [T][B]

    Pairs(int steps, int batch, SplittableRandom random) {
      x = new float[steps * batch * 2];
      larger = new float[steps][batch];
      for (int b = 0; b < batch; b++) {
        // Whole numbers of 1/1024, so that float32 adds them without an error; no total is a tie.
        int difference = 0;
        for (int t = 0; t < steps; t++) {
          int first;
          int second;
          do {
            first = random.nextInt(1025);
            second = random.nextInt(1025);
          } while (difference + first == second);
          difference += first - second;
          x[2 * (t * batch + b)] = first / 1024f;
          x[2 * (t * batch + b) + 1] = second / 1024f;
          larger[t][b] = difference > 0 ? 1 : 0;
        }
      }
    }

    /** The share of right answers after each step. */
    double[] accuracies(LinearNetwork network) {
      int batch = larger[0].length;
      float[][] y = network.run(x, larger.length, batch);
      return IntStream.range(0, y.length)
          .mapToDouble(t -> share(batch, b -> y[t][b] > 0, t))
          .toArray();
    }

    double accuracyOfTheLastPair() {
      int t = larger.length - 1;
      int batch = larger[t].length;
      return share(batch, b -> x[2 * (t * batch + b)] > x[2 * (t * batch + b) + 1], t);
    }

    private double share(int batch, java.util.function.IntPredicate answer, int t) {
      long right =
          IntStream.range(0, batch).filter(b -> answer.test(b) == (larger[t][b] == 1)).count();
      return (double) right / batch;
    }
  }
}
