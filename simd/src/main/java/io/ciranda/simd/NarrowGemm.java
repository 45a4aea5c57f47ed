package io.ciranda.simd;

import static io.ciranda.memory.Memory.ALL;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.VECTOR;
import static io.ciranda.simd.Lanes.VL;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.ciranda.kernel.Precision;
import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products with a packed right-hand side of narrow numbers, for inference, where one row of A meets
 * all of B and the time is that of reading B.
 *
 * <p>B is cut into panels of {@link Gemm#PANEL} columns, four vectors, as in {@link Gemm}. An int
 * lane holds what is multiplied next in that lane, so that no number changes lanes:
 *
 * <ul>
 *   <li>bfloat16: two vectors of ints for a row. The low halves of the first are its first vector
 *       of columns, the high halves its second: a shift makes floats of the ones, a mask of the
 *       others.
 *   <li>int8: one vector of ints for a row; byte i of a lane belongs to vector i of columns. It
 *       holds {@code q + 128}, and becomes the upper mantissa of a float in [1, 2): {@code 1 + (q +
 *       128) / 256}, by a shift and one logical operation, where a conversion takes three. Of the
 *       sum of these times a, {@code 384 * sum(a) / 256} is too much, and the scale of the column
 *       does the rest: {@code 256 * scale * (sum - 1.5 * sum(a))}. The panel's scales, times 256,
 *       stand before its rows.
 * </ul>
 *
 * <p>B is loaded as floats and reinterpreted. With {@code IntVector.fromMemorySegment}, C2 made the
 * loop of four rows three times slower wherever {@code Activations} had been compiled before it (37
 * instead of 113 GFLOP/s; not with {@code -XX:-UseLoopPredicate}).
 *
 * <p>Each tile unpacks B for itself: for four rows that is a fifth of a bfloat16 product and a
 * third of an int8 one. The style of the tiles is that of {@link Gemm}, for the same reasons, and
 * so is the order of the sums: a row has the same bits alone and in a batch.
 */
final class NarrowGemm {
  private static final int UPPER = 0xffff0000;
  private static final int MANTISSA = 0x007f8000;
  private static final int ONE = 0x3f800000;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Zeros for two panels. */
  private static final long ZEROS = Arena.global().allocate(8L * Gemm.PANEL, 64).address();

  private NarrowGemm() {}

  static long bytes(Precision precision, int k, int n) {
    return n / Gemm.PANEL * panelBytes(precision, k);
  }

  private static long panelBytes(Precision precision, int k) {
    return precision == Precision.BF16 ? 2 * BYTES * k : 4 * BYTES + BYTES * k;
  }

  static void pack(
      Precision precision, long packed, int k, int n, long b, long rowStride, long columnStride) {
    for (int j = 0; j < n; j += Gemm.PANEL) {
      for (int column = 0; column < Gemm.PANEL; column++) {
        long from = b + 4L * (j + column) * columnStride;
        if (precision == Precision.BF16) {
          packBf16(packed, column, from, rowStride, k);
        } else {
          packInt8(packed, column, from, rowStride, k);
        }
      }
      packed += panelBytes(precision, k);
    }
  }

  private static void packBf16(long panel, int column, long b, long rowStride, int k) {
    int lane = column % VL;
    int part = column / VL;
    for (int l = 0; l < k; l++) {
      int bits = Precision.toBf16(Memory.get(b, l * rowStride)) & 0xffff;
      setPart(panel + (2L * l + part / 2) * BYTES, lane, bits, 16 * (part % 2), 0xffff);
    }
  }

  private static void packInt8(long panel, int column, long b, long rowStride, int k) {
    float max = 0;
    for (int l = 0; l < k; l++) {
      max = Math.max(max, Math.abs(Memory.get(b, l * rowStride)));
    }
    float scale = Precision.scale(max);
    Memory.set(panel, column, 256 * scale);
    for (int l = 0; l < k; l++) {
      int bits = Precision.toInt8(Memory.get(b, l * rowStride), scale) + 128;
      setPart(panel + (4L + l) * BYTES, column % VL, bits, 8 * (column / VL), 0xff);
    }
  }

  /** Sets some bits of an int and leaves the others. */
  private static void setPart(long ints, int lane, int bits, int shift, int mask) {
    int rest = Memory.getInt(ints, lane) & ~(mask << shift);
    Memory.setInt(ints, lane, rest | bits << shift);
  }

  /** See {@link io.ciranda.kernel.Kernels#gemmNarrow}. */
  static void gemm(
      Precision precision,
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long lda,
      long packed,
      int m,
      int n,
      int k) {
    long panel = panelBytes(precision, k);
    for (int rows, i = 0; i < m; i += rows) {
      rows = m - i >= 4 && VL != 8 ? 4 : 1; // AVX2's 16 registers are too few for four rows
      long ci = c + 4L * i * ldc;
      long si = s == 0 ? ZEROS : s + 4L * i * lds;
      long ai = a + 4L * i * lda;
      if (precision == Precision.BF16) {
        bf16(rows, ci, 4 * ldc, si, s == 0, 4 * lds, ai, 4 * lda, packed, panel, n, k);
      } else {
        int8(rows, ci, 4 * ldc, si, s == 0, 4 * lds, ai, 4 * lda, packed, panel, n, k);
      }
    }
  }

  // From here on strides and leading dimensions are bytes.

  private static void bf16(
      int rows,
      long c,
      long ldc,
      long s,
      boolean zeros,
      long lds,
      long a,
      long lda,
      long b,
      long panel,
      int n,
      int k) {
    int j = 0;
    for (; rows == 1 && j + Gemm.PANEL < n; j += 2 * Gemm.PANEL) {
      bf16Tile1x8(c, s, a, b, b + panel, k);
      b += 2 * panel;
      c += 8 * BYTES;
      s += zeros ? 0 : 8 * BYTES;
    }
    for (; j < n; j += Gemm.PANEL) {
      if (rows == 4) {
        bf16Tile4x4(c, ldc, s, lds, a, lda, b, k);
      } else {
        bf16Tile1x4(c, s, a, b, k);
      }
      b += panel;
      c += 4 * BYTES;
      s += zeros ? 0 : 4 * BYTES;
    }
  }

  private static void int8(
      int rows,
      long c,
      long ldc,
      long s,
      boolean zeros,
      long lds,
      long a,
      long lda,
      long b,
      long panel,
      int n,
      int k) {
    float sum0 = sum(a, k);
    float sum1 = rows == 4 ? sum(a + lda, k) : 0;
    float sum2 = rows == 4 ? sum(a + 2 * lda, k) : 0;
    float sum3 = rows == 4 ? sum(a + 3 * lda, k) : 0;
    int j = 0;
    for (; rows == 1 && j + Gemm.PANEL < n; j += 2 * Gemm.PANEL) {
      int8Tile1x8(c, s, a, sum0, b, b + panel, k);
      b += 2 * panel;
      c += 8 * BYTES;
      s += zeros ? 0 : 8 * BYTES;
    }
    for (; j < n; j += Gemm.PANEL) {
      if (rows == 4) {
        int8Tile4x4(c, ldc, s, lds, a, lda, sum0, sum1, sum2, sum3, b, k);
      } else {
        int8Tile1x4(c, s, a, sum0, b, k);
      }
      b += panel;
      c += 4 * BYTES;
      s += zeros ? 0 : 4 * BYTES;
    }
  }

  /** The sum of {@code k} floats: lane by lane, then the lanes from first to last. */
  private static float sum(long a, int k) {
    int whole = k & -VL;
    FloatVector lanes = broadcast(F, 0);
    for (int l = 0; l < whole; l += VL) {
      lanes = fromMemorySegment(F, ALL, a + 4L * l, ORDER).add(lanes);
    }
    long stored = Loops.lanes();
    VECTOR.cast(lanes).intoMemorySegment(ALL, stored, ORDER);
    float sum = 0;
    for (int i = 0; i < VL; i++) {
      sum += Memory.get(stored, i);
    }
    for (int l = whole; l < k; l++) {
      sum += Memory.get(a, l);
    }
    return sum;
  }

  /** Four rows, four vectors of columns in bfloat16. */
  private static void bf16Tile4x4(
      long c, long ldc, long s, long lds, long a, long lda, long b, int k) {
    FloatVector c00 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c01 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c02 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c03 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(F, ALL, s + lds, ORDER);
    FloatVector c11 = fromMemorySegment(F, ALL, s + lds + BYTES, ORDER);
    FloatVector c12 = fromMemorySegment(F, ALL, s + lds + 2 * BYTES, ORDER);
    FloatVector c13 = fromMemorySegment(F, ALL, s + lds + 3 * BYTES, ORDER);
    FloatVector c20 = fromMemorySegment(F, ALL, s + 2 * lds, ORDER);
    FloatVector c21 = fromMemorySegment(F, ALL, s + 2 * lds + BYTES, ORDER);
    FloatVector c22 = fromMemorySegment(F, ALL, s + 2 * lds + 2 * BYTES, ORDER);
    FloatVector c23 = fromMemorySegment(F, ALL, s + 2 * lds + 3 * BYTES, ORDER);
    FloatVector c30 = fromMemorySegment(F, ALL, s + 3 * lds, ORDER);
    FloatVector c31 = fromMemorySegment(F, ALL, s + 3 * lds + BYTES, ORDER);
    FloatVector c32 = fromMemorySegment(F, ALL, s + 3 * lds + 2 * BYTES, ORDER);
    FloatVector c33 = fromMemorySegment(F, ALL, s + 3 * lds + 3 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      IntVector low = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      IntVector high = fromMemorySegment(F, ALL, b + BYTES, ORDER).reinterpretAsInts();
      FloatVector b0 = low.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = low.and(UPPER).reinterpretAsFloats();
      FloatVector b2 = high.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b3 = high.and(UPPER).reinterpretAsFloats();
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + lda));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * lda));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * lda));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
      a += 4;
      b += 2 * BYTES;
    }
    VECTOR.cast(c00).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c01).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c02).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c03).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    VECTOR.cast(c10).intoMemorySegment(ALL, c + ldc, ORDER);
    VECTOR.cast(c11).intoMemorySegment(ALL, c + ldc + BYTES, ORDER);
    VECTOR.cast(c12).intoMemorySegment(ALL, c + ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c13).intoMemorySegment(ALL, c + ldc + 3 * BYTES, ORDER);
    VECTOR.cast(c20).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    VECTOR.cast(c21).intoMemorySegment(ALL, c + 2 * ldc + BYTES, ORDER);
    VECTOR.cast(c22).intoMemorySegment(ALL, c + 2 * ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c23).intoMemorySegment(ALL, c + 2 * ldc + 3 * BYTES, ORDER);
    VECTOR.cast(c30).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    VECTOR.cast(c31).intoMemorySegment(ALL, c + 3 * ldc + BYTES, ORDER);
    VECTOR.cast(c32).intoMemorySegment(ALL, c + 3 * ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c33).intoMemorySegment(ALL, c + 3 * ldc + 3 * BYTES, ORDER);
  }

  /**
   * One row, eight vectors of columns in bfloat16, of two panels. One panel is a loop so short that
   * C2 unrolls it, and then a third slower: 17.5 instead of 12.9 us for a step of an LSTM with I =
   * H = 256.
   */
  private static void bf16Tile1x8(long c, long s, long a, long b, long d, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    FloatVector c4 = fromMemorySegment(F, ALL, s + 4 * BYTES, ORDER);
    FloatVector c5 = fromMemorySegment(F, ALL, s + 5 * BYTES, ORDER);
    FloatVector c6 = fromMemorySegment(F, ALL, s + 6 * BYTES, ORDER);
    FloatVector c7 = fromMemorySegment(F, ALL, s + 7 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      IntVector w0 = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      c0 = a0.fma(w0.lanewise(LSHL, 16).reinterpretAsFloats(), c0);
      c1 = a0.fma(w0.and(UPPER).reinterpretAsFloats(), c1);
      IntVector w1 = fromMemorySegment(F, ALL, b + BYTES, ORDER).reinterpretAsInts();
      c2 = a0.fma(w1.lanewise(LSHL, 16).reinterpretAsFloats(), c2);
      c3 = a0.fma(w1.and(UPPER).reinterpretAsFloats(), c3);
      IntVector w2 = fromMemorySegment(F, ALL, d, ORDER).reinterpretAsInts();
      c4 = a0.fma(w2.lanewise(LSHL, 16).reinterpretAsFloats(), c4);
      c5 = a0.fma(w2.and(UPPER).reinterpretAsFloats(), c5);
      IntVector w3 = fromMemorySegment(F, ALL, d + BYTES, ORDER).reinterpretAsInts();
      c6 = a0.fma(w3.lanewise(LSHL, 16).reinterpretAsFloats(), c6);
      c7 = a0.fma(w3.and(UPPER).reinterpretAsFloats(), c7);
      a += 4;
      b += 2 * BYTES;
      d += 2 * BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c1).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c2).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c3).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    VECTOR.cast(c4).intoMemorySegment(ALL, c + 4 * BYTES, ORDER);
    VECTOR.cast(c5).intoMemorySegment(ALL, c + 5 * BYTES, ORDER);
    VECTOR.cast(c6).intoMemorySegment(ALL, c + 6 * BYTES, ORDER);
    VECTOR.cast(c7).intoMemorySegment(ALL, c + 7 * BYTES, ORDER);
  }

  /** One row, four vectors of columns in bfloat16. */
  private static void bf16Tile1x4(long c, long s, long a, long b, int k) {
    FloatVector c00 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c01 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c02 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c03 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      IntVector low = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      IntVector high = fromMemorySegment(F, ALL, b + BYTES, ORDER).reinterpretAsInts();
      FloatVector b0 = low.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = low.and(UPPER).reinterpretAsFloats();
      FloatVector b2 = high.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b3 = high.and(UPPER).reinterpretAsFloats();
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      a += 4;
      b += 2 * BYTES;
    }
    VECTOR.cast(c00).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c01).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c02).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c03).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
  }

  /** Four rows, four vectors of columns in int8. */
  private static void int8Tile4x4(
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long lda,
      float sum0,
      float sum1,
      float sum2,
      float sum3,
      long b,
      int k) {
    long scales = b;
    b += 4 * BYTES;
    FloatVector c00 = broadcast(F, 0);
    FloatVector c01 = broadcast(F, 0);
    FloatVector c02 = broadcast(F, 0);
    FloatVector c03 = broadcast(F, 0);
    FloatVector c10 = broadcast(F, 0);
    FloatVector c11 = broadcast(F, 0);
    FloatVector c12 = broadcast(F, 0);
    FloatVector c13 = broadcast(F, 0);
    FloatVector c20 = broadcast(F, 0);
    FloatVector c21 = broadcast(F, 0);
    FloatVector c22 = broadcast(F, 0);
    FloatVector c23 = broadcast(F, 0);
    FloatVector c30 = broadcast(F, 0);
    FloatVector c31 = broadcast(F, 0);
    FloatVector c32 = broadcast(F, 0);
    FloatVector c33 = broadcast(F, 0);
    for (int l = 0; l < k; l++) {
      IntVector q = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      FloatVector b0 = q.lanewise(LSHL, 15).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b1 = q.lanewise(LSHL, 7).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b2 = q.lanewise(LSHR, 1).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b3 = q.lanewise(LSHR, 9).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + lda));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * lda));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * lda));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
      a += 4;
      b += BYTES;
    }
    // s + 256 * scale * (product - 1.5 * sum)
    FloatVector scale0 = fromMemorySegment(F, ALL, scales, ORDER);
    FloatVector scale1 = fromMemorySegment(F, ALL, scales + BYTES, ORDER);
    FloatVector scale2 = fromMemorySegment(F, ALL, scales + 2 * BYTES, ORDER);
    FloatVector scale3 = fromMemorySegment(F, ALL, scales + 3 * BYTES, ORDER);
    FloatVector offset0 = broadcast(F, -1.5f * sum0);
    scale0
        .fma(offset0.add(c00), fromMemorySegment(F, ALL, s, ORDER))
        .intoMemorySegment(ALL, c, ORDER);
    scale1
        .fma(offset0.add(c01), fromMemorySegment(F, ALL, s + BYTES, ORDER))
        .intoMemorySegment(ALL, c + BYTES, ORDER);
    scale2
        .fma(offset0.add(c02), fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    scale3
        .fma(offset0.add(c03), fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    FloatVector offset1 = broadcast(F, -1.5f * sum1);
    scale0
        .fma(offset1.add(c10), fromMemorySegment(F, ALL, s + lds, ORDER))
        .intoMemorySegment(ALL, c + ldc, ORDER);
    scale1
        .fma(offset1.add(c11), fromMemorySegment(F, ALL, s + lds + BYTES, ORDER))
        .intoMemorySegment(ALL, c + ldc + BYTES, ORDER);
    scale2
        .fma(offset1.add(c12), fromMemorySegment(F, ALL, s + lds + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + ldc + 2 * BYTES, ORDER);
    scale3
        .fma(offset1.add(c13), fromMemorySegment(F, ALL, s + lds + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + ldc + 3 * BYTES, ORDER);
    FloatVector offset2 = broadcast(F, -1.5f * sum2);
    scale0
        .fma(offset2.add(c20), fromMemorySegment(F, ALL, s + 2 * lds, ORDER))
        .intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    scale1
        .fma(offset2.add(c21), fromMemorySegment(F, ALL, s + 2 * lds + BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * ldc + BYTES, ORDER);
    scale2
        .fma(offset2.add(c22), fromMemorySegment(F, ALL, s + 2 * lds + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * ldc + 2 * BYTES, ORDER);
    scale3
        .fma(offset2.add(c23), fromMemorySegment(F, ALL, s + 2 * lds + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * ldc + 3 * BYTES, ORDER);
    FloatVector offset3 = broadcast(F, -1.5f * sum3);
    scale0
        .fma(offset3.add(c30), fromMemorySegment(F, ALL, s + 3 * lds, ORDER))
        .intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    scale1
        .fma(offset3.add(c31), fromMemorySegment(F, ALL, s + 3 * lds + BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * ldc + BYTES, ORDER);
    scale2
        .fma(offset3.add(c32), fromMemorySegment(F, ALL, s + 3 * lds + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * ldc + 2 * BYTES, ORDER);
    scale3
        .fma(offset3.add(c33), fromMemorySegment(F, ALL, s + 3 * lds + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * ldc + 3 * BYTES, ORDER);
  }

  /** One row, four vectors of columns in int8. */
  private static void int8Tile1x4(long c, long s, long a, float sum, long b, int k) {
    long scales = b;
    b += 4 * BYTES;
    FloatVector c00 = broadcast(F, 0);
    FloatVector c01 = broadcast(F, 0);
    FloatVector c02 = broadcast(F, 0);
    FloatVector c03 = broadcast(F, 0);
    for (int l = 0; l < k; l++) {
      IntVector q = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      FloatVector b0 = q.lanewise(LSHL, 15).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b1 = q.lanewise(LSHL, 7).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b2 = q.lanewise(LSHR, 1).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector b3 = q.lanewise(LSHR, 9).and(MANTISSA).or(ONE).reinterpretAsFloats();
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      a += 4;
      b += BYTES;
    }
    // s + 256 * scale * (product - 1.5 * sum)
    FloatVector scale0 = fromMemorySegment(F, ALL, scales, ORDER);
    FloatVector scale1 = fromMemorySegment(F, ALL, scales + BYTES, ORDER);
    FloatVector scale2 = fromMemorySegment(F, ALL, scales + 2 * BYTES, ORDER);
    FloatVector scale3 = fromMemorySegment(F, ALL, scales + 3 * BYTES, ORDER);
    FloatVector offset0 = broadcast(F, -1.5f * sum);
    scale0
        .fma(offset0.add(c00), fromMemorySegment(F, ALL, s, ORDER))
        .intoMemorySegment(ALL, c, ORDER);
    scale1
        .fma(offset0.add(c01), fromMemorySegment(F, ALL, s + BYTES, ORDER))
        .intoMemorySegment(ALL, c + BYTES, ORDER);
    scale2
        .fma(offset0.add(c02), fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    scale3
        .fma(offset0.add(c03), fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
  }

  /** One row, eight vectors of columns in int8, of two panels. */
  private static void int8Tile1x8(long c, long s, long a, float sum, long b, long d, int k) {
    long scales = b;
    long scales2 = d;
    b += 4 * BYTES;
    d += 4 * BYTES;
    FloatVector c0 = broadcast(F, 0);
    FloatVector c1 = broadcast(F, 0);
    FloatVector c2 = broadcast(F, 0);
    FloatVector c3 = broadcast(F, 0);
    FloatVector c4 = broadcast(F, 0);
    FloatVector c5 = broadcast(F, 0);
    FloatVector c6 = broadcast(F, 0);
    FloatVector c7 = broadcast(F, 0);
    for (int l = 0; l < k; l++) {
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      IntVector q0 = fromMemorySegment(F, ALL, b, ORDER).reinterpretAsInts();
      c0 = a0.fma(q0.lanewise(LSHL, 15).and(MANTISSA).or(ONE).reinterpretAsFloats(), c0);
      c1 = a0.fma(q0.lanewise(LSHL, 7).and(MANTISSA).or(ONE).reinterpretAsFloats(), c1);
      c2 = a0.fma(q0.lanewise(LSHR, 1).and(MANTISSA).or(ONE).reinterpretAsFloats(), c2);
      c3 = a0.fma(q0.lanewise(LSHR, 9).and(MANTISSA).or(ONE).reinterpretAsFloats(), c3);
      IntVector q1 = fromMemorySegment(F, ALL, d, ORDER).reinterpretAsInts();
      c4 = a0.fma(q1.lanewise(LSHL, 15).and(MANTISSA).or(ONE).reinterpretAsFloats(), c4);
      c5 = a0.fma(q1.lanewise(LSHL, 7).and(MANTISSA).or(ONE).reinterpretAsFloats(), c5);
      c6 = a0.fma(q1.lanewise(LSHR, 1).and(MANTISSA).or(ONE).reinterpretAsFloats(), c6);
      c7 = a0.fma(q1.lanewise(LSHR, 9).and(MANTISSA).or(ONE).reinterpretAsFloats(), c7);
      a += 4;
      b += BYTES;
      d += BYTES;
    }
    FloatVector offset = broadcast(F, -1.5f * sum);
    fromMemorySegment(F, ALL, scales, ORDER)
        .fma(offset.add(c0), fromMemorySegment(F, ALL, s, ORDER))
        .intoMemorySegment(ALL, c, ORDER);
    fromMemorySegment(F, ALL, scales + BYTES, ORDER)
        .fma(offset.add(c1), fromMemorySegment(F, ALL, s + BYTES, ORDER))
        .intoMemorySegment(ALL, c + BYTES, ORDER);
    fromMemorySegment(F, ALL, scales + 2 * BYTES, ORDER)
        .fma(offset.add(c2), fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    fromMemorySegment(F, ALL, scales + 3 * BYTES, ORDER)
        .fma(offset.add(c3), fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    fromMemorySegment(F, ALL, scales2, ORDER)
        .fma(offset.add(c4), fromMemorySegment(F, ALL, s + 4 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 4 * BYTES, ORDER);
    fromMemorySegment(F, ALL, scales2 + BYTES, ORDER)
        .fma(offset.add(c5), fromMemorySegment(F, ALL, s + 5 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 5 * BYTES, ORDER);
    fromMemorySegment(F, ALL, scales2 + 2 * BYTES, ORDER)
        .fma(offset.add(c6), fromMemorySegment(F, ALL, s + 6 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 6 * BYTES, ORDER);
    fromMemorySegment(F, ALL, scales2 + 3 * BYTES, ORDER)
        .fma(offset.add(c7), fromMemorySegment(F, ALL, s + 7 * BYTES, ORDER))
        .intoMemorySegment(ALL, c + 7 * BYTES, ORDER);
  }
}
