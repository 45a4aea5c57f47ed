package io.ciranda.simd;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.getInt;
import static io.ciranda.memory.Memory.set;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.VECTOR;
import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.store;
import static java.lang.Float.NEGATIVE_INFINITY;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.ciranda.memory.Memory;
import io.ciranda.simd.Loops.Loop;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Losses and softmax. A sum is formed lane by lane in float over a {@link #SPAN}; the lanes, and
 * the sums of the spans, are added up in double in a fixed order. Squares are floats: beyond 1.8e19
 * their sum is infinite.
 */
final class Losses {
  /** Elements whose sum is formed in float: 32 to a lane, an error of at most 1e-6 of the sum. */
  private static final int SPAN = 32 * VL;

  /**
   * {@code log(1 + e) = e (1 + e (A1 + e A2)) / (1 + e (B1 + e (B2 + e B3)))}: least greatest
   * relative error on [0, 1], fitted as the exponential was; 2e-8.
   */
  private static final float A1 = 0.8671936f;

  private static final float A2 = 0.12376434f;
  private static final float B1 = 1.3671917f;
  private static final float B2 = 0.47405896f;
  private static final float B3 = 0.031094559f;

  // A loop adds the lanes of its sum to what is at f.
  private static Loop greatest = (x, _, _, _, _, f, _, n) -> greatestLoop(x, f, n);
  private static Loop exponentials =
      (y, x, _, _, _, f, max, n) -> exponentialsLoop(y, x, f, max, n);
  private static Loop differences = (x, _, _, _, _, f, max, n) -> differencesLoop(x, f, max, n);
  private static Loop gradient = (x, _, _, _, _, f, a, n) -> gradientLoop(x, f, a, n);
  private static Loop wrongLogits = (x, y, _, _, _, f, _, n) -> wrongLogitsLoop(x, y, f, n);
  private static Loop uncertainty = (x, _, _, _, _, f, _, n) -> uncertaintyLoop(x, f, n);
  private static Loop binaryBackward = (x, y, _, _, _, _, s, n) -> binaryBackwardLoop(x, y, s, n);
  private static Loop squaredError = (x, y, _, _, _, f, s, n) -> squaredErrorLoop(x, y, f, s, n);
  private static Loop squares = (x, _, _, _, _, f, _, n) -> squaresLoop(x, f, n);

  private Losses() {}

  /**
   * The sum that {@code loop} forms over two arrays, of which it writes the first {@code outputs}.
   */
  private static double sum(Loop loop, int outputs, long a, long b, float s, float pad, long n) {
    long lanes = Loops.lanes();
    double sum = 0;
    for (long i = 0; i < n; i += SPAN) {
      FloatVector.zero(F).intoMemorySegment(Memory.ALL, lanes, ByteOrder.nativeOrder());
      long span = Math.min(SPAN, n - i);
      Loops.run(loop, outputs, at(a, i), at(b, i), 0, 0, 0, lanes, s, pad, span);
      sum += sumOfLanes(lanes);
    }
    return sum;
  }

  private static double sumOfLanes(long lanes) {
    // One sum after the other would be a chain of 16 additions.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int lane = 0; lane < VL; lane += 4) {
      s0 += get(lanes, lane);
      s1 += get(lanes, lane + 1);
      s2 += get(lanes, lane + 2);
      s3 += get(lanes, lane + 3);
    }
    return s0 + s1 + (s2 + s3);
  }

  private static long at(long array, long i) {
    return array == 0 ? 0 : array + 4 * i;
  }

  // ---- softmax ----

  static void softmax(long x, int rows, int v) {
    for (int row = 0; row < rows; row++) {
      long at = x + 4L * row * v;
      double sum = sum(exponentials, 1, at, at, greatest(at, v), NEGATIVE_INFINITY, v);
      Elementwise.scale(at, (float) (1 / sum), v);
    }
  }

  static double softmaxCrossEntropy(
      long logits, long targets, float smoothing, float scale, int rows, int v) {
    double loss = 0;
    double share = (double) smoothing / v;
    for (int row = 0; row < rows; row++) {
      long at = logits + 4L * row * v;
      int target = getInt(targets, row);
      if (target >= 0) {
        float greatest = greatest(at, v);
        double met = (1 - smoothing) * get(at, target);
        if (smoothing != 0) {
          met += smoothing * greatest + share * sum(differences, 0, at, 0, greatest, greatest, v);
        }
        long to = scale == 0 ? 0 : at;
        double sum = sum(exponentials, 1, to, at, greatest, NEGATIVE_INFINITY, v);
        loss += greatest + StrictMath.log(sum) - met;
        if (scale != 0) {
          long shift = Loops.constants();
          set(shift, 0, (float) (-scale * share));
          Loops.run(gradient, 1, at, 0, 0, 0, 0, shift, (float) (scale / sum), 0, v);
          set(at, target, get(at, target) - scale * (1 - smoothing));
        }
      } else if (scale != 0) {
        Memory.zero(at, v);
      }
    }
    return loss;
  }

  /**
   * The greatest element that is not NaN. One NaN makes the sum of exponentials NaN in any case.
   */
  private static float greatest(long x, long n) {
    long result = Loops.lanes();
    set(result, 0, NEGATIVE_INFINITY);
    Loops.run(greatest, 0, x, 0, 0, 0, 0, result, 0, NEGATIVE_INFINITY, n);
    return get(result, 0);
  }

  private static void greatestLoop(long x, long result, long n) {
    FloatVector greatest = fill(get(result, 0));
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(x + i);
      greatest = v.blend(greatest, v.compare(GT, greatest).not());
    }
    set(result, 0, VECTOR.cast(greatest).reduceLanes(MAX));
  }

  /** {@code y = exp(x - max)} unless y is 0. */
  private static void exponentialsLoop(long y, long x, long lanes, float max, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector e = Activations.exp(load(x + i).sub(max));
      sum = e.add(sum);
      if (y != 0) {
        store(e, y + i);
      }
    }
    store(sum, lanes);
  }

  /** The sum of {@code x - max}, which is small where the loss is. */
  private static void differencesLoop(long x, long lanes, float max, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      sum = load(x + i).sub(max).add(sum);
    }
    store(sum, lanes);
  }

  /** x becomes {@code a x} plus what is at {@code shift}. */
  private static void gradientLoop(long x, long shift, float a, long n) {
    FloatVector b = fill(get(shift, 0));
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(load(x + i).fma(fill(a), b), x + i);
    }
  }

  // ---- binary cross-entropy ----

  static double binaryCrossEntropy(long logits, long targets, float scale, long n) {
    double wrong = sum(wrongLogits, 0, logits, targets, 0, 0, n);
    double loss = wrong + sum(uncertainty, 0, logits, 0, 0, NEGATIVE_INFINITY, n);
    if (scale != 0) {
      Loops.run(binaryBackward, 1, logits, targets, 0, 0, 0, 0, scale, 0, n);
    }
    return loss;
  }

  /** The sum of {@code max(x, 0) - x * y}. */
  private static void wrongLogitsLoop(long x, long y, long lanes, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector logit = load(x + i);
      FloatVector positive = logit.blend(0, logit.compare(LT, 0));
      sum = positive.sub(logit.mul(load(y + i))).add(sum);
    }
    store(sum, lanes);
  }

  /** The sum of {@code log(1 + exp(-|x|))}. */
  private static void uncertaintyLoop(long x, long lanes, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      sum = log1p(Activations.exp(load(x + i).abs().neg())).add(sum);
    }
    store(sum, lanes);
  }

  /** {@code log(1 + e)} for e in [0, 1]. */
  private static FloatVector log1p(FloatVector e) {
    FloatVector numerator = fill(A2).fma(e, fill(A1)).fma(e, fill(1f)).mul(e);
    FloatVector denominator = fill(B3).fma(e, fill(B2)).fma(e, fill(B1)).fma(e, fill(1f));
    return numerator.div(denominator);
  }

  /** x becomes {@code scale * (sigmoid(x) - y)}. */
  private static void binaryBackwardLoop(long x, long y, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(Activations.sigmoid(load(x + i)).sub(load(y + i)).mul(scale), x + i);
    }
  }

  // ---- squares ----

  static double squaredError(long x, long targets, float scale, long n) {
    return sum(squaredError, scale == 0 ? 0 : 1, x, targets, 2 * scale, 0, n);
  }

  private static void squaredErrorLoop(long x, long y, long lanes, float slope, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector error = load(x + i).sub(load(y + i));
      sum = error.fma(error, sum);
      if (slope != 0) {
        store(error.mul(slope), x + i);
      }
    }
    store(sum, lanes);
  }

  static double sumOfSquares(long x, long n) {
    return sum(squares, 0, x, 0, 0, 0, n);
  }

  private static void squaresLoop(long x, long lanes, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(x + i);
      sum = v.fma(v, sum);
    }
    store(sum, lanes);
  }
}
