package io.ciranda.simd;

import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.oneMinus;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;

import io.ciranda.memory.Memory;
import io.ciranda.simd.Loops.Loop;
import jdk.incubator.vector.FloatVector;

/**
 * The cells, forward and backward; {@link io.ciranda.kernel.Kernels} has the equations.
 *
 * <p>A cell is several short passes over one row, an LSTM's forwards over as many rows as L1 holds.
 * A row of an LSTM with 1024 hidden units is 32 KB: the passes find it in the L1 cache and lose
 * little against a single long one, which C2 could not compile.
 */
final class Gates {
  private static Loop rnnReluBackward = (dz, h, dh, _, _, _, _, n) -> reluLoop(dz, h, dh, n);
  private static Loop rnnTanhBackward = (dz, h, dh, _, _, _, _, n) -> tanhLoop(dz, h, dh, n);
  private static Loop lstmCell = (c, i, f, g, cPrev, _, _, n) -> cellLoop(c, i, f, g, cPrev, n);
  private static Loop lstmOutputBackward =
      (o, dc, dh, tanhC, _, _, _, n) -> outputBackwardLoop(o, dc, dh, tanhC, n);
  private static Loop lstmInputBackward =
      (i, g, dc, _, _, _, _, n) -> inputBackwardLoop(i, g, dc, n);
  private static Loop lstmForgetBackward =
      (f, dc, cPrev, _, _, _, _, n) -> forgetBackwardLoop(f, dc, cPrev, n);
  private static Loop gruOutput =
      (h, z, candidate, hPrev, _, _, _, n) -> gruOutputLoop(h, z, candidate, hPrev, n);
  private static Loop gruOutputBackward =
      (z, dz, candidate, dh, hPrev, _, _, n) ->
          gruOutputBackwardLoop(z, dz, candidate, dh, hPrev, n);
  private static Loop gruResetBackward =
      (r, dr, dun, dn, un, _, _, n) -> gruResetBackwardLoop(r, dr, dun, dn, un, n);

  /** Of an LSTM, with all their gates, in 32 KB. */
  private static final int CELLS_IN_L1 = 1024;

  private Gates() {}

  // ---- Elman ----

  static void rnnForward(long h, long z, boolean relu, int rows, int hidden) {
    if (relu) {
      Activations.relu(h, z, (long) rows * hidden);
    } else {
      Activations.tanh(h, z, (long) rows * hidden);
    }
  }

  static void rnnBackward(long dz, long h, long dh, boolean relu, int rows, int hidden) {
    Loops.run(relu ? rnnReluBackward : rnnTanhBackward, 1, dz, h, dh, (long) rows * hidden);
  }

