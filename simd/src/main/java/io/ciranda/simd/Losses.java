package io.ciranda.simd;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.getInt;
import static io.ciranda.memory.Memory.set;
import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.mask;
import static io.ciranda.simd.Lanes.orElse;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.ciranda.memory.Memory;
import jdk.incubator.vector.FloatVector;

/**
 * Losses and softmax. A sum is formed lane by lane in float over a {@link #SPAN} and from span to
 * span in double.
 */
final class Losses {
  /** Elements that are added up in float: 32 to a lane, an error of at most 1e-6 of the sum. */
  static final int SPAN = 32 * VL;

  /**
   * {@code log(1 + e) = e (1 + e (A1 + e A2)) / (1 + e (B1 + e (B2 + e B3)))}: least greatest relative
   * error on [0, 1], fitted as the exponential was; 2e-8.
   */
  private static final float A1 = 0.8671936f;

  private static final float A2 = 0.12376434f;
  private static final float B1 = 1.3671917f;
  private static final float B2 = 0.47405896f;
  private static final float B3 = 0.031094559f;

  private Losses() {}

  // ---- softmax ------------------------------------------------------------------------------------

  static void softmax(long x, int rows, int v) {
    for (int row = 0; row < rows; row++) {
      long at = x + 4L * row * v;
      double sum = exponentials(at, at, max(at, v), v);
      Elementwise.scale(at, (float) (1 / sum), v);
    }
  }

  static double softmaxCrossEntropy(long logits, long targets, float scale, int rows, int v) {
    double loss = 0;
    for (int row = 0; row < rows; row++) {
      long at = logits + 4L * row * v;
      int target = getInt(targets, row);
      if (target >= 0) {
        float max = max(at, v);
        float chosen = get(at, target);
        double sum = exponentials(scale == 0 ? 0 : at, at, max, v);
        loss += max + StrictMath.log(sum) - chosen;
        if (scale != 0) {
          Elementwise.scale(at, (float) (scale / sum), v);
          set(at, target, get(at, target) - scale);
        }
      } else if (scale != 0) {
        Memory.zero(at, v);
      }
    }
    return loss;
  }

  /** The greatest element that is not NaN. One NaN makes the sum of exponentials NaN in any case. */
  private static float max(long x, long n) {
    FloatVector max = fill(Float.NEGATIVE_INFINITY);
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector v = orElse(load(x + 4 * i, mask), mask, Float.NEGATIVE_INFINITY);
      max = max.blend(v, v.compare(GT, max));
    }
    return max.reduceLanes(MAX);
  }

  /** {@code y = exp(x - max)} unless y is 0. Returns the sum. */
  private static double exponentials(long y, long x, float max, long n) {
    double sum = 0;
    for (long i = 0; i < n; i += SPAN) {
      sum += exponentialsOfSpan(y == 0 ? 0 : y + 4 * i, x + 4 * i, max, Math.min(SPAN, n - i));
    }
    return sum;
  }

  private static float exponentialsOfSpan(long y, long x, float max, long n) {
    FloatVector sum = fill(0f);
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector v = orElse(load(x + 4 * i, mask), mask, Float.NEGATIVE_INFINITY);
      FloatVector e = Activations.exp(v.sub(max));
      sum = sum.add(e);
      if (y != 0) {
        store(e, y + 4 * i, mask);
      }
    }
    return Lanes.sum(sum);
  }

  // ---- binary cross-entropy -------------------------------------------------------------------------

  static double binaryCrossEntropy(long logits, long targets, float scale, long n) {
    double loss = 0;
    for (long i = 0; i < n; i += SPAN) {
      long span = Math.min(SPAN, n - i);
      loss += wrongLogitsOfSpan(logits + 4 * i, targets + 4 * i, span);
      loss += uncertaintyOfSpan(logits + 4 * i, span);
    }
    if (scale != 0) {
      binaryCrossEntropyBackward(logits, targets, scale, n);
    }
    return loss;
  }

  /** The sum of {@code max(x, 0) - x * y}. */
  private static float wrongLogitsOfSpan(long logits, long targets, long n) {
    FloatVector sum = fill(0f);
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector x = load(logits + 4 * i, mask);
      FloatVector positive = x.blend(0, x.compare(LT, 0));
      sum = sum.add(positive.sub(x.mul(load(targets + 4 * i, mask))));
    }
    return Lanes.sum(sum);
  }

  /** The sum of {@code log(1 + exp(-|x|))}. */
  private static float uncertaintyOfSpan(long logits, long n) {
    FloatVector sum = fill(0f);
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector x = orElse(load(logits + 4 * i, mask), mask, Float.NEGATIVE_INFINITY);
      sum = sum.add(log1p(Activations.exp(x.abs().neg())));
    }
    return Lanes.sum(sum);
  }

  /** {@code log(1 + e)} for e in [0, 1]. */
  private static FloatVector log1p(FloatVector e) {
    FloatVector numerator = fill(A2).fma(e, fill(A1)).fma(e, fill(1f)).mul(e);
    FloatVector denominator = fill(B3).fma(e, fill(B2)).fma(e, fill(B1)).fma(e, fill(1f));
    return numerator.div(denominator);
  }

  private static void binaryCrossEntropyBackward(long x, long targets, float scale, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector p = Activations.sigmoid(load(x + 4 * i, mask));
      store(p.sub(load(targets + 4 * i, mask)).mul(scale), x + 4 * i, mask);
    }
  }

  // ---- squares --------------------------------------------------------------------------------------

  static double squaredError(long x, long targets, float scale, long n) {
    double loss = 0;
    for (long i = 0; i < n; i += SPAN) {
      loss += squaredErrorOfSpan(x + 4 * i, targets + 4 * i, 2 * scale, Math.min(SPAN, n - i));
    }
    return loss;
  }

  private static float squaredErrorOfSpan(long x, long targets, float slope, long n) {
    FloatVector sum = fill(0f);
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector error = load(x + 4 * i, mask).sub(load(targets + 4 * i, mask));
      sum = error.fma(error, sum);
      if (slope != 0) {
        store(error.mul(slope), x + 4 * i, mask);
      }
    }
    return Lanes.sum(sum);
  }

  static double sumOfSquares(long x, long n) {
    double sum = 0;
    for (long i = 0; i < n; i += SPAN) {
      sum += sumOfSquaresOfSpan(x + 4 * i, Math.min(SPAN, n - i));
    }
    return sum;
  }

  private static float sumOfSquaresOfSpan(long x, long n) {
    FloatVector sum = fill(0f);
    for (long i = 0; i < n; i += VL) {
      FloatVector v = load(x + 4 * i, mask(n - i));
      sum = v.fma(v, sum);
    }
    return Lanes.sum(sum);
  }
}
