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
import static io.ciranda.simd.Lanes.sum;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import io.ciranda.memory.Memory;
import io.ciranda.simd.Loops.Loop;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * One query and the positions of one source.
 *
 * <p>A row of a source is short: the constants of a tanh are in registers sooner than a loop over
 * one row is called. So the loops go over all rows, and their parameters c to e are no arrays but
 * say so: v, bytes from row to row, rows. {@link Loops#run} looks at them only where the last
 * elements are fewer than a vector; those are done row by row.
 */
final class Attention {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Columns of a weighted sum at a time: 512 bytes of a row, which the prefetcher notices. */
  private static final int EIGHT = 8 * VL;

  private static Loop additiveRows =
      (q, keys, v, stride, rows, e, _, n) -> additiveLoop(e, q, keys, stride, v, (int) rows, n);
  private static Loop additiveRow = (q, k, v, _, _, e, _, n) -> additiveLoop(e, q, k, 0, v, 1, n);
  private static Loop additiveBackward =
      (dq, dk, dv, q, k, v, de, n) -> additiveBackwardLoop(dq, dk, dv, q, k, v, de, n);
  private static Loop dotRows =
      (q, x, _, stride, rows, e, _, n) -> dotsLoop(e, q, x, stride, (int) rows, n);
  private static Loop dotRow = (q, x, _, _, _, e, _, n) -> dotsLoop(e, q, x, 0, 1, n);
  private static Loop weightedVectors =
      (y, x, _, stride, rows, w, _, _) -> weightedVectors(y, w, x, stride, (int) rows);
  private static Loop weightedVector =
      (y, x, _, stride, rows, w, _, _) -> weightedVector(y, w, x, stride, (int) rows);
  private static Loop outerRows =
      (y, x, _, stride, rows, w, _, n) -> outerLoop(x, stride, w, y, (int) rows, n);

  private Attention() {}

  // ---- scores ----

  static void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n) {
    scores(additiveRows, additiveRow, e, q, keys, stride, v, positions, n);
  }

  static void dots(long e, long q, long x, long stride, int positions, int n) {
    scores(dotRows, dotRow, e, q, x, stride, 0, positions, n);
  }

  /** By a loop that adds to the scores of all rows, and one that does for a row. */
  private static void scores(
      Loop rows, Loop row, long e, long q, long x, long stride, long v, int positions, int n) {
    Memory.zero(e, positions);
    int whole = n & -VL;
    Loops.run(rows, 0, q, x, v, 4 * stride, positions, e, 0, 0, whole);
    if (whole < n) {
      long rest = 4L * whole;
      long lastV = v == 0 ? 0 : v + rest;
      for (int j = 0; j < positions; j++) {
        long lastX = x + 4 * (j * stride) + rest;
        Loops.run(row, 0, q + rest, lastX, lastV, 0, 0, e + 4L * j, 0, 0, n - whole);
      }
    }
  }

  private static void additiveLoop(long e, long q, long k, long stride, long v, int rows, long n) {
    for (int j = 0; j < rows; j++) {
      FloatVector sum = fill(0f);
      for (long i = 0; i < 4 * n; i += BYTES) {
        sum = Activations.tanh(load(q + i).add(load(k + i))).fma(load(v + i), sum);
      }
      add(e, j, sum(sum));
      k += stride;
    }
  }

  /**
   * Four rows at a time, so that the query is read once for them. Their sums go through memory: C2
   * has no room for adding up the lanes of four.
   */
  private static void dotsLoop(long e, long q, long x0, long stride, int rows, long n) {
    long lanes = Loops.lanes();
    for (int j = 0; j < rows; j += 4) {
      int left = rows - j;
      long x1 = left > 1 ? x0 + stride : x0;
      long x2 = left > 2 ? x1 + stride : x0;
      long x3 = left > 3 ? x2 + stride : x0;
      FloatVector s0 = fill(0f);
      FloatVector s1 = fill(0f);
      FloatVector s2 = fill(0f);
      FloatVector s3 = fill(0f);
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
      for (int i = 0; i < Math.min(4, left); i++) {
        add(e, j + i, sum(load(lanes + i * BYTES)));
      }
      x0 = x3 + stride;
    }
  }

  private static void add(long e, int j, float x) {
    set(e, j, get(e, j) + x);
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
      Loops.run(additiveBackward, 3, dq, dk, dv, q, k, v, slope, 0, whole);
      Loops.run(
          additiveBackward,
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

  private static void additiveBackwardLoop(
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

  // ---- rows ----

  static void weightedSum(long y, long w, long x, long stride, int positions, int n) {
    if (n < VL) {
      Memory.zero(y, n);
      for (int j = 0; j < positions; j++) {
        Elementwise.axpy(y, get(w, j), x + 4 * (j * stride), n);
      }
      return;
    }
    // The last columns may be done twice, with the same result.
    int columns = n < EIGHT ? VL : EIGHT;
    Loop loop = n < EIGHT ? weightedVector : weightedVectors;
    for (int column = 0; column < n; column += columns) {
      long at = 4L * Math.min(column, n - columns);
      Loops.run(loop, 0, y + at, x + at, 0, 4 * stride, positions, w, 0, 0, columns);
    }
  }

  /** Eight vectors of columns, which stay in registers. */
  private static void weightedVectors(long y, long w, long x, long stride, int rows) {
    FloatVector s0 = fill(0f);
    FloatVector s1 = fill(0f);
    FloatVector s2 = fill(0f);
    FloatVector s3 = fill(0f);
    FloatVector s4 = fill(0f);
    FloatVector s5 = fill(0f);
    FloatVector s6 = fill(0f);
    FloatVector s7 = fill(0f);
    for (int j = 0; j < rows; j++) {
      FloatVector weight = fill(get(w, j));
      s0 = weight.fma(load(x), s0);
      s1 = weight.fma(load(x + BYTES), s1);
      s2 = weight.fma(load(x + 2 * BYTES), s2);
      s3 = weight.fma(load(x + 3 * BYTES), s3);
      s4 = weight.fma(load(x + 4 * BYTES), s4);
      s5 = weight.fma(load(x + 5 * BYTES), s5);
      s6 = weight.fma(load(x + 6 * BYTES), s6);
      s7 = weight.fma(load(x + 7 * BYTES), s7);
      x += stride;
    }
    store(s0, y);
    store(s1, y + BYTES);
    store(s2, y + 2 * BYTES);
    store(s3, y + 3 * BYTES);
    store(s4, y + 4 * BYTES);
    store(s5, y + 5 * BYTES);
    store(s6, y + 6 * BYTES);
    store(s7, y + 7 * BYTES);
  }

  private static void weightedVector(long y, long w, long x, long stride, int rows) {
    FloatVector sum = fill(0f);
    for (int j = 0; j < rows; j++) {
      sum = fill(get(w, j)).fma(load(x), sum);
      x += stride;
    }
    store(sum, y);
  }

  static void addOuter(long x, long stride, long w, long y, int positions, int n) {
    int whole = n & -VL;
    Loops.run(outerRows, 0, y, x, 0, 4 * stride, positions, w, 0, 0, whole);
    if (whole < n) {
      for (int j = 0; j < positions; j++) {
        long last = x + 4 * (j * stride + whole);
        Elementwise.axpy(last, get(w, j), y + 4L * whole, n - whole);
      }
    }
  }

  private static void outerLoop(long x, long stride, long w, long y, int rows, long n) {
    for (int j = 0; j < rows; j++) {
      FloatVector weight = fill(get(w, j));
      for (long i = 0; i < 4 * n; i += BYTES) {
        store(weight.fma(load(y + i), load(x + i)), x + i);
      }
      x += stride;
    }
  }
}
