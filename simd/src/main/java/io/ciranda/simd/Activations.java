package io.ciranda.simd;

import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.oneMinus;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import io.ciranda.simd.Loops.Loop;
import jdk.incubator.vector.FloatVector;

/**
 * Sigmoid, tanh and ReLU, and the exponential below them, from additions, multiplications, fused
 * multiply-adds and one division: the same bits on every CPU, which {@code lanewise(TANH)} and
 * {@code lanewise(EXP)} do not promise.
 *
 * <p>All rest on {@code e^x = 2^k (1 + r q(r))} with {@code k = round(x / ln 2)} and {@code r = x -
 * k ln 2}. The coefficients of q minimise the greatest relative error of {@code 1 + r q(r)} on
 * {@code |r| <= ln(2) / 2} for {@code q(0) = 1} (Lawson's iteratively reweighted least squares in
 * double, 3000 nodes, then rounded to float): 3.1e-9, far below the rounding of the float
 * operations.
 *
 * <p>Measured errors, over every 199th float and 4 million more where the functions bend:
 *
 * <pre>
 * exp      relative 7.8e-8   from -87 to 0
 * tanh     absolute 1.5e-7   relative 2.4e-7
 * sigmoid  absolute 9.0e-8
 * </pre>
 *
 * <p>The bound of a range is set by compare and blend: unlike {@code min} and {@code max} that is
 * two instructions on x86, and it leaves NaN alone.
 */
final class Activations {
  private static final float LOG2_E = 1.442695f;

  /** ln 2 as the nearest float and the rest. */
  private static final float LN2_HIGH = 0.6931472f;

  private static final float LN2_LOW = -1.9046542e-9f;

  /**
   * Added to a float of small magnitude, 1.5 * 2^23 leaves its integer part in the low bits of the
   * mantissa. The 127 is the bias of the exponent, so that {@code << 23} makes those bits 2^k.
   */
  private static final float ROUND = 0x1.8p23f + 127;

  private static final float Q1 = 0.49999994f;
  private static final float Q2 = 0.1666652f;
  private static final float Q3 = 0.0416684f;
  private static final float Q4 = 0.008368851f;
  private static final float Q5 = 0.001381432f;

  private Activations() {}

  // ---- functions of a vector ----

  /** {@code x / ln 2 + ROUND}: k in the low bits. */
  private static FloatVector rounded(FloatVector x) {
    return x.fma(fill(LOG2_E), fill(ROUND));
  }

  /** r. */
  private static FloatVector remainder(FloatVector x, FloatVector rounded) {
    FloatVector k = rounded.sub(ROUND);
    return k.fma(fill(-LN2_LOW), k.fma(fill(-LN2_HIGH), x));
  }

  /** q(r). */
  private static FloatVector q(FloatVector r) {
    return fill(Q5)
        .fma(r, fill(Q4))
        .fma(r, fill(Q3))
        .fma(r, fill(Q2))
        .fma(r, fill(Q1))
        .fma(r, fill(1f));
  }

  /** 2^k; 0 for k = -127 and infinity for k = 128. */
  private static FloatVector powerOfTwo(FloatVector rounded) {
    return rounded.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
  }

  /** {@code e^x} for {@code x <= 89}; results below 2^-126 are 0. */
  static FloatVector exp(FloatVector x) {
    FloatVector v = x.blend(-88, x.compare(LT, -88));
    FloatVector rounded = rounded(v);
    FloatVector r = remainder(v, rounded);
    return powerOfTwo(rounded).mul(q(r).fma(r, fill(1f)));
  }

  /** {@code 1 / (1 + e^-x)}. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector v = x.neg();
    v = v.blend(89, v.compare(GT, 89)); // e^89 is infinite, as e^v is beyond it
    return fill(1f).div(exp(v).add(1));
  }

  /**
   * {@code (e^2x - 1) / (e^2x + 1)}, by way of {@code e^2x - 1}, which is exact where x is small.
   */
  static FloatVector tanh(FloatVector x) {
    // Beyond 9.02 the nearest float is 1.
    FloatVector v = x.blend(10, x.compare(GT, 10));
    v = v.blend(-10, v.compare(LT, -10));
    v = v.add(v);
    FloatVector rounded = rounded(v);
    FloatVector r = remainder(v, rounded);
    FloatVector power = powerOfTwo(rounded);
    FloatVector expMinus1 = power.fma(q(r).mul(r), power.sub(1));
    return expMinus1.div(expMinus1.add(2));
  }

  // ---- kernels ----

  private static Loop sigmoid = (y, x, _, _, _, _, _, n) -> sigmoidLoop(y, x, n);
  private static Loop sigmoidBackward =
      (dx, y, dy, _, _, _, _, n) -> sigmoidBackwardLoop(dx, y, dy, n);
  private static Loop tanh = (y, x, _, _, _, _, _, n) -> tanhLoop(y, x, n);
  private static Loop tanhBackward = (dx, y, dy, _, _, _, _, n) -> tanhBackwardLoop(dx, y, dy, n);
  private static Loop relu = (y, x, _, _, _, _, _, n) -> reluLoop(y, x, n);
  private static Loop reluBackward = (dx, y, dy, _, _, _, _, n) -> reluBackwardLoop(dx, y, dy, n);

  static void sigmoid(long y, long x, long n) {
    Loops.run(sigmoid, 1, y, x, n);
  }

  private static void sigmoidLoop(long y, long x, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(sigmoid(load(x + i)), y + i);
    }
  }

  static void sigmoidBackward(long dx, long y, long dy, long n) {
    Loops.run(sigmoidBackward, 1, dx, y, dy, n);
  }

  private static void sigmoidBackwardLoop(long dx, long y, long dy, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(y + i);
      store(load(dy + i).fma(v.mul(oneMinus(v)), load(dx + i)), dx + i);
    }
  }

  static void tanh(long y, long x, long n) {
    Loops.run(tanh, 1, y, x, n);
  }

  private static void tanhLoop(long y, long x, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(tanh(load(x + i)), y + i);
    }
  }

  static void tanhBackward(long dx, long y, long dy, long n) {
    Loops.run(tanhBackward, 1, dx, y, dy, n);
  }

  private static void tanhBackwardLoop(long dx, long y, long dy, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(y + i);
      store(load(dy + i).fma(oneMinus(v.mul(v)), load(dx + i)), dx + i);
    }
  }

  static void relu(long y, long x, long n) {
    Loops.run(relu, 1, y, x, n);
  }

  private static void reluLoop(long y, long x, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(x + i);
      // LE, not LT: -0 becomes 0. NaN stays.
      store(v.blend(0, v.compare(LE, 0)), y + i);
    }
  }

  static void reluBackward(long dx, long y, long dy, long n) {
    Loops.run(reluBackward, 1, dx, y, dy, n);
  }

  private static void reluBackwardLoop(long dx, long y, long dy, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector passed = fill(0f).blend(load(dy + i), load(y + i).compare(GT, 0));
      store(load(dx + i).add(passed), dx + i);
    }
  }
}
