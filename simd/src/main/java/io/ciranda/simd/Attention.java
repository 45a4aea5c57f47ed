package io.ciranda.simd;

import static io.ciranda.memory.Memory.ALL;
import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.oneMinus;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import io.ciranda.memory.Memory;
import io.ciranda.simd.Loops.Loop;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * One query and the positions of one source.
 *
 * <p>Products read the query, or their result, once for four positions. Scores with a tanh do not:
 * C2 has no room for a second one, and with one it is the arithmetic that takes the time.
 */
final class Attention {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static Loop additiveScore = (q, k, v, _, _, f, _, n) -> additiveScoreLoop(q, k, v, f, n);
  private static Loop additiveScoreBackward =
      (dq, dk, dv, q, k, v, de, n) -> additiveScoreBackwardLoop(dq, dk, dv, q, k, v, de, n);
  private static Loop fourDots =
      (q, x0, x1, x2, x3, f, _, n) -> fourDotsLoop(q, x0, x1, x2, x3, f, n);
  private static Loop addFour =
      (y, x0, x1, x2, x3, w, _, n) -> addFourLoop(y, x0, x1, x2, x3, w, n);

  private Attention() {}

  // ---- additive scores ----

  static void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n) {
    long lanes = Loops.lanes();
    for (int j = 0; j < positions; j++) {
      Loops.zero(lanes, 1);
      Loops.run(additiveScore, 0, q, keys + 4L * j * stride, v, 0, 0, lanes, 0, 0, n);
      set(e, j, (float) Loops.sum(lanes));
    }
  }

  private static void additiveScoreLoop(long q, long k, long v, long lanes, long n) {
    FloatVector sum = load(lanes);
    for (long i = 0; i < 4 * n; i += BYTES) {
      sum = Activations.tanh(load(q + i).add(load(k + i))).fma(load(v + i), sum);
    }
    store(sum, lanes);
  }

  static void additiveScoresBackward(
      long dq,
      long dkeys,
      long dv,
      long de,
      long q,
      long keys,
      long stride,
      long v,
      int positions,
      int n) {
    // A loop has room for five arrays, and this one has six: v's last elements are copied here.
    long whole = n & -VL;
    long rest = 4 * whole;
    long lastV = Loops.constants();
    Memory.copy(lastV, v + rest, n - whole);
    for (int j = 0; j < positions; j++) {
      long k = keys + 4L * j * stride;
      long dk = dkeys + 4L * j * stride;
      float slope = get(de, j);
      Loops.run(additiveScoreBackward, 3, dq, dk, dv, q, k, v, slope, 0, whole);
      Loops.run(
          additiveScoreBackward,
          3,
          dq + rest,
          dk + rest,
          dv + rest,
          q + rest,
          k + rest,
          lastV,
          slope,
          0,
          n - whole);
    }
  }

  private static void additiveScoreBackwardLoop(
      long dq, long dk, long dv, long q, long k, long v, float de, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector t = Activations.tanh(load(q + i).add(load(k + i)));
      store(t.fma(fill(de), load(dv + i)), dv + i);
      // With a tanh and five more accesses the method is full: the last two are inlined as they are
      // calls of the Vector API itself.
      FloatVector g = oneMinus(t.mul(t)).mul(load(v + i).mul(de));
      g.add(fromMemorySegment(F, ALL, dq + i, ORDER)).intoMemorySegment(ALL, dq + i, ORDER);
      g.add(fromMemorySegment(F, ALL, dk + i, ORDER)).intoMemorySegment(ALL, dk + i, ORDER);
    }
  }

  // ---- products ----

  static void dots(long e, long q, long x, long stride, int positions, int n) {
    long lanes = Loops.lanes();
    int last = positions - 1;
    for (int j = 0; j < positions; j += 4) {
      Loops.zero(lanes, 4);
      Loops.run(
          fourDots,
          0,
          q,
          x + 4L * j * stride,
          x + 4L * Math.min(j + 1, last) * stride,
          x + 4L * Math.min(j + 2, last) * stride,
          x + 4L * Math.min(j + 3, last) * stride,
          lanes,
          0,
          0,
          n);
      for (int i = j; i < Math.min(j + 4, positions); i++) {
        set(e, i, (float) Loops.sum(lanes + (i - j) * BYTES));
      }
    }
  }

  private static void fourDotsLoop(long q, long x0, long x1, long x2, long x3, long lanes, long n) {
    FloatVector s0 = load(lanes);
    FloatVector s1 = load(lanes + BYTES);
    FloatVector s2 = load(lanes + 2 * BYTES);
    FloatVector s3 = load(lanes + 3 * BYTES);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector query = load(q + i);
      s0 = query.fma(load(x0 + i), s0);
      s1 = query.fma(load(x1 + i), s1);
      s2 = query.fma(load(x2 + i), s2);
      s3 = query.fma(load(x3 + i), s3);
    }
    store(s0, lanes);
    store(s1, lanes + BYTES);
    store(s2, lanes + 2 * BYTES);
    store(s3, lanes + 3 * BYTES);
  }

  static void weightedSum(long y, long w, long x, long stride, int positions, int n) {
    Memory.zero(y, n);
    int j = 0;
    for (; j <= positions - 4; j += 4) {
      long x0 = x + 4L * j * stride;
      long x1 = x0 + 4 * stride;
      long x2 = x1 + 4 * stride;
      long x3 = x2 + 4 * stride;
      Loops.run(addFour, 1, y, x0, x1, x2, x3, w + 4L * j, 0, 0, n);
    }
    for (; j < positions; j++) {
      Elementwise.axpy(y, get(w, j), x + 4L * j * stride, n);
    }
  }

  private static void addFourLoop(long y, long x0, long x1, long x2, long x3, long w, long n) {
    FloatVector w0 = fill(get(w, 0));
    FloatVector w1 = fill(get(w, 1));
    FloatVector w2 = fill(get(w, 2));
    FloatVector w3 = fill(get(w, 3));
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector sum = w0.fma(load(x0 + i), load(y + i));
      sum = w1.fma(load(x1 + i), sum);
      sum = w2.fma(load(x2 + i), sum);
      store(w3.fma(load(x3 + i), sum), y + i);
    }
  }

  static void addOuter(long x, long stride, long w, long y, int positions, int n) {
    for (int j = 0; j < positions; j++) {
      Elementwise.axpy(x + 4L * j * stride, get(w, j), y, n);
    }
  }
}
