package io.ciranda.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.Tensor;
import io.ciranda.testing.Values;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class DataParallelTest {
  private static final int N = 12; // examples
  private static final int I = 150;
  private static final int O = 120; // I * O is more than one chunk of the summation
  private static final UpdateRule ADAM = UpdateRule.Adam.standard();
  private static final UpdateRule SGD = new UpdateRule.Sgd(0, false, 0);

  @AutoClose private final Tensor x = Tensor.of(Values.floats("x", N * I), N, I);
  @AutoClose private final Tensor targets = Tensor.of(Values.floats("targets", N * O), N, O);

  /** Linear regression with dropout on the inputs. */
  private final class Regression implements AutoCloseable {
    private final Parameters parameters;
    private final int threads;
    private final DataParallel parallel;
    private float dropout;
    private float scale = 1f / N;

    Regression(int threads, UpdateRule rule, Clipping clipping) {
      var builder = new Parameters.Builder();
      builder.declare("w", Initializer.normal(0.1), O, I);
      builder.declare("b", Initializer.zeros(), O);
      parameters = builder.build(Values.random(2));
      this.threads = threads;
      parallel =
          new DataParallel(
              Backend.best(), parameters, rule, clipping, threads, (part, parts) -> {});
    }

    Regression dropout(float p) {
      dropout = p;
      return this;
    }

    DataParallel.Result step(long seed) {
      return parallel.step(seed, 0.01, this::forward);
    }

    private double forward(int worker, Tape tape) {
      int from = N * worker / threads;
      int to = N * (worker + 1) / threads;
      Variable rows = Ops.dropout(tape, tape.constant(x.rows(from, to)), dropout);
      Variable y = Ops.linear(tape, rows, parameters.get("w"), parameters.get("b"));
      return Ops.squaredError(tape, y, targets.rows(from, to), scale);
    }

    float[] weights() {
      return parameters.values().toArray();
    }

    @Override
    public void close() {
      parallel.close();
      parameters.close();
    }
  }

  private static double[] difference(float[] a, float[] b) {
    double[] d = new double[a.length];
    Arrays.setAll(d, i -> (double) a[i] - b[i]);
    return d;
  }

  private static double norm(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
  }

  @Test
  void anyNumberOfThreadsGivesTheSameUpToRounding() {
    // Not Adam: it makes much of the rounding of tiny gradients.
    var rule = new UpdateRule.Sgd(0.9f, false, 0);
    try (var one = new Regression(1, rule, new Clipping.ByNorm(1))) {
      var losses = new double[5];
      var norms = new double[5];
      for (int i = 0; i < 5; i++) {
        DataParallel.Result result = one.step(i);
        losses[i] = result.loss();
        norms[i] = result.gradientNorm();
      }
      assertTrue(losses[4] < losses[0]);
      for (int threads = 2; threads <= 4; threads++) {
        try (var many = new Regression(threads, rule, new Clipping.ByNorm(1))) {
          for (int i = 0; i < 5; i++) {
            DataParallel.Result result = many.step(i);
            assertEquals(losses[i], result.loss(), 1e-5 * losses[i]);
            assertEquals(norms[i], result.gradientNorm(), 1e-5 * norms[i]);
          }
          Values.assertClose(
              "w", Values.doubles(one.weights()), Values.doubles(many.weights()), 1e-5);
        }
      }
    }
  }

  @Test
  void theSameSeedAndThreadsGiveTheSameBits() {
    for (int threads = 1; threads <= 3; threads++) {
      try (var first = new Regression(threads, ADAM, new Clipping.ByNorm(1)).dropout(0.5f);
          var second = new Regression(threads, ADAM, new Clipping.ByNorm(1)).dropout(0.5f);
          var other = new Regression(threads, ADAM, new Clipping.ByNorm(1)).dropout(0.5f)) {
        for (int i = 0; i < 20; i++) {
          assertEquals(first.step(i), second.step(i));
          other.step(i + 1);
        }
        assertArrayEquals(first.weights(), second.weights());
        assertFalse(Arrays.equals(first.weights(), other.weights()));
      }
    }
  }

  @Test
  void noTwoSlicesOrStepsDropTheSameElements() {
    int threads = 3;
    var seen = new float[2 * threads][];
    try (var regression = new Regression(threads, SGD, new Clipping.None());
        Tensor ones = Tensor.allocate(100).fill(1)) {
      for (int step = 0; step < 2; step++) {
        int from = step * threads;
        regression.parallel.step(
            step,
            0,
            (worker, tape) -> {
              seen[from + worker] = Ops.dropout(tape, tape.constant(ones), 0.5f).value().toArray();
              return 0;
            });
      }
    }
    for (int i = 0; i < seen.length; i++) {
      for (int j = 0; j < i; j++) {
        assertFalse(Arrays.equals(seen[i], seen[j]), i + " and " + j);
      }
    }
  }

  @Test
  void aLongGradientIsScaledToTheBoundAndAShortOneIsLeftAlone() {
    for (int threads = 1; threads <= 2; threads++) {
      try (var free = new Regression(threads, SGD, new Clipping.None());
          var tight = new Regression(threads, SGD, new Clipping.ByNorm(0.5));
          var loose = new Regression(threads, SGD, new Clipping.ByNorm(1e6))) {
        float[] start = free.weights();
        double norm = free.step(0).gradientNorm();
        double[] gradient = Values.doubles(free.parallel.gradients().flat());
        assertEquals(norm(gradient), norm, 1e-6 * norm);
        assertTrue(norm > 1, "nothing to clip");
        assertEquals(norm, tight.step(0).gradientNorm(), "the norm is the one before clipping");
        double[] moved = difference(start, tight.weights());
        assertEquals(0.5 * 0.01, norm(moved), 1e-5 * 0.01);
        Values.assertClose(
            "direction",
            Arrays.stream(gradient).map(g -> g * 0.01 * 0.5 / norm).toArray(),
            moved,
            1e-4);
        loose.step(0);
        assertArrayEquals(free.weights(), loose.weights());
      }
    }
  }

  @Test
  void elementsBeyondALimitAreCut() {
    double limit = 0.05;
    for (int threads = 1; threads <= 2; threads++) {
      try (var free = new Regression(threads, SGD, new Clipping.None());
          var cut = new Regression(threads, SGD, new Clipping.ByValue(limit))) {
        float[] start = free.weights();
        assertEquals(free.step(0), cut.step(0), "the norm is the one before clipping");
        double[] gradient = Values.doubles(free.parallel.gradients().flat());
        assertTrue(Arrays.stream(gradient).anyMatch(g -> g > limit));
        assertTrue(Arrays.stream(gradient).anyMatch(g -> g < -limit));
        assertTrue(Arrays.stream(gradient).anyMatch(g -> g != 0 && Math.abs(g) < limit));
        Values.assertClose(
            "moved",
            Arrays.stream(gradient).map(g -> 0.01 * Math.clamp(g, -limit, limit)).toArray(),
            difference(start, cut.weights()),
            1e-4);
      }
    }
  }

  @Test
  void aLossThatIsNotFiniteLeavesTheWeightsAndSaysWhatToDo() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      try (var regression = new Regression(2, ADAM, new Clipping.ByNorm(1))) {
        regression.step(0);
        float[] before = regression.weights();
        float kept = targets.get(N - 1, 3);
        targets.set(bad, N - 1, 3);
        var e = assertThrows(DivergedException.class, () -> regression.step(1));
        assertTrue(e.getMessage().startsWith("training diverged at step 2: loss "), e.getMessage());
        assertTrue(e.getMessage().contains("Lower the learning rate"), e.getMessage());
        assertArrayEquals(before, regression.weights());
        assertEquals(1, regression.parallel.optimizer().steps());
        targets.set(kept, N - 1, 3);
        regression.step(2);
        assertFalse(Arrays.equals(before, regression.weights()), "the next good step counts");
      }
    }
  }

  @Test
  void aGradientThatIsNotFiniteLeavesTheWeights() {
    try (var regression = new Regression(1, SGD, new Clipping.None())) {
      float[] before = regression.weights();
      regression.scale = Float.MAX_VALUE;
      var e = assertThrows(DivergedException.class, () -> regression.step(0));
      assertTrue(e.getMessage().contains("gradient norm "), e.getMessage());
      assertArrayEquals(before, regression.weights());
    }
  }

  @Test
  void whatASliceThrowsIsThrownAndLeavesTheWeights() {
    try (var regression = new Regression(2, SGD, new Clipping.None())) {
      float[] before = regression.weights();
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  regression.parallel.step(
                      0,
                      1,
                      (worker, tape) -> {
                        throw new IllegalArgumentException("slice " + worker);
                      }));
      assertTrue(e.getMessage().startsWith("slice "), e.getMessage());
      assertArrayEquals(before, regression.weights());
      regression.step(1);
    }
  }

  @Test
  void everyPartOfTheRefreshRunsBeforeTheFirstSlice() {
    var parts = new int[3];
    try (var regression = new Regression(3, SGD, new Clipping.None());
        var parallel =
            new DataParallel(
                Backend.best(),
                regression.parameters,
                SGD,
                new Clipping.None(),
                3,
                (part, of) -> parts[part] = of)) {
      parallel.step(
          0,
          0,
          (worker, tape) -> {
            assertArrayEquals(new int[] {3, 3, 3}, parts);
            return 0;
          });
    }
  }

  @Test
  void evaluationDropsNothingOutAndLeavesTheWeights() {
    try (var one = new Regression(1, SGD, new Clipping.None()).dropout(0.5f);
        var many = new Regression(3, SGD, new Clipping.None()).dropout(0.5f);
        var whole = new Regression(1, SGD, new Clipping.None())) {
      double loss = whole.step(0).loss();
      float[] before = one.weights();
      DataParallel.Slice example =
          (i, tape) -> {
            assertFalse(tape.isTraining());
            Variable row = Ops.dropout(tape, tape.constant(x.rows(i, i + 1)), 0.5f);
            Parameters p = one.parameters;
            Variable y = Ops.linear(tape, row, p.get("w"), p.get("b"));
            return Ops.squaredError(tape, y, targets.rows(i, i + 1), 1);
          };
      assertEquals(loss, one.parallel.evaluate(N, example), 1e-5 * loss);
      assertEquals(one.parallel.evaluate(N, example), many.parallel.evaluate(N, example));
      assertArrayEquals(before, one.weights());
    }
  }

  @Test
  void whoeverKeepsADerivedFormOfTheWeightsLearnsThatTheyChanged() {
    try (var regression = new Regression(1, SGD, new Clipping.None())) {
      long version = regression.parameters.version();
      regression.step(0);
      assertTrue(regression.parameters.version() > version);
    }
  }
}
