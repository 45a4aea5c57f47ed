package io.ciranda.simd;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.UpdateRule;
import java.util.List;
import java.util.Random;

/**
 * A call of one kernel: what its arrays hold, and how far its outputs may be from the reference's,
 * as a share of {@code 1 + |expected|}; 0 for the same bits.
 */
record Case(String name, double tolerance, List<Values> arrays, Call call) {
  private static final int ROWS = 3;
  private static final int TABLE = 5;
  private static final int POSITIONS = 7;

  /** Columns: more than a vector, fewer than eight. */
  private static final int FEW = 19;

  /**
   * The kernel, with the addresses of the arrays. Returns the kernel's result, 0 if it has none.
   */
  interface Call {
    double run(Kernels k, long[] a);
  }

  /** Start values of an array. */
  record Values(int length, Kind kind) {
    enum Kind {
      NORMAL,
      POSITIVE,
      IN_UNIT_INTERVAL,
      ROW_NUMBERS,
      TARGETS
    }

    /** The bits of value {@code i}. */
    int draw(Random random, int i, int limit) {
      return switch (kind) {
        case NORMAL -> Float.floatToRawIntBits((float) (2 * random.nextGaussian()));
        case POSITIVE -> Float.floatToRawIntBits((float) Math.abs(random.nextGaussian()));
        case IN_UNIT_INTERVAL -> Float.floatToRawIntBits(random.nextFloat());
        case ROW_NUMBERS -> random.nextInt(TABLE);
        case TARGETS -> i == 1 ? -1 : random.nextInt(limit);
      };
    }
  }

  private static Values normal(int length) {
    return new Values(length, Values.Kind.NORMAL);
  }

  private static Values positive(int length) {
    return new Values(length, Values.Kind.POSITIVE);
  }

  private static Values unit(int length) {
    return new Values(length, Values.Kind.IN_UNIT_INTERVAL);
  }

  private static Case of(String name, double tolerance, List<Values> arrays, Action action) {
    return new Case(
        name,
        tolerance,
        arrays,
        (k, a) -> {
          action.run(k, a);
          return 0;
        });
  }

  private interface Action {
    void run(Kernels k, long[] a);
  }

  private static Case update(String name, UpdateRule rule, long step, int n) {
    return of(
        name,
        2e-6,
        List.of(normal(n), normal(n), positive(n), positive(n)),
        (k, a) -> k.update(rule, a[0], a[1], a[2], a[3], 0.5f, 0.01f, step, n));
  }