  private static void reluLoop(long dz, long h, long dh, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector slope = fill(0f).blend(1, load(h + j).compare(GT, 0));
      store(load(dh + j).mul(slope), dz + j);
    }
  }

  private static void tanhLoop(long dz, long h, long dh, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector y = load(h + j);
      store(load(dh + j).mul(oneMinus(y.mul(y))), dz + j);
    }
  }

  // ---- LSTM ----

  static void lstmForward(long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden) {
    int block = Math.max(1, CELLS_IN_L1 / hidden);
    for (int row = 0; row < rows; row += block) {
      long at = 4L * row * hidden;
      int some = Math.min(block, rows - row);
      lstmForwardInL1(h + at, c + at, tanhC + at, ifgo + 4 * at, cPrev + at, some, hidden);
    }
  }

  /**
   * As few and as long loops as the layout allows: the output gates of a row stand before the input
   * and forget gates of the next one.
   */
  private static void lstmForwardInL1(
      long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden) {
    long width = 4L * hidden;
    Activations.sigmoid(ifgo, ifgo, 2L * hidden);
    for (int row = 0; row < rows; row++) {
      long at = row * width;
      long i = ifgo + 4 * at;
      long f = i + width;
      long g = f + width;
      long o = g + width;
      Activations.tanh(g, g, hidden);
      Activations.sigmoid(o, o, row + 1 < rows ? 3L * hidden : hidden);
      Loops.run(lstmCell, 1, c + at, i, f, g, cPrev + at, hidden);
    }
    Activations.tanh(tanhC, c, (long) rows * hidden);
    for (int row = 0; row < rows; row++) {
      long at = row * width;
      Elementwise.multiply(h + at, ifgo + 4 * at + 3 * width, tanhC + at, hidden);
    }
  }

  /** {@code c = f * cPrev + i * g}. */
  private static void cellLoop(long c, long i, long f, long g, long cPrev, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      store(load(f + j).fma(load(cPrev + j), load(i + j).mul(load(g + j))), c + j);
    }
  }

  static void lstmBackward(
      long ifgo, long dc, long dh, long tanhC, long cPrev, int rows, int hidden) {
    long width = 4L * hidden;
    for (int row = 0; row < rows; row++) {
      long at = row * width;
      long i = ifgo + 4 * at;
      long f = i + width;
      long g = f + width;
      long o = g + width;
      Loops.run(lstmOutputBackward, 2, o, dc + at, dh + at, tanhC + at, 0, hidden);
      Loops.run(lstmInputBackward, 2, i, g, dc + at, hidden);
      Loops.run(lstmForgetBackward, 2, f, dc + at, cPrev + at, hidden);
    }
  }

  /** {@code dc += dh * o * (1 - tanhC^2)}; o becomes {@code dh * tanhC * o * (1 - o)}. */
  private static void outputBackwardLoop(long o, long dc, long dh, long tanhC, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(o + j);
      FloatVector squashed = load(tanhC + j);
      FloatVector scaled = load(dh + j).mul(gate);
      store(scaled.fma(oneMinus(squashed.mul(squashed)), load(dc + j)), dc + j);
      store(scaled.mul(squashed).mul(oneMinus(gate)), o + j);
    }
  }

  /** i becomes {@code dc * g * i * (1 - i)}, g becomes {@code dc * i * (1 - g^2)}. */
  private static void inputBackwardLoop(long i, long g, long dc, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(i + j);
      FloatVector candidate = load(g + j);
      FloatVector scaled = load(dc + j).mul(gate);
      store(scaled.mul(candidate).mul(oneMinus(gate)), i + j);
      store(scaled.mul(oneMinus(candidate.mul(candidate))), g + j);
    }
  }

  /** f becomes {@code dc * cPrev * f * (1 - f)}, then {@code dc *= f}. */
  private static void forgetBackwardLoop(long f, long dc, long cPrev, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(f + j);
      FloatVector scaled = load(dc + j).mul(gate);
      store(scaled.mul(load(cPrev + j)).mul(oneMinus(gate)), f + j);
      store(scaled, dc + j);
    }
  }

  // ---- GRU ----

  static void gruForward(long h, long rzn, long un, long u, long hPrev, int rows, int hidden) {
    long width = 4L * hidden;
    for (int row = 0; row < rows; row++) {
      long at = row * width;
      long r = rzn + 3 * at;
      long z = r + width;
      long n = z + width;
      Elementwise.add(r, u + 3 * at, 2L * hidden);
      Activations.sigmoid(r, r, 2L * hidden);
      Memory.copy(un + at, u + 3 * at + 2 * width, hidden);
      Elementwise.multiplyAdd(n, r, un + at, hidden);
      Activations.tanh(n, n, hidden);
      Loops.run(gruOutput, 1, h + at, z, n, hPrev + at, 0, hidden);
    }
  }

  /** {@code h = (1 - z) * n + z * hPrev}. */
  private static void gruOutputLoop(long h, long z, long candidate, long hPrev, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(z + j);
      FloatVector fresh = oneMinus(gate).mul(load(candidate + j));
      store(gate.fma(load(hPrev + j), fresh), h + j);
    }
  }

  static void gruBackward(
      long rzn, long du, long dhPrev, long dh, long un, long hPrev, int rows, int hidden) {
    long width = 4L * hidden;
    for (int row = 0; row < rows; row++) {
      long at = row * width;
      long r = rzn + 3 * at;
      long z = r + width;
      long n = z + width;
      long dr = du + 3 * at;
      Elementwise.multiplyAdd(dhPrev + at, dh + at, z, hidden);
      // Arrays that are written come first: n is the third.
      Loops.run(gruOutputBackward, 3, z, dr + width, n, dh + at, hPrev + at, hidden);
      Loops.run(gruResetBackward, 3, r, dr, dr + 2 * width, n, un + at, hidden);
    }
  }

  /**
   * z and {@code dz} become {@code dh * (hPrev - n) * z * (1 - z)}, n becomes {@code dh * (1 - z) *
   * (1 - n^2)}.
   */
  private static void gruOutputBackwardLoop(
      long z, long dz, long candidate, long dh, long hPrev, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(z + j);
      FloatVector fresh = load(candidate + j);
      FloatVector scaled = load(dh + j).mul(oneMinus(gate));
      FloatVector gradient = load(hPrev + j).sub(fresh).mul(scaled).mul(gate);
      store(gradient, z + j);
      store(gradient, dz + j);
      store(scaled.mul(oneMinus(fresh.mul(fresh))), candidate + j);
    }
  }

  /** r and {@code dr} become {@code dn * un * r * (1 - r)}, {@code dun} becomes {@code dn * r}. */
  private static void gruResetBackwardLoop(long r, long dr, long dun, long dn, long un, long n) {
    for (long j = 0; j < 4 * n; j += BYTES) {
      FloatVector gate = load(r + j);
      FloatVector scaled = load(dn + j).mul(gate);
      FloatVector gradient = scaled.mul(load(un + j)).mul(oneMinus(gate));
      store(gradient, r + j);
      store(gradient, dr + j);
      store(scaled, dun + j);
    }
  }
}
