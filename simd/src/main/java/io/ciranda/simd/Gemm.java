package io.ciranda.simd;

import static io.ciranda.memory.Memory.ALL;
import static io.ciranda.simd.Lanes.F;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products with a packed right-hand side.
 */
final class Gemm {
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int VL = F.length();
  private static final long VECTOR = 4L * VL;

  /** Columns of a panel. */
  static final int PANEL = 4 * VL;

  private static final int ROWS = 4;

  private static final int DEPTH = 512;

  /** A row of zeros as wide as a panel: what a product without bias starts from. */
  private static final long ZEROS = Arena.global().allocate(4 * VECTOR, 64).address();

  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ROWS * VECTOR, 64));

  private Gemm() {}

  static long packedSize(int k, int n) {
    return (long) k * ((n + VL - 1) / VL * VL);
  }

  static void pack(
      long packed, int k, int n, long b, long rowStride, long columnStride, int fromColumn, int toColumn) {
    for (int j = fromColumn; j < toColumn; ) {
      int width = n - j >= PANEL ? PANEL : VL;
      int columns = Math.min(width, n - j);
      long to = packed + 4L * j * k;
      for (int l = 0; l < k; l++) {
        for (int q = 0; q < columns; q++) {
          Memory.set(to, (long) l * width + q, Memory.get(b, l * rowStride + (j + q) * columnStride));
        }
        for (int q = columns; q < width; q++) {
          Memory.set(to, (long) l * width + q, 0);
        }
      }
      j += width;
    }
  }

  static void gemm(
      long c, long ldc, long bias, long a, long aRowStride, long aColumnStride, long packed, int m, int n, int k) {
    product(c, ldc, bias, 0, a, aRowStride, aColumnStride, packed, m, n, k);
  }

  static void gemmAdd(
      long c, long ldc, long a, long aRowStride, long aColumnStride, long packed, int m, int n, int k) {
    product(c, ldc, c, ldc, a, aRowStride, aColumnStride, packed, m, n, k);
  }

  private static void product(
      long c, long ldc, long start, long ldStart, long a, long aRowStride, long aColumnStride, long packed, int m, int n, int k) {
    int l = 0;
    do {
      int depth = Math.min(DEPTH, k - l);
      for (int j = 0; j < n; ) {
        int width = n - j >= PANEL ? PANEL : VL;
        long b = packed + 4 * ((long) j * k + (long) l * width);
        for (int i = 0; i < m; i += ROWS) {
          tile(c + 4 * (i * ldc + j), 4 * ldc, start == 0 ? ZEROS : start + 4 * (i * ldStart + j), 4 * ldStart,
             a + 4 * (i * aRowStride + l * aColumnStride), 4 * aRowStride, 4 * aColumnStride, b, Math.min(ROWS, m - i), n - j, depth);
        }
        j += width;
      }
      start = c;
      ldStart = ldc;
      l += DEPTH;
    } while (l < k);
  }

  private static void tile(long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int rows, int columns, int k) {
    if (columns >= PANEL) {
      if (rows == ROWS) {
        tile4x4(c, ldc, s, lds, a, aRow, aColumn, b, k);
      } else {
        tileRx4(rows, c, ldc, s, lds, a, aRow, aColumn, b, k);
      }
    } else if (columns >= VL) {
      tileRx1(rows, c, ldc, s, lds, a, aRow, aColumn, b, k);
    } else {
      long scratch = SCRATCH.get().address();
      tileRx1(rows, scratch, VECTOR, ZEROS, 0, a, aRow, aColumn, b, k);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          Memory.set(c + i * ldc, j, Memory.get(scratch + i * VECTOR, j) + Memory.get(s + i * lds, j));
        }
      }
    }
  }

  
private static void tile4x4(long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
FloatVector c00 = zero(F);
FloatVector c01 = zero(F);
FloatVector c02 = zero(F);
FloatVector c03 = zero(F);
FloatVector c10 = zero(F);
FloatVector c11 = zero(F);
FloatVector c12 = zero(F);
FloatVector c13 = zero(F);
FloatVector c20 = zero(F);
FloatVector c21 = zero(F);
FloatVector c22 = zero(F);
FloatVector c23 = zero(F);
FloatVector c30 = zero(F);
FloatVector c31 = zero(F);
FloatVector c32 = zero(F);
FloatVector c33 = zero(F);
for (int l = 0; l < k; l++) {
FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
FloatVector b1 = fromMemorySegment(F, ALL, b + VECTOR, ORDER);
FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * VECTOR, ORDER);
FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * VECTOR, ORDER);
FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
c00 = a0.fma(b0, c00);
c01 = a0.fma(b1, c01);
c02 = a0.fma(b2, c02);
c03 = a0.fma(b3, c03);
FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow));
c10 = a1.fma(b0, c10);
c11 = a1.fma(b1, c11);
c12 = a1.fma(b2, c12);
c13 = a1.fma(b3, c13);
FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
c20 = a2.fma(b0, c20);
c21 = a2.fma(b1, c21);
c22 = a2.fma(b2, c22);
c23 = a2.fma(b3, c23);
FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
c30 = a3.fma(b0, c30);
c31 = a3.fma(b1, c31);
c32 = a3.fma(b2, c32);
c33 = a3.fma(b3, c33);

