package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.PackedMatrix;

/**
 * Some columns W of a weight matrix, packed for products step by step in both directions. All
 * {@code long} parameters are addresses of rows without gaps: {@code x [rows][K]}, {@code y
 * [rows][N]}.
 */
final class Projection implements AutoCloseable {
  private final Parameter weight; // [N][..]
  private final int column;
  private final PackedMatrix forwardWeights; // W^T [K][N]
  private final PackedMatrix backwardWeights; // W [N][K]

  /** Columns {@code column} to {@code column + columns} of {@code weight}; not yet packed. */
  Projection(Backend backend, Parameter weight, int column, int columns) {
    this.weight = weight;
    this.column = column;
    forwardWeights = backend.packed(columns, weight.dim(0));
    backwardWeights = backend.packed(weight.dim(0), columns);
  }

  /** Packs the weights again. */
  void refresh() {
    forwardWeights.packColumnsTransposed(weight.value(), column);
    backwardWeights.packColumns(weight.value(), column);
  }

  /** N. */
  int outputs() {
    return forwardWeights.n();
  }

  /** {@code y = x W^T}, with its way back; {@code x [..][K]}. */
  Variable forward(Tape tape, Variable x) {
    int[] shape = x.value().shape();
    int rows = Math.toIntExact(x.value().size() / forwardWeights.k());
    shape[shape.length - 1] = outputs();
    Variable y = tape.variable(tape.workspace().tensor(shape));
    apply(y.value().address(), 0, x.value().address(), rows);
    tape.record(
        () -> {
          long dy = y.gradient().address();
          addWeightGradient(tape, dy, x.value().address(), rows);
          if (x.needsGradient()) {
            addGradient(x.gradient().address(), dy, rows);
          }
        });
    return y;
  }

  /** {@code y = bias + x W^T}, {@code bias [N]} or 0 for none. */
  void apply(long y, long bias, long x, int rows) {
    apply(y, forwardWeights.n(), bias, x, rows);
  }

  /** As {@link #apply(long, long, long, int)}, with rows of y that are {@code ldy} apart. */
  void apply(long y, long ldy, long bias, long x, int rows) {
    forwardWeights.gemm(y, ldy, bias, x, forwardWeights.k(), rows);
  }

  /** {@code y += x W^T}. */
  void add(long y, long x, int rows) {
    forwardWeights.gemmAdd(y, forwardWeights.n(), x, forwardWeights.k(), rows);
  }

  /** {@code dx += dy W}. */
  void addGradient(long dx, long dy, int rows) {
    backwardWeights.gemmAdd(dx, backwardWeights.n(), dy, backwardWeights.k(), rows);
  }

  /** {@code dW += dy^T x}, best for the rows of all steps at once. */
  void addWeightGradient(Tape tape, long dy, long x, int rows) {
    int n = forwardWeights.n();
    int k = forwardWeights.k();
    long gradient = tape.gradient(weight).address() + 4L * column;
    tape.backend()
        .matMul()
        .gemm(
            true, gradient, weight.dim(1), dy, n, true, x, k, false, n, k, rows, tape.workspace());
  }

  @Override
  public void close() {
    forwardWeights.close();
    backwardWeights.close();
  }
}
