package io.ciranda.simd;

import static io.ciranda.memory.Memory.getInt;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.I;
import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import io.ciranda.kernel.Dropout;
import io.ciranda.memory.Memory;
import io.ciranda.simd.Loops.Loop;
import java.lang.foreign.ValueLayout;
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

  private static Loop add = (y, x, _, _, _, _, _, n) -> addLoop(y, x, n);
  private static Loop axpy = (y, x, _, _, _, _, a, n) -> axpyLoop(y, x, a, n);
  private static Loop multiply = (y, a, b, _, _, _, _, n) -> multiplyLoop(y, a, b, n);
  private static Loop multiplyAdd = (y, a, b, _, _, _, _, n) -> multiplyAddLoop(y, a, b, n);
  private static Loop scale = (x, _, _, _, _, _, a, n) -> scaleLoop(x, a, n);
  private static Loop clamp = (x, _, _, _, _, _, limit, n) -> clampLoop(x, limit, n);
  private static Loop dropout = (y, x, _, _, _, f, keep, n) -> dropoutLoop(y, x, f, keep, n);

  private Elementwise() {}

  static void add(long y, long x, long n) {
    Loops.run(add, 1, y, x, n);
  }

  private static void addLoop(long y, long x, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(load(y + i).add(load(x + i)), y + i);
    }
  }

  static void axpy(long y, float a, long x, long n) {
    Loops.run(axpy, 1, y, x, 0, 0, 0, 0, a, 0, n);
  }

  private static void axpyLoop(long y, long x, float a, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(fill(a).fma(load(x + i), load(y + i)), y + i);
    }
  }

  static void multiply(long y, long a, long b, long n) {
    Loops.run(multiply, 1, y, a, b, n);
  }

  private static void multiplyLoop(long y, long a, long b, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(load(a + i).mul(load(b + i)), y + i);
    }
  }

  static void multiplyAdd(long y, long a, long b, long n) {
    Loops.run(multiplyAdd, 1, y, a, b, n);
  }

  private static void multiplyAddLoop(long y, long a, long b, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(load(a + i).fma(load(b + i), load(y + i)), y + i);
    }
  }

  /** {@code x *= a}. */
  static void scale(long x, float a, long n) {
    Loops.run(scale, 1, x, 0, 0, 0, 0, 0, a, 0, n);
  }

  private static void scaleLoop(long x, float a, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      store(load(x + i).mul(a), x + i);
    }
  }

  static void clamp(long x, float limit, long n) {
    Loops.run(clamp, 1, x, 0, 0, 0, 0, 0, limit, 0, n);
  }

  private static void clampLoop(long x, float limit, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector v = load(x + i);
      v = v.blend(limit, v.compare(GT, limit));
      store(v.blend(-limit, v.compare(LT, -limit)), x + i);
    }
  }

  // ---- rows ----

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
      s0 = load(at).add(s0);
      s1 = load(at + BYTES).add(s1);
      s2 = load(at + 2 * BYTES).add(s2);
      s3 = load(at + 3 * BYTES).add(s3);
    }
    store(s0, y);
    store(s1, y + BYTES);
    store(s2, y + 2 * BYTES);
    store(s3, y + 3 * BYTES);
  }

  /** Up to a vector of columns. */
  private static void columnSum(long y, long x, long ld, int rows, int left) {
    var mask = F.indexInRange(0, left);
    FloatVector s = load(y, mask);
    for (int row = 0; row < rows; row++) {
      s = load(x + 4L * row * ld, mask).add(s);
    }
    store(s, y, mask);
  }

  static void gather(long y, long table, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      Memory.copy(y + 4L * row * n, table + 4L * getInt(ids, row) * n, n);
    }
  }

  static void scatterAdd(long table, long y, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      add(table + 4L * getInt(ids, row) * n, y + 4L * row * n, n);
    }
  }

  // ---- dropout ----

  static void dropout(long y, long x, float p, long key, long n) {
    long constants = Loops.constants();
    setInt(constants, 0, (int) key);
    setInt(constants, 1, (int) (key >>> 32));
    // Flipping the sign bits of both sides makes an unsigned comparison a signed one.
    setInt(constants, 2, Dropout.threshold(p) ^ Integer.MIN_VALUE);
    float keep = 1 / (1 - p);
    // The last elements by themselves: the loop must know the number of the first.
    long whole = n & -VL;
    setInt(constants, 3, 0);
    Loops.run(dropout, 1, y, x, 0, 0, 0, constants, keep, 0, whole);
    setInt(constants, 3, (int) whole);
    Loops.run(dropout, 1, y + 4 * whole, x + 4 * whole, 0, 0, 0, constants, keep, 0, n - whole);
  }

  private static void setInt(long constants, int i, int value) {
    Memory.ALL.set(ValueLayout.JAVA_INT_UNALIGNED, constants + 4L * i, value);
  }

  private static void dropoutLoop(long y, long x, long constants, float keep, long n) {
    int lowKey = getInt(constants, 0);
    int highKey = getInt(constants, 1);
    int threshold = getInt(constants, 2);
    int first = getInt(constants, 3);
    for (long i = 0; i < n; i += VL) {
      IntVector hash = hash(lowKey, highKey, LANE.add(first + (int) i));
      var dropped = hash.lanewise(XOR, Integer.MIN_VALUE).compare(LT, threshold);
      IntVector kept = load(x + 4 * i).mul(keep).reinterpretAsInts().blend(0, dropped);
      store(kept.reinterpretAsFloats(), y + 4 * i);
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
