package io.ciranda.simd;

import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.mask;
import static io.ciranda.simd.Lanes.oneMinus;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;

/**
 * The cells, forward and backward; {@link io.ciranda.kernel.Kernels} has the equations.
 *
 * <p>One row of an LSTM with 1024 hidden units is 32 KB, so several short passes over a row find it
 * in the L1 cache and lose next to nothing against a single long one. They must be short: a compiled
 * method has room for one transcendental function (see the package's page). That holds for what C2
 * inlines as well, and nothing but an unpredictable call stops it from inlining; hence the passes of
 * a cell are a list of objects, called from one place.
 */
final class Gates {
  private static final LstmForward[] LSTM_FORWARD = {
    (_, _, _, ifgo, _, n) -> Activations.sigmoid(ifgo, ifgo, 2L * n),
    (_, _, _, ifgo, _, n) -> Activations.tanh(ifgo + 8L * n, ifgo + 8L * n, n),
    (_, _, _, ifgo, _, n) -> Activations.sigmoid(ifgo + 12L * n, ifgo + 12L * n, n),
    (_, c, _, ifgo, cPrev, n) -> lstmCell(c, ifgo, cPrev, n),
    (_, c, tanhC, _, _, n) -> Activations.tanh(tanhC, c, n),
    (h, _, tanhC, ifgo, _, n) -> Elementwise.multiply(h, ifgo + 12L * n, tanhC, n)
  };

  private static final LstmBackward[] LSTM_BACKWARD = {
    (ifgo, dc, dh, tanhC, _, n) -> lstmOutputBackward(ifgo + 12L * n, dc, dh, tanhC, n),
    (ifgo, dc, _, _, _, n) -> lstmInputBackward(ifgo, ifgo + 8L * n, dc, n),
    (ifgo, dc, _, _, cPrev, n) -> lstmForgetBackward(ifgo + 4L * n, dc, cPrev, n)
  };

  private static final GruForward[] GRU_FORWARD = {
    (_, rzn, _, u, _, n) -> Elementwise.add(rzn, u, 2L * n),
    (_, rzn, _, _, _, n) -> Activations.sigmoid(rzn, rzn, 2L * n),
    (_, _, un, u, _, n) -> Elementwise.copy(un, u + 8L * n, n),
    (_, rzn, un, _, _, n) -> Elementwise.multiplyAdd(rzn + 8L * n, rzn, un, n),
    (_, rzn, _, _, _, n) -> Activations.tanh(rzn + 8L * n, rzn + 8L * n, n),
    (h, rzn, _, _, hPrev, n) -> gruOutput(h, rzn + 4L * n, rzn + 8L * n, hPrev, n)
  };

  private static final GruBackward[] GRU_BACKWARD = {
    (rzn, _, dhPrev, dh, _, _, n) -> Elementwise.multiplyAdd(dhPrev, dh, rzn + 4L * n, n),
    (rzn, du, _, dh, _, hPrev, n) -> gruOutputBackward(rzn, du + 4L * n, dh, hPrev, n),
    (rzn, du, _, _, un, _, n) -> gruResetBackward(rzn, du, un, n)
  };

  private Gates() {}

  private interface LstmForward {
    void run(long h, long c, long tanhC, long ifgo, long cPrev, int n);
  }

  private interface LstmBackward {
    void run(long ifgo, long dc, long dh, long tanhC, long cPrev, int n);
  }

  private interface GruForward {
    void run(long h, long rzn, long un, long u, long hPrev, int n);
  }

  private interface GruBackward {
    void run(long rzn, long du, long dhPrev, long dh, long un, long hPrev, int n);
  }

  // ---- Elman --------------------------------------------------------------------------------------

  static void rnnForward(long h, long z, boolean relu, int rows, int hidden) {
    if (relu) {
      Activations.relu(h, z, (long) rows * hidden);
    } else {
      Activations.tanh(h, z, (long) rows * hidden);
    }
  }

  static void rnnBackward(long dz, long h, long dh, boolean relu, int rows, int hidden) {
    if (relu) {
      rnnReluBackward(dz, h, dh, (long) rows * hidden);
    } else {
      rnnTanhBackward(dz, h, dh, (long) rows * hidden);
    }
  }