  /** Every kernel but the products, on rows of n elements. */
  static List<Case> all(int n) {
    int m = ROWS * n;
    Values row = normal(m);
    Values out = normal(m);
    Values gate = unit(m);
    Values ids = new Values(ROWS, Values.Kind.ROW_NUMBERS);
    Values targets = new Values(ROWS, Values.Kind.TARGETS);
    double sum = 1e-6 * (1 + n / 100.0);
    // Rows of a source have other numbers between them.
    int stride = n + 5;
    Values source = normal(POSITIONS * stride);
    long key = 0x0123_4567_89ab_cdefL;
    return List.of(
        of(
            "rnnForward tanh",
            2e-7,
            List.of(out, row),
            (k, a) -> k.rnnForward(a[0], a[1], false, ROWS, n)),
        of(
            "rnnForward relu",
            0,
            List.of(out, row),
            (k, a) -> k.rnnForward(a[0], a[1], true, ROWS, n)),
        of(
            "rnnBackward tanh",
            1e-6,
            List.of(out, unit(m), row),
            (k, a) -> k.rnnBackward(a[0], a[1], a[2], false, ROWS, n)),
        of(
            "rnnBackward relu",
            0,
            List.of(out, row, row),
            (k, a) -> k.rnnBackward(a[0], a[1], a[2], true, ROWS, n)),
        of(
            "lstmForward",
            1e-6,
            List.of(out, out, out, normal(4 * m), row),
            (k, a) -> k.lstmForward(a[0], a[1], a[2], a[3], a[4], ROWS, n)),
        of(
            "lstmForward in place",
            1e-6,
            List.of(out, row, out, normal(4 * m)),
            (k, a) -> k.lstmForward(a[0], a[1], a[2], a[3], a[1], ROWS, n)),
        of(
            "lstmBackward",
            2e-6,
            List.of(unit(4 * m), row, row, gate, row),
            (k, a) -> k.lstmBackward(a[0], a[1], a[2], a[3], a[4], ROWS, n)),
        of(
            "gruForward",
            1e-6,
            List.of(out, normal(3 * m), out, normal(3 * m), row),
            (k, a) -> k.gruForward(a[0], a[1], a[2], a[3], a[4], ROWS, n)),
        of(
            "gruForward in place",
            1e-6,
            List.of(row, normal(3 * m), out, normal(3 * m)),
            (k, a) -> k.gruForward(a[0], a[1], a[2], a[3], a[0], ROWS, n)),
        of(
            "gruBackward",
            2e-6,
            List.of(unit(3 * m), normal(3 * m), row, row, row, row),
            (k, a) -> k.gruBackward(a[0], a[1], a[2], a[3], a[4], a[5], ROWS, n)),
        of("sigmoid", 2e-7, List.of(out, row), (k, a) -> k.sigmoid(a[0], a[1], m)),
        of("sigmoid in place", 2e-7, List.of(row), (k, a) -> k.sigmoid(a[0], a[0], m)),
        of(
            "sigmoidBackward",
            1e-6,
            List.of(row, gate, row),
            (k, a) -> k.sigmoidBackward(a[0], a[1], a[2], m)),
        of("tanh", 2e-7, List.of(out, row), (k, a) -> k.tanh(a[0], a[1], m)),
        of("tanh in place", 2e-7, List.of(row), (k, a) -> k.tanh(a[0], a[0], m)),
        of(
            "tanhBackward",
            1e-6,
            List.of(row, gate, row),
            (k, a) -> k.tanhBackward(a[0], a[1], a[2], m)),
        of("relu", 0, List.of(out, row), (k, a) -> k.relu(a[0], a[1], m)),
        of(
            "reluBackward",
            0,
            List.of(row, row, row),
            (k, a) -> k.reluBackward(a[0], a[1], a[2], m)),
        of(
            "additiveScores",
            sum,
            List.of(normal(POSITIONS), normal(n), source, normal(n)),
            (k, a) -> k.additiveScores(a[0], a[1], a[2], stride, a[3], POSITIONS, n)),
        of(
            "additiveScoresBackward",
            1e-5,
            List.of(normal(n), source, normal(n), normal(POSITIONS), normal(n), source, normal(n)),
            (k, a) ->
                k.additiveScoresBackward(
                    a[0], a[1], a[2], a[3], a[4], a[5], stride, a[6], POSITIONS, n)),
        of(
            "dots",
            sum,
            List.of(normal(POSITIONS), normal(n), source),
            (k, a) -> k.dots(a[0], a[1], a[2], stride, POSITIONS, n)),
        of(
            "dots of one position",
            sum,
            List.of(normal(1), normal(n), normal(n)),
            (k, a) -> k.dots(a[0], a[1], a[2], n, 1, n)),
        of(
            "weightedSum",
            3e-6,
            List.of(normal(n), normal(POSITIONS), source),
            (k, a) -> k.weightedSum(a[0], a[1], a[2], stride, POSITIONS, n)),
        of(
            "weightedSum of few columns",
            3e-6,
            List.of(normal(FEW), normal(POSITIONS), normal(POSITIONS * FEW)),
            (k, a) -> k.weightedSum(a[0], a[1], a[2], FEW, POSITIONS, FEW)),
        of(
            "weightedSum of nothing",
            0,
            List.of(normal(n)),
            (k, a) -> k.weightedSum(a[0], 0, 0, stride, 0, n)),
        of(
            "addOuter",
            1e-6,
            List.of(source, normal(POSITIONS), normal(n)),
            (k, a) -> k.addOuter(a[0], stride, a[1], a[2], POSITIONS, n)),
        of("softmax", 1e-6, List.of(row), (k, a) -> k.softmax(a[0], ROWS, n)),
        new Case(
            "softmaxCrossEntropy",
            sum,
            List.of(row, targets),
            (k, a) -> k.softmaxCrossEntropy(a[0], a[1], 0, 0.25f, ROWS, n)),
        new Case(
            "softmaxCrossEntropy smoothed",
            sum,
            List.of(row, targets),
            (k, a) -> k.softmaxCrossEntropy(a[0], a[1], 0.1f, 0.25f, ROWS, n)),
        new Case(
            "softmaxCrossEntropy smoothed, without gradient",
            sum,
            List.of(row, targets),
            (k, a) -> k.softmaxCrossEntropy(a[0], a[1], 0.1f, 0, ROWS, n)),
        new Case(
            "softmaxCrossEntropy without gradient",
            sum,
            List.of(row, targets),
            (k, a) -> k.softmaxCrossEntropy(a[0], a[1], 0, 0, ROWS, n)),
        new Case(
            "binaryCrossEntropy",
            sum,
            List.of(row, gate),
            (k, a) -> k.binaryCrossEntropy(a[0], a[1], 0.25f, m)),
        new Case(
            "binaryCrossEntropy without gradient",
            sum,
            List.of(row, gate),
            (k, a) -> k.binaryCrossEntropy(a[0], a[1], 0, m)),
        new Case(
            "squaredError", sum, List.of(row, row), (k, a) -> k.squaredError(a[0], a[1], 0.25f, m)),
        new Case(
            "squaredError without gradient",
            sum,
            List.of(row, row),
            (k, a) -> k.squaredError(a[0], a[1], 0, m)),
        of("add", 0, List.of(row, row), (k, a) -> k.add(a[0], a[1], m)),
        of("axpy", 1e-6, List.of(row, row), (k, a) -> k.axpy(a[0], 1.7f, a[1], m)),
        of("axpy of y", 1e-6, List.of(row), (k, a) -> k.axpy(a[0], -0.3f, a[0], m)),
        of("multiply", 0, List.of(out, row, row), (k, a) -> k.multiply(a[0], a[1], a[2], m)),
        of(
            "multiplyAdd",
            1e-6,
            List.of(row, row, row),
            (k, a) -> k.multiplyAdd(a[0], a[1], a[2], m)),
        of(
            "columnSums",
            0,
            List.of(normal(n), normal(37 * (n + 5))),
            (k, a) -> k.columnSums(a[0], a[1], n + 5, 37, n)),
        of(
            "gather",
            0,
            List.of(out, normal(TABLE * n), ids),
            (k, a) -> k.gather(a[0], a[1], a[2], ROWS, n)),
        of(
            "scatterAdd",
            0,
            List.of(normal(TABLE * n), row, ids),
            (k, a) -> k.scatterAdd(a[0], a[1], a[2], ROWS, n)),
        of("dropout", 0, List.of(out, row), (k, a) -> k.dropout(a[0], a[1], 0.4f, key, m)),
        of("dropout in place", 0, List.of(row), (k, a) -> k.dropout(a[0], a[0], 0.9f, -key, m)),
        of("dropout of nothing", 0, List.of(row), (k, a) -> k.dropout(a[0], a[0], 0, key, m)),
        new Case("sumOfSquares", sum, List.of(row), (k, a) -> k.sumOfSquares(a[0], m)),
        of("clamp", 0, List.of(row), (k, a) -> k.clamp(a[0], 1.25f, m)),
        update("sgd", new UpdateRule.Sgd(0, false, 0.01f), 2, m),
        update("sgd, momentum, step 1", new UpdateRule.Sgd(0.9f, false, 0), 1, m),
        update("sgd, momentum", new UpdateRule.Sgd(0.9f, false, 0.01f), 2, m),
        update("sgd, nesterov", new UpdateRule.Sgd(0.9f, true, 0), 2, m),
        update("rmsprop", new UpdateRule.RmsProp(0.99f, 1e-8f, 0.01f), 1, m),
        update("adagrad", new UpdateRule.Adagrad(1e-10f, 0.01f), 1, m),
        update("adadelta", new UpdateRule.Adadelta(0.9f, 1e-6f, 0.01f), 1, m),
        update("adam", new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, false), 3, m),
        update("adamw", new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, true), 1, m));
  }

  @Override
  public String toString() {
    return name;
  }
}
