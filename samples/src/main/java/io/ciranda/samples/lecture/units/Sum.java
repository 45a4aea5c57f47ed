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

/** {@code ciranda example sum}. */
@Command(
    name = "sum",
    description = "One linear unit with a loop to itself adds up its inputs: by hand, and learned.")
public final class Sum extends LectureExample {
  private static final int SHORT = 50; // steps of a sequence in training
  private static final int LONG = 1000; // and in the test
  private static final int BATCH = 32;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "12000",
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
        "made up: numbers in [0, 1]; learned from %d at a time, tested on %,d"
            .formatted(SHORT, LONG));
    try (var byHand = new LinearNetwork(lesson.backend(), 1, 1, 0);
        var learned = new LinearNetwork(lesson.backend(), 1, 1, lesson.seed())) {
      byHand.set("W", 1).set("U", 1).set("V", 1).set("c", 0);
      learn(learned, lesson);

      var test = new Numbers(LONG, BATCH, new SplittableRandom(lesson.seed() + 1));
      double[] exact = test.errors(byHand);
      double[] errors = test.errors(learned);
      lesson.show(
          Figure.of("by hand, greatest relative error at any length", max(exact)).atMost(0));
      lesson.show(
          Figure.of("learned, greatest relative error at length 1,000", errors[LONG - 1])
              .atMost(1e-3)
              .beside("half of the length", test.errorOfHalfTheLength()));
      double[] lengths = IntStream.rangeClosed(1, LONG).asDoubleStream().toArray();
      lesson.picture(
          "sum",
          new LineChart("A learned sum", "numbers added", "greatest relative error")
              .logarithmic()
              .line("learned from sequences of " + SHORT, lengths, errors)
              .dashes("goal", new double[] {1, LONG}, new double[] {1e-3, 1e-3}));
    }
  }

  private void learn(LinearNetwork network, Lesson lesson) {
    var random = new SplittableRandom(lesson.seed());
    try (var learning = new Learning(lesson.backend(), network.parameters(), (_, _) -> {})) {
      for (int update = 0; update < updates; update++) {
        var some = new Numbers(SHORT, BATCH, random);
        learning.step(
            update,
            updates,
            0.01,
            (_, tape) -> {
              var h = network.states(tape, some.x, SHORT, BATCH);
              double loss = 0;
              for (int t = 0; t < SHORT; t++) {
                Tensor wanted = tape.workspace().tensor(BATCH, 1).copyFrom(some.total[t]);
                Variable y = network.output(tape, h.get(t));
                loss += Ops.squaredError(tape, y, wanted, 1f / (SHORT * BATCH));
              }
              return loss;
            });
      }
    }
  }

  private static double max(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).max().orElseThrow();
  }

  /** Sequences of numbers in [0, 1] and their totals so far. */
  private static final class Numbers {
    final float[] x; // [T][B]
    final float[][] total; // [T][B]

    Numbers(int steps, int batch, SplittableRandom random) {
      x = new float[steps * batch];
      total = new float[steps][batch];
      for (int t = 0; t < steps; t++) {
        for (int b = 0; b < batch; b++) {
          // Of 10 binary places, so that float32 adds thousands of them without an error.
          float number = random.nextInt(1025) / 1024f;
          x[t * batch + b] = number;
          total[t][b] = number + (t == 0 ? 0 : total[t - 1][b]);
        }
      }
    }

    /** The greatest relative error after each step. */
    double[] errors(LinearNetwork network) {
      float[][] y = network.run(x, total.length, total[0].length);
      double[] errors = new double[y.length];
      for (int t = 0; t < y.length; t++) {
        for (int b = 0; b < y[t].length; b++) {
          errors[t] = Math.max(errors[t], Math.abs(y[t][b] - total[t][b]) / total[t][b]);
        }
      }
      return errors;
    }

    double errorOfHalfTheLength() {
      float[] last = total[total.length - 1];
      return IntStream.range(0, last.length)
          .mapToDouble(b -> Math.abs(total.length / 2.0 - last[b]) / last[b])
          .max()
          .orElseThrow();
    }
  }
}