a += aColumn;
b += 4 * VECTOR;
}
c00.add(fromMemorySegment(F, ALL, s, ORDER)).intoMemorySegment(ALL, c, ORDER);
c01.add(fromMemorySegment(F, ALL, s + VECTOR, ORDER)).intoMemorySegment(ALL, c + VECTOR, ORDER);
c02.add(fromMemorySegment(F, ALL, s + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * VECTOR, ORDER);
c03.add(fromMemorySegment(F, ALL, s + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 3 * VECTOR, ORDER);
c10.add(fromMemorySegment(F, ALL, s + lds, ORDER)).intoMemorySegment(ALL, c + ldc, ORDER);
c11.add(fromMemorySegment(F, ALL, s + lds + VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + VECTOR, ORDER);
c12.add(fromMemorySegment(F, ALL, s + lds + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + 2 * VECTOR, ORDER);
c13.add(fromMemorySegment(F, ALL, s + lds + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + 3 * VECTOR, ORDER);
c20.add(fromMemorySegment(F, ALL, s + 2 * lds, ORDER)).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
c21.add(fromMemorySegment(F, ALL, s + 2 * lds + VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + VECTOR, ORDER);
c22.add(fromMemorySegment(F, ALL, s + 2 * lds + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + 2 * VECTOR, ORDER);
c23.add(fromMemorySegment(F, ALL, s + 2 * lds + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + 3 * VECTOR, ORDER);
c30.add(fromMemorySegment(F, ALL, s + 3 * lds, ORDER)).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
c31.add(fromMemorySegment(F, ALL, s + 3 * lds + VECTOR, ORDER)).intoMemorySegment(ALL, c + 3 * ldc + VECTOR, ORDER);
c32.add(fromMemorySegment(F, ALL, s + 3 * lds + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 3 * ldc + 2 * VECTOR, ORDER);
c33.add(fromMemorySegment(F, ALL, s + 3 * lds + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 3 * ldc + 3 * VECTOR, ORDER);

}

  
private static void tileRx4(int rows, long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
FloatVector c00 = zero(F);
FloatVector c01 = zero(F);
FloatVector c02 = zero(F);
FloatVector c03 = zero(F);
FloatVector c10 = zero(F);
FloatVector c11 = zero(F);
FloatVector c12 = zero(F);
FloatVector c13 = zero(F);
FloatVector c20 = zero(F);
FloatVector c21 = zero(F);
FloatVector c22 = zero(F);
FloatVector c23 = zero(F);
for (int l = 0; l < k; l++) {
FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
FloatVector b1 = fromMemorySegment(F, ALL, b + VECTOR, ORDER);
FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * VECTOR, ORDER);
FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * VECTOR, ORDER);
FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
c00 = a0.fma(b0, c00);
c01 = a0.fma(b1, c01);
c02 = a0.fma(b2, c02);
c03 = a0.fma(b3, c03);
if (rows > 1) {
FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow));
c10 = a1.fma(b0, c10);
c11 = a1.fma(b1, c11);
c12 = a1.fma(b2, c12);
c13 = a1.fma(b3, c13);
if (rows > 2) {
FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
c20 = a2.fma(b0, c20);
c21 = a2.fma(b1, c21);
c22 = a2.fma(b2, c22);
c23 = a2.fma(b3, c23);
}}
a += aColumn;
b += 4 * VECTOR;
}
c00.add(fromMemorySegment(F, ALL, s, ORDER)).intoMemorySegment(ALL, c, ORDER);
c01.add(fromMemorySegment(F, ALL, s + VECTOR, ORDER)).intoMemorySegment(ALL, c + VECTOR, ORDER);
c02.add(fromMemorySegment(F, ALL, s + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * VECTOR, ORDER);
c03.add(fromMemorySegment(F, ALL, s + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 3 * VECTOR, ORDER);
if (rows > 1) {
c10.add(fromMemorySegment(F, ALL, s + lds, ORDER)).intoMemorySegment(ALL, c + ldc, ORDER);
c11.add(fromMemorySegment(F, ALL, s + lds + VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + VECTOR, ORDER);
c12.add(fromMemorySegment(F, ALL, s + lds + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + 2 * VECTOR, ORDER);
c13.add(fromMemorySegment(F, ALL, s + lds + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + ldc + 3 * VECTOR, ORDER);
if (rows > 2) {
c20.add(fromMemorySegment(F, ALL, s + 2 * lds, ORDER)).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
c21.add(fromMemorySegment(F, ALL, s + 2 * lds + VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + VECTOR, ORDER);
c22.add(fromMemorySegment(F, ALL, s + 2 * lds + 2 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + 2 * VECTOR, ORDER);
c23.add(fromMemorySegment(F, ALL, s + 2 * lds + 3 * VECTOR, ORDER)).intoMemorySegment(ALL, c + 2 * ldc + 3 * VECTOR, ORDER);
}}
}

  
private static void tileRx1(int rows, long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
FloatVector c0 = zero(F);
FloatVector c1 = zero(F);
FloatVector c2 = zero(F);
FloatVector c3 = zero(F);
for (int l = 0; l < k; l++) {
FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
c0 = a0.fma(b0, c0);
if (rows > 1) {
FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow));
c1 = a1.fma(b0, c1);
if (rows > 2) {
FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow));
c2 = a2.fma(b0, c2);
if (rows > 3) {
FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow));
c3 = a3.fma(b0, c3);
}}}
a += aColumn;
b += VECTOR;
}
c0.add(fromMemorySegment(F, ALL, s, ORDER)).intoMemorySegment(ALL, c, ORDER);
if (rows > 1) {
c1.add(fromMemorySegment(F, ALL, s + lds, ORDER)).intoMemorySegment(ALL, c + ldc, ORDER);
if (rows > 2) {
c2.add(fromMemorySegment(F, ALL, s + 2 * lds, ORDER)).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
if (rows > 3) {
c3.add(fromMemorySegment(F, ALL, s + 3 * lds, ORDER)).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
}}}
}
}
