package io.ciranda.simd;

import static io.ciranda.memory.Memory.getInt;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.I;
import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.mask;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.ciranda.kernel.Dropout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Sums, products, rows by number, and dropout. */
final class Elementwise {
  /**
   * Rows of a column sum at a time. A loop that runs for long in one call is compiled while it runs
   * (OSR), with sums that arrive as objects and remain so; short calls get past that soon.
   */
  private static final int ROWS = 32;

  private static final IntVector LANE = IntVector.zero(I).addIndex(1);

  private Elementwise() {}

  static void add(long y, long x, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      store(load(y + 4 * i, mask).add(load(x + 4 * i, mask)), y + 4 * i, mask);
    }
  }

  static void axpy(long y, float a, long x, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      store(fill(a).fma(load(x + 4 * i, mask), load(y + 4 * i, mask)), y + 4 * i, mask);
    }
  }

  static void multiply(long y, long a, long b, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      store(load(a + 4 * i, mask).mul(load(b + 4 * i, mask)), y + 4 * i, mask);
    }
  }

  static void multiplyAdd(long y, long a, long b, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector sum = load(a + 4 * i, mask).fma(load(b + 4 * i, mask), load(y + 4 * i, mask));
      store(sum, y + 4 * i, mask);
    }
  }

  /** {@code x *= a}. */
  static void scale(long x, float a, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      store(load(x + 4 * i, mask).mul(a), x + 4 * i, mask);
    }
  }

  static void copy(long y, long x, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      store(load(x + 4 * i, mask), y + 4 * i, mask);
    }
  }

  static void columnSums(long y, long x, long ld, int rows, int n) {
    for (int row = 0; row < rows; row += ROWS) {
      long at = x + 4L * row * ld;
      int height = Math.min(ROWS, rows - row);
      int j = 0;
      for (; j <= n - 4 * VL; j += 4 * VL) {
        fourColumnSums(y + 4L * j, at + 4L * j, ld, height);
      }
      for (; j < n; j += VL) {
        columnSum(y + 4L * j, at + 4L * j, ld, height, n - j);
      }
    }
  }

  /** Four vectors of columns: the sums stay in registers, and a cache line is read once. */
  private static void fourColumnSums(long y, long x, long ld, int rows) {
    FloatVector s0 = load(y);
    FloatVector s1 = load(y + BYTES);
    FloatVector s2 = load(y + 2 * BYTES);
    FloatVector s3 = load(y + 3 * BYTES);
    for (int row = 0; row < rows; row++) {
      long at = x + 4L * row * ld;
      s0 = s0.add(load(at));
      s1 = s1.add(load(at + BYTES));
      s2 = s2.add(load(at + 2 * BYTES));
      s3 = s3.add(load(at + 3 * BYTES));
    }
    store(s0, y);
    store(s1, y + BYTES);
    store(s2, y + 2 * BYTES);
    store(s3, y + 3 * BYTES);
  }

  private static void columnSum(long y, long x, long ld, int rows, int left) {
    var mask = mask(left);
    FloatVector s = load(y, mask);
    for (int row = 0; row < rows; row++) {
      s = s.add(load(x + 4L * row * ld, mask));
    }
    store(s, y, mask);
  }

  static void gather(long y, long table, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      copy(y + 4L * row * n, table + 4L * getInt(ids, row) * n, n);
    }
  }

  static void scatterAdd(long table, long y, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      add(table + 4L * getInt(ids, row) * n, y + 4L * row * n, n);
    }
  }

  static void dropout(long y, long x, float p, long key, long n) {
    float keep = 1 / (1 - p);
    // Flipping the sign bits of both sides makes an unsigned comparison a signed one.
    int threshold = Dropout.threshold(p) ^ Integer.MIN_VALUE;
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      IntVector hash = hash((int) key, (int) (key >>> 32), LANE.add((int) i));
      var dropped = hash.lanewise(XOR, Integer.MIN_VALUE).compare(LT, threshold);
      IntVector kept = load(x + 4 * i, mask).mul(keep).reinterpretAsInts().blend(0, dropped);
      store(kept.reinterpretAsFloats(), y + 4 * i, mask);
    }
  }

  /** {@link Dropout#hash} of every lane. */
  private static IntVector hash(int lowKey, int highKey, IntVector i) {
    IntVector h = i.lanewise(XOR, lowKey).mul(Dropout.MULTIPLIER_1);
    h = h.lanewise(XOR, h.lanewise(LSHR, 15));
    h = h.lanewise(XOR, highKey).mul(Dropout.MULTIPLIER_2);
    h = h.lanewise(XOR, h.lanewise(LSHR, 13)).mul(Dropout.MULTIPLIER_1);
    return h.lanewise(XOR, h.lanewise(LSHR, 16));
  }
}