  private static void rnnReluBackward(long dz, long h, long dh, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector slope = fill(0f).blend(1, load(h + 4 * i, mask).compare(GT, 0));
      store(load(dh + 4 * i, mask).mul(slope), dz + 4 * i, mask);
    }
  }

  private static void rnnTanhBackward(long dz, long h, long dh, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector y = load(h + 4 * i, mask);
      store(load(dh + 4 * i, mask).mul(oneMinus(y.mul(y))), dz + 4 * i, mask);
    }
  }

  // ---- LSTM ---------------------------------------------------------------------------------------

  static void lstmForward(
      long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      long at = 4L * row * hidden;
      for (LstmForward pass : LSTM_FORWARD) {
        pass.run(h + at, c + at, tanhC + at, ifgo + 4 * at, cPrev + at, hidden);
      }
    }
  }

  /** {@code c = f * cPrev + i * g}. */
  private static void lstmCell(long c, long ifgo, long cPrev, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      long i = ifgo + 4 * j;
      FloatVector input = load(i, mask).mul(load(i + 8L * n, mask));
      store(load(i + 4L * n, mask).fma(load(cPrev + 4 * j, mask), input), c + 4 * j, mask);
    }
  }

  static void lstmBackward(
      long ifgo, long dc, long dh, long tanhC, long cPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      long at = 4L * row * hidden;
      for (LstmBackward pass : LSTM_BACKWARD) {
        pass.run(ifgo + 4 * at, dc + at, dh + at, tanhC + at, cPrev + at, hidden);
      }
    }
  }

  /** {@code dc += dh * o * (1 - tanhC^2)}; o becomes {@code dh * tanhC * o * (1 - o)}. */
  private static void lstmOutputBackward(long o, long dc, long dh, long tanhC, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      FloatVector gate = load(o + 4 * j, mask);
      FloatVector squashed = load(tanhC + 4 * j, mask);
      FloatVector scaled = load(dh + 4 * j, mask).mul(gate);
      FloatVector slope = oneMinus(squashed.mul(squashed));
      store(scaled.fma(slope, load(dc + 4 * j, mask)), dc + 4 * j, mask);
      store(scaled.mul(squashed).mul(oneMinus(gate)), o + 4 * j, mask);
    }
  }

  /** i becomes {@code dc * g * i * (1 - i)}, g becomes {@code dc * i * (1 - g^2)}. */
  private static void lstmInputBackward(long i, long g, long dc, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      FloatVector gate = load(i + 4 * j, mask);
      FloatVector candidate = load(g + 4 * j, mask);
      FloatVector scaled = load(dc + 4 * j, mask).mul(gate);
      store(scaled.mul(candidate).mul(oneMinus(gate)), i + 4 * j, mask);
      store(scaled.mul(oneMinus(candidate.mul(candidate))), g + 4 * j, mask);
    }
  }

  /** f becomes {@code dc * cPrev * f * (1 - f)}, then {@code dc *= f}. */
  private static void lstmForgetBackward(long f, long dc, long cPrev, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      FloatVector gate = load(f + 4 * j, mask);
      FloatVector scaled = load(dc + 4 * j, mask).mul(gate);
      store(scaled.mul(load(cPrev + 4 * j, mask)).mul(oneMinus(gate)), f + 4 * j, mask);
      store(scaled, dc + 4 * j, mask);
    }
  }

  // ---- GRU ------------------------------------------------------------------------------------------

  static void gruForward(long h, long rzn, long un, long u, long hPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      long at = 4L * row * hidden;
      for (GruForward pass : GRU_FORWARD) {
        pass.run(h + at, rzn + 3 * at, un + at, u + 3 * at, hPrev + at, hidden);
      }
    }
  }

  /** {@code h = (1 - z) * n + z * hPrev}. */
  private static void gruOutput(long h, long z, long candidate, long hPrev, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      FloatVector gate = load(z + 4 * j, mask);
      FloatVector fresh = oneMinus(gate).mul(load(candidate + 4 * j, mask));
      store(gate.fma(load(hPrev + 4 * j, mask), fresh), h + 4 * j, mask);
    }
  }

  static void gruBackward(
      long rzn, long du, long dhPrev, long dh, long un, long hPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      long at = 4L * row * hidden;
      for (GruBackward pass : GRU_BACKWARD) {
        pass.run(rzn + 3 * at, du + 3 * at, dhPrev + at, dh + at, un + at, hPrev + at, hidden);
      }
    }
  }

  /**
   * z and {@code du}'s z become {@code dh * (hPrev - n) * z * (1 - z)}, n becomes {@code dh * (1 - z) * (1
   * - n^2)}.
   */
  private static void gruOutputBackward(long rzn, long dz, long dh, long hPrev, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      long z = rzn + 4L * n + 4 * j;
      FloatVector gate = load(z, mask);
      FloatVector candidate = load(z + 4L * n, mask);
      FloatVector scaled = load(dh + 4 * j, mask).mul(oneMinus(gate));
      FloatVector gradient = load(hPrev + 4 * j, mask).sub(candidate).mul(scaled).mul(gate);
      store(gradient, z, mask);
      store(gradient, dz + 4 * j, mask);
      store(scaled.mul(oneMinus(candidate.mul(candidate))), z + 4L * n, mask);
    }
  }

  /** With dn in place of n: r and {@code du}'s r become {@code dn * un * r * (1 - r)}, du's n {@code dn * r}. */
  private static void gruResetBackward(long rzn, long du, long un, int n) {
    for (long j = 0; j < n; j += VL) {
      var mask = mask(n - j);
      long r = rzn + 4 * j;
      long dr = du + 4 * j;
      FloatVector gate = load(r, mask);
      FloatVector scaled = load(r + 8L * n, mask).mul(gate);
      FloatVector gradient = scaled.mul(load(un + 4 * j, mask)).mul(oneMinus(gate));
      store(gradient, r, mask);
      store(gradient, dr, mask);
      store(scaled, dr + 8L * n, mask);
    }
  }
}
