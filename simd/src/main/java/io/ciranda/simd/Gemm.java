package io.ciranda.simd;

import static io.ciranda.memory.Memory.ALL;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.VECTOR;
import static io.ciranda.simd.Lanes.VL;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.SPECIES_128;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Matrix products with a packed right-hand side.
 *
 * <p>B is cut into panels of {@link #PANEL} columns, each stored row after row, so that a product
 * reads it from the first byte to the last. The columns that fill no panel follow in panels one
 * vector wide, the last of them padded with zeros. Lanes run over columns of C: no sum crosses
 * lanes.
 *
 * <p>Element (i, j) of a product is one chain of fused multiply-adds: it starts from the bias, 0 or
 * the old element, and l rises from 0 to k - 1. So its bits depend on row i of A and column j of B
 * alone, not on the other rows, nor on how many there are, nor on the vectors' width: a sequence
 * gets the same bits alone and in a batch.
 *
 * <p>The tiles call the Vector API and {@link Memory#ALL} directly, not {@link Lanes#load}. C2
 * inlines the API's methods at any size, ours only up to a number of nodes that a tile exceeds, and
 * a call left standing boxes the vectors that cross it: 14 GFLOP/s instead of 110 (JDK 25.0.3, Zen
 * 4, November 2026). For the sake of size, too, no loop is unrolled over l: by two it gave 105, and
 * 2 in some JVMs. Nor does a tile branch on its number of rows. The tiles' bytecode is longer than
 * C2 inlines into a caller, so each stays a compiled method of its own.
 */
final class Gemm {
  /** Columns of a panel, and of a tile of C. */
  static final int PANEL = 4 * VL;

  /**
   * Most rows of a tile. With 32 registers (AVX-512, NEON), 5 rows of 4 vectors: 20 registers for
   * C, 4 for B, 1 for A. A row of B, 256 bytes at 512 bits, then serves 20 multiply-adds, in 10
   * cycles where two units take whole vectors (Zen 5: 90 to 93 % of the FMA peak with weights of 1
   * to 8 MB and 50 rows). Six rows would be faster still, but C1 runs out of virtual registers on
   * their profiled code, and in some JVMs C2 then never compiled it: a fiftieth of the speed (JDK
   * 25.0.3). Vectors of 8 lanes mean AVX2 and 16 registers: 2 rows reach 85 to 95 % of the peak
   * there; 3 and 4 spill, 48 and 57 % (Zen 4 with {@code -XX:UseAVX=2}).
   */
  private static final int ROWS = VL == 8 ? 2 : 5;

  /**
   * Most rows of a tile of two panels, eight vectors wide. Two places of memory are read faster
   * than one: a row with a B of 16 MB 35 instead of 24 GB/s. Two rows take 26 registers.
   */
  private static final int MOST_HEAD_ROWS = VL == 8 ? 1 : 2;

  /**
   * Most panels side by side for one row, 16 vectors: beside two panels, tokens of an LSTM of two
   * layers with H = 512 take 9 to 15 % less, steps with H = 1024 2 to 23 %, and with H = 256 about
   * the same; 16 registers are too few for it (Zen 5).
   */
  private static final int MOST_SIDE = VL == 8 ? 2 : 4;

  /** Rows of B from which on that is so: with 128, all of it in L2, it takes 5 % more. */
  private static final int LONG = 256;

  /**
   * Rows of a tile of one vector: eight multiply-adds at once, as many as two units with a latency
   * of four cycles need. 16 registers suffice.
   */
  private static final int NARROW_ROWS = 8;

  /**
   * Rows of B in a block. At 512 bits a panel of them is 128 KB: it stays in L2 while the rows of A
   * pass. Half of it costs 5 to 10 %, since C is read and written twice as often.
   */
  private static final int DEPTH = 512;

  /**
   * Rows of B in a block where A is stored by columns that are {@link #NEAR}. A panel of them is 32
   * KB, and in L1; a tile takes a cache line of A, a third of which it uses, for each of them. Not
   * where rows of C begin within cache lines: vectors across two of them cost more, the more often
   * C is read and written (LSTM with H = 200: 195 GFLOP/s by one block, 160 by four).
   */
  private static final int SHALLOW = (32 << 10) / (4 * PANEL);

  /**
   * Most bytes between columns of A for reading them where they are: at 512 bits a block is then 1
   * MB at most. The gradient of an LSTM's weights, {@code [4H][H]} from 512 rows, with H = 128, 256
   * and 512: 228, 214 and 217 GFLOP/s in place of 205, 193 and 198 with A copied and {@link #DEPTH}
   * rows; with H = 1024 196 in place of 209 (Zen 5, packing included).
   */
  private static final long NEAR = 8 << 10;

  /**
   * Rows of A in a block that is copied: 160 KB, in L2 beside the panel; whole tiles, whole
   * vectors. Without the copy a tile would read a part of a cache line, on another page, for each
   * column: 48 of 118 GFLOP/s in 2048 x 512 x 2048; with it, 101 (Zen 4).
   */
  private static final int HEIGHT = 80;

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final VectorShuffle<Float> LOW_ELEMENTS = of4(0, 4, 1, 5);
  private static final VectorShuffle<Float> HIGH_ELEMENTS = of4(2, 6, 3, 7);
  private static final VectorShuffle<Float> LOW_PAIRS = of4(0, 1, 4, 5);
  private static final VectorShuffle<Float> HIGH_PAIRS = of4(2, 3, 6, 7);

  /** Zeros for as many panels as stand side by side, which a product without bias starts from. */
  private static final long ZEROS = Arena.global().allocate(4L * MOST_SIDE * PANEL, 64).address();

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private Gemm() {}

  private static VectorShuffle<Float> of4(int... elements) {
    return VectorShuffle.fromValues(SPECIES_128, elements);
  }

  // ---- packing ----

  static long packedSize(int k, int n) {
    return (n + VL - 1L) / VL * VL * k;
  }

  static void pack(
      long packed,
      int k,
      int n,
      long b,
      long rowStride,
      long columnStride,
      int fromColumn,
      int toColumn) {
    for (int j = fromColumn; j < toColumn; j += width(n - j)) {
      int width = width(n - j);
      long panel = packed + 4 * ((long) j * k);
      long columns = b + 4 * (j * columnStride);
      if (columnStride == 1 && width <= n - j) {
        copyPanel(panel, width, k, columns, 4 * rowStride);
      } else {
        packPanel(panel, width, k, columns, rowStride, columnStride, Math.min(width, n - j));
      }
    }
  }

  /** Columns of the panel that begins where {@code columnsLeft} columns are left. */
  private static int width(int columnsLeft) {
    return columnsLeft >= PANEL ? PANEL : VL;
  }

  private static void copyPanel(long panel, int width, int k, long b, long rowBytes) {
    for (int l = 0; l < k; l++) {
      for (int j = 0; j < width; j += VL) {
        fromMemorySegment(F, ALL, b + 4L * j, ORDER).intoMemorySegment(ALL, panel + 4L * j, ORDER);
      }
      b += rowBytes;
      panel += 4L * width;
    }
  }

  private static void packPanel(
      long panel, int width, int k, long b, long rowStride, long columnStride, int columns) {
    boolean transposed = rowStride == 1 && columns == width;
    // 64 rows at a time: four cache lines of a transposed B's columns, and at 512 bits 16 KB of the
    // panel, half of L1.
    for (int from = 0; from < k; from += 64) {
      int to = Math.min(k, from + 64);
      int done = transposed ? from + ((to - from) & -4) : from;
      if (done > from) {
        transpose(panel + 4L * from * width, width, b + 4L * from, 4 * columnStride, done - from);
      }
      for (int j = 0; j < columns; j++) {
        for (int l = done; l < to; l++) {
          float x = Memory.get(b, j * columnStride + l * rowStride);
          Memory.set(panel, (long) l * width + j, x);
        }
      }
      for (int j = columns; j < width; j++) {
        for (int l = from; l < to; l++) {
          Memory.set(panel, (long) l * width + j, 0);
        }
      }
    }
  }

  /**
   * {@code k} rows of a whole panel from a B that is stored by columns, {@code column} bytes apart,
   * in blocks of 4 x 4: a third of the time of one element after the other.
   */
  private static void transpose(long panel, int width, long b, long column, int k) {
    long row = 4L * width;
    for (int j = 0; j < width; j += 4) {
      long to = panel + 4L * j;
      for (long l = 0; l < 4L * k; l += 16) {
        FloatVector b0 = fromMemorySegment(SPECIES_128, ALL, b + l, ORDER);
        FloatVector b1 = fromMemorySegment(SPECIES_128, ALL, b + column + l, ORDER);
        FloatVector b2 = fromMemorySegment(SPECIES_128, ALL, b + 2 * column + l, ORDER);
        FloatVector b3 = fromMemorySegment(SPECIES_128, ALL, b + 3 * column + l, ORDER);
        FloatVector low01 = b0.rearrange(LOW_ELEMENTS, b1);
        FloatVector high01 = b0.rearrange(HIGH_ELEMENTS, b1);
        FloatVector low23 = b2.rearrange(LOW_ELEMENTS, b3);
        FloatVector high23 = b2.rearrange(HIGH_ELEMENTS, b3);
        low01.rearrange(LOW_PAIRS, low23).intoMemorySegment(ALL, to, ORDER);
        low01.rearrange(HIGH_PAIRS, low23).intoMemorySegment(ALL, to + row, ORDER);
        high01.rearrange(LOW_PAIRS, high23).intoMemorySegment(ALL, to + 2 * row, ORDER);
        high01.rearrange(HIGH_PAIRS, high23).intoMemorySegment(ALL, to + 3 * row, ORDER);
        to += 4 * row;
      }
      b += 4 * column;
    }
  }

  // ---- products ----

  static void gemm(
      long c,
      long ldc,
      long bias,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k) {
    product(c, 4 * ldc, bias, 0, a, 4 * aRowStride, 4 * aColumnStride, packed, m, n, k);
  }

  static void gemmAdd(
      long c,
      long ldc,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k) {
    product(c, 4 * ldc, c, 4 * ldc, a, 4 * aRowStride, 4 * aColumnStride, packed, m, n, k);
  }

  // From here on strides and leading dimensions are bytes, and C = S + A B: S is the bias with
  // leading dimension 0, nothing (0), or C itself.

  private static void product(
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long aRow,
      long aColumn,
      long packed,
      int m,
      int n,
      int k) {
    boolean byColumns = aColumn != 4 && m > ROWS && n > PANEL;
    boolean copied = byColumns && aColumn > NEAR;
    boolean shallow = byColumns && !copied && ldc % BYTES == 0;
    int most = shallow ? SHALLOW : m > ROWS ? DEPTH : Math.max(1, k); // a tile reads a panel once
    int blocks = Math.max(1, (k + most - 1) / most);
    int depth = (k + blocks - 1) / blocks;
    int height = copied ? HEIGHT : m;
    for (int l = 0, block = 0; block < blocks; block++, l += depth) {
      int layers = Math.min(depth, k - l);
      for (int i = 0; i < m; i += height) {
        int rows = Math.min(height, m - i);
        long ci = c + i * ldc;
        long si = s == 0 ? 0 : s + i * lds;
        long ai = a + i * aRow + l * aColumn;
        if (copied) {
          long copy = SCRATCH.get().copy;
          copyColumns(copy, ai, aRow, aColumn, rows, layers);
          panels(ci, ldc, si, lds, copy, 4, 4 * HEIGHT, packed, l, layers, rows, n, k);
        } else {
          panels(ci, ldc, si, lds, ai, aRow, aColumn, packed, l, layers, rows, n, k);
        }
      }
      s = c;
      lds = ldc;
    }
  }

  /** Copies {@code A [m][k]} by columns, {@link #HEIGHT} elements apart. */
  private static void copyColumns(long copy, long a, long aRow, long aColumn, int m, int k) {
    int whole = aRow == 4 ? m & -VL : 0;
    for (int l = 0; l < k; l++) {
      for (int i = 0; i < whole; i += VL) {
        fromMemorySegment(F, ALL, a + 4L * i, ORDER).intoMemorySegment(ALL, copy + 4L * i, ORDER);
      }
      for (int i = whole; i < m; i++) {
        Memory.set(copy, i, Memory.get(a + i * aRow, 0));
      }
      a += aColumn;
      copy += 4 * HEIGHT;
    }
  }

  /** The product of {@code layers} columns of A and rows of B, from the {@code l}th row of B on. */
  private static void panels(
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long aRow,
      long aColumn,
      long packed,
      int l,
      int layers,
      int m,
      int n,
      int k) {
    int head = head(m);
    int most = head == 0 ? 1 : head == 1 && layers >= LONG ? MOST_SIDE : 2;
    long first = packed + 4L * l * PANEL;
    long panel = 4L * PANEL * k;
    boolean backwards = head > 0 && n >= 4 * PANEL && SCRATCH.get().turnsBack(first);
    int j = 0;
    for (int side = most; side > 0; side /= 2) {
      int end = n - (n - j) % (side * PANEL);
      int top = side == 1 ? 0 : head;
      sideBySide(
          side, backwards, top, m, c, ldc, s, lds, a, aRow, aColumn, first, panel, j, end, layers);
      j = end;
    }
    for (; j < n; j += width(n - j)) {
      long b = packed + 4 * ((long) j * k + (long) l * width(n - j));
      long sj = s == 0 ? ZEROS : s + 4L * j;
      long cj = c + 4L * j;
      if (n - j >= VL) {
        narrow(m, cj, ldc, sj, lds, a, aRow, aColumn, b, layers);
      } else {
        partial(m, n - j, cj, ldc, sj, lds, a, aRow, aColumn, b, layers);
      }
    }
  }

  /**
   * Rows beyond whole tiles, if two panels at a time serve them better than one: six rows with a B
   * of 8 MB take 149 us instead of 205. Not so among more rows, where tiles of 4 and 5 take B from
   * L3 as fast as it comes: an LSTM with H = 64 became 3 % slower with 16 rows (Zen 5).
   */
  private static int head(int m) {
    int rest = m % ROWS;
    return rest <= MOST_HEAD_ROWS && m < 3 * ROWS ? rest : 0;
  }

  /**
   * The columns {@code from} to {@code end}, {@code side} panels at a time: {@code head} rows of
   * all of them, then the others of one after the other. It is the head that waits for B to come
   * from afar; of one panel there is none.
   */
  private static void sideBySide(
      int side,
      boolean backwards,
      int head,
      int m,
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long aRow,
      long aColumn,
      long b,
      long panel,
      int from,
      int end,
      int k) {
    int others = m - head;
    int columns = side * PANEL;
    for (int step = 0; step < end - from; step += columns) {
      int j = backwards ? end - columns - step : from + step;
      long first = b + j / PANEL * panel;
      long cj = c + 4L * j;
      long sj = s == 0 ? ZEROS : s + 4L * j;
      if (side == 4) {
        long third = first + 2 * panel;
        tile1x16(cj, sj, a, aColumn, first, first + panel, third, third + panel, k);
      } else if (head == 1) {
        tile1x8(cj, sj, a, aColumn, first, first + panel, k);
      } else if (head == 2) {
        tile2x8(cj, ldc, sj, lds, a, aRow, aColumn, first, first + panel, k);
      }
      for (int i = 0; i < side && others > 0; i++) {
        long ci = cj + 4L * PANEL * i + head * ldc;
        long si = s == 0 ? ZEROS : sj + 4L * PANEL * i + head * lds;
        wide(others, ci, ldc, si, lds, a + head * aRow, aRow, aColumn, first + i * panel, k);
      }
    }
  }

  /**
   * {@code m} rows of one panel in as few tiles as there can be, whose numbers of rows differ by
   * one at most, since a tile of few rows takes as much of B from L2 as a high one.
   */
  private static void wide(
      int m, long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
    for (int rows, left = (m + ROWS - 1) / ROWS; left > 0; left--) {
      rows = (m + left - 1) / left;
      if (rows == 5) {
        tile5x4(c, ldc, s, lds, a, aRow, aColumn, b, k);
      } else if (rows == 4) {
        tile4x4(c, ldc, s, lds, a, aRow, aColumn, b, k);
      } else {
        if (rows > 1) {
          tile2x4(c, ldc, s, lds, a, aRow, aColumn, b, k);
        }
        if (rows % 2 == 1) {
          int last = rows - 1;
          tile1x4(c + last * ldc, s + last * lds, a + last * aRow, aColumn, b, k);
        }
      }
      m -= rows;
      c += rows * ldc;
      s += rows * lds;
      a += rows * aRow;
    }
  }

  /** {@code m} rows of fewer columns than a vector has lanes, by way of whole vectors. */
  private static void partial(
      int m,
      int columns,
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long aRow,
      long aColumn,
      long b,
      int k) {
    long whole = SCRATCH.get().tile;
    for (int i = 0; i < m; i += NARROW_ROWS) {
      int rows = Math.min(NARROW_ROWS, m - i);
      copyRows(whole, BYTES, s + i * lds, lds, rows, columns);
      narrow(rows, whole, BYTES, whole, BYTES, a + i * aRow, aRow, aColumn, b, k);
      copyRows(c + i * ldc, ldc, whole, BYTES, rows, columns);
    }
  }

  private static void copyRows(long to, long ldTo, long from, long ldFrom, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        Memory.set(to + i * ldTo, j, Memory.get(from + i * ldFrom, j));
      }
    }
  }

  /** Five rows, four vectors. */
  private static void tile5x4(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
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
    FloatVector c40 = fromMemorySegment(F, ALL, s + 4 * lds, ORDER);
    FloatVector c41 = fromMemorySegment(F, ALL, s + 4 * lds + BYTES, ORDER);
    FloatVector c42 = fromMemorySegment(F, ALL, s + 4 * lds + 2 * BYTES, ORDER);
    FloatVector c43 = fromMemorySegment(F, ALL, s + 4 * lds + 3 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, b + BYTES, ORDER);
      FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER);
      FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER);
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
      FloatVector a4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      c43 = a4.fma(b3, c43);
      a += aColumn;
      b += 4 * BYTES;
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
    VECTOR.cast(c40).intoMemorySegment(ALL, c + 4 * ldc, ORDER);
    VECTOR.cast(c41).intoMemorySegment(ALL, c + 4 * ldc + BYTES, ORDER);
    VECTOR.cast(c42).intoMemorySegment(ALL, c + 4 * ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c43).intoMemorySegment(ALL, c + 4 * ldc + 3 * BYTES, ORDER);
  }

  /** Four rows, four vectors. */
  private static void tile4x4(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
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
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, b + BYTES, ORDER);
      FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER);
      FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER);
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
      b += 4 * BYTES;
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

  /** Two rows, four vectors. */
  private static void tile2x4(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
    FloatVector c00 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c01 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c02 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c03 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(F, ALL, s + lds, ORDER);
    FloatVector c11 = fromMemorySegment(F, ALL, s + lds + BYTES, ORDER);
    FloatVector c12 = fromMemorySegment(F, ALL, s + lds + 2 * BYTES, ORDER);
    FloatVector c13 = fromMemorySegment(F, ALL, s + lds + 3 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, b + BYTES, ORDER);
      FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER);
      FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER);
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
      a += aColumn;
      b += 4 * BYTES;
    }
    VECTOR.cast(c00).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c01).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c02).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c03).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    VECTOR.cast(c10).intoMemorySegment(ALL, c + ldc, ORDER);
    VECTOR.cast(c11).intoMemorySegment(ALL, c + ldc + BYTES, ORDER);
    VECTOR.cast(c12).intoMemorySegment(ALL, c + ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c13).intoMemorySegment(ALL, c + ldc + 3 * BYTES, ORDER);
  }

  /** Two rows, eight vectors of two panels. */
  private static void tile2x8(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, long d, int k) {
    FloatVector c00 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c01 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c02 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c03 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    FloatVector c04 = fromMemorySegment(F, ALL, s + 4 * BYTES, ORDER);
    FloatVector c05 = fromMemorySegment(F, ALL, s + 5 * BYTES, ORDER);
    FloatVector c06 = fromMemorySegment(F, ALL, s + 6 * BYTES, ORDER);
    FloatVector c07 = fromMemorySegment(F, ALL, s + 7 * BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(F, ALL, s + lds, ORDER);
    FloatVector c11 = fromMemorySegment(F, ALL, s + lds + BYTES, ORDER);
    FloatVector c12 = fromMemorySegment(F, ALL, s + lds + 2 * BYTES, ORDER);
    FloatVector c13 = fromMemorySegment(F, ALL, s + lds + 3 * BYTES, ORDER);
    FloatVector c14 = fromMemorySegment(F, ALL, s + lds + 4 * BYTES, ORDER);
    FloatVector c15 = fromMemorySegment(F, ALL, s + lds + 5 * BYTES, ORDER);
    FloatVector c16 = fromMemorySegment(F, ALL, s + lds + 6 * BYTES, ORDER);
    FloatVector c17 = fromMemorySegment(F, ALL, s + lds + 7 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow));
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      c00 = a0.fma(b0, c00);
      c10 = a1.fma(b0, c10);
      FloatVector b1 = fromMemorySegment(F, ALL, b + BYTES, ORDER);
      c01 = a0.fma(b1, c01);
      c11 = a1.fma(b1, c11);
      FloatVector b2 = fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER);
      c02 = a0.fma(b2, c02);
      c12 = a1.fma(b2, c12);
      FloatVector b3 = fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER);
      c03 = a0.fma(b3, c03);
      c13 = a1.fma(b3, c13);
      FloatVector b4 = fromMemorySegment(F, ALL, d, ORDER);
      c04 = a0.fma(b4, c04);
      c14 = a1.fma(b4, c14);
      FloatVector b5 = fromMemorySegment(F, ALL, d + BYTES, ORDER);
      c05 = a0.fma(b5, c05);
      c15 = a1.fma(b5, c15);
      FloatVector b6 = fromMemorySegment(F, ALL, d + 2 * BYTES, ORDER);
      c06 = a0.fma(b6, c06);
      c16 = a1.fma(b6, c16);
      FloatVector b7 = fromMemorySegment(F, ALL, d + 3 * BYTES, ORDER);
      c07 = a0.fma(b7, c07);
      c17 = a1.fma(b7, c17);
      a += aColumn;
      b += 4 * BYTES;
      d += 4 * BYTES;
    }
    VECTOR.cast(c00).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c01).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c02).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c03).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    VECTOR.cast(c04).intoMemorySegment(ALL, c + 4 * BYTES, ORDER);
    VECTOR.cast(c05).intoMemorySegment(ALL, c + 5 * BYTES, ORDER);
    VECTOR.cast(c06).intoMemorySegment(ALL, c + 6 * BYTES, ORDER);
    VECTOR.cast(c07).intoMemorySegment(ALL, c + 7 * BYTES, ORDER);
    VECTOR.cast(c10).intoMemorySegment(ALL, c + ldc, ORDER);
    VECTOR.cast(c11).intoMemorySegment(ALL, c + ldc + BYTES, ORDER);
    VECTOR.cast(c12).intoMemorySegment(ALL, c + ldc + 2 * BYTES, ORDER);
    VECTOR.cast(c13).intoMemorySegment(ALL, c + ldc + 3 * BYTES, ORDER);
    VECTOR.cast(c14).intoMemorySegment(ALL, c + ldc + 4 * BYTES, ORDER);
    VECTOR.cast(c15).intoMemorySegment(ALL, c + ldc + 5 * BYTES, ORDER);
    VECTOR.cast(c16).intoMemorySegment(ALL, c + ldc + 6 * BYTES, ORDER);
    VECTOR.cast(c17).intoMemorySegment(ALL, c + ldc + 7 * BYTES, ORDER);
  }

  /** One row, eight vectors of two panels. */
  private static void tile1x8(long c, long s, long a, long aColumn, long b, long d, int k) {
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
      c0 = a0.fma(fromMemorySegment(F, ALL, b, ORDER), c0);
      c1 = a0.fma(fromMemorySegment(F, ALL, b + BYTES, ORDER), c1);
      c2 = a0.fma(fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER), c2);
      c3 = a0.fma(fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER), c3);
      c4 = a0.fma(fromMemorySegment(F, ALL, d, ORDER), c4);
      c5 = a0.fma(fromMemorySegment(F, ALL, d + BYTES, ORDER), c5);
      c6 = a0.fma(fromMemorySegment(F, ALL, d + 2 * BYTES, ORDER), c6);
      c7 = a0.fma(fromMemorySegment(F, ALL, d + 3 * BYTES, ORDER), c7);
      a += aColumn;
      b += 4 * BYTES;
      d += 4 * BYTES;
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

  /** One row, sixteen vectors of four panels. */
  private static void tile1x16(
      long c, long s, long a, long aColumn, long b0, long b1, long b2, long b3, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    FloatVector c4 = fromMemorySegment(F, ALL, s + 4 * BYTES, ORDER);
    FloatVector c5 = fromMemorySegment(F, ALL, s + 5 * BYTES, ORDER);
    FloatVector c6 = fromMemorySegment(F, ALL, s + 6 * BYTES, ORDER);
    FloatVector c7 = fromMemorySegment(F, ALL, s + 7 * BYTES, ORDER);
    FloatVector c8 = fromMemorySegment(F, ALL, s + 8 * BYTES, ORDER);
    FloatVector c9 = fromMemorySegment(F, ALL, s + 9 * BYTES, ORDER);
    FloatVector c10 = fromMemorySegment(F, ALL, s + 10 * BYTES, ORDER);
    FloatVector c11 = fromMemorySegment(F, ALL, s + 11 * BYTES, ORDER);
    FloatVector c12 = fromMemorySegment(F, ALL, s + 12 * BYTES, ORDER);
    FloatVector c13 = fromMemorySegment(F, ALL, s + 13 * BYTES, ORDER);
    FloatVector c14 = fromMemorySegment(F, ALL, s + 14 * BYTES, ORDER);
    FloatVector c15 = fromMemorySegment(F, ALL, s + 15 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c0 = a0.fma(fromMemorySegment(F, ALL, b0, ORDER), c0);
      c1 = a0.fma(fromMemorySegment(F, ALL, b0 + BYTES, ORDER), c1);
      c2 = a0.fma(fromMemorySegment(F, ALL, b0 + 2 * BYTES, ORDER), c2);
      c3 = a0.fma(fromMemorySegment(F, ALL, b0 + 3 * BYTES, ORDER), c3);
      c4 = a0.fma(fromMemorySegment(F, ALL, b1, ORDER), c4);
      c5 = a0.fma(fromMemorySegment(F, ALL, b1 + BYTES, ORDER), c5);
      c6 = a0.fma(fromMemorySegment(F, ALL, b1 + 2 * BYTES, ORDER), c6);
      c7 = a0.fma(fromMemorySegment(F, ALL, b1 + 3 * BYTES, ORDER), c7);
      c8 = a0.fma(fromMemorySegment(F, ALL, b2, ORDER), c8);
      c9 = a0.fma(fromMemorySegment(F, ALL, b2 + BYTES, ORDER), c9);
      c10 = a0.fma(fromMemorySegment(F, ALL, b2 + 2 * BYTES, ORDER), c10);
      c11 = a0.fma(fromMemorySegment(F, ALL, b2 + 3 * BYTES, ORDER), c11);
      c12 = a0.fma(fromMemorySegment(F, ALL, b3, ORDER), c12);
      c13 = a0.fma(fromMemorySegment(F, ALL, b3 + BYTES, ORDER), c13);
      c14 = a0.fma(fromMemorySegment(F, ALL, b3 + 2 * BYTES, ORDER), c14);
      c15 = a0.fma(fromMemorySegment(F, ALL, b3 + 3 * BYTES, ORDER), c15);
      a += aColumn;
      b0 += 4 * BYTES;
      b1 += 4 * BYTES;
      b2 += 4 * BYTES;
      b3 += 4 * BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c1).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c2).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c3).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
    VECTOR.cast(c4).intoMemorySegment(ALL, c + 4 * BYTES, ORDER);
    VECTOR.cast(c5).intoMemorySegment(ALL, c + 5 * BYTES, ORDER);
    VECTOR.cast(c6).intoMemorySegment(ALL, c + 6 * BYTES, ORDER);
    VECTOR.cast(c7).intoMemorySegment(ALL, c + 7 * BYTES, ORDER);
    VECTOR.cast(c8).intoMemorySegment(ALL, c + 8 * BYTES, ORDER);
    VECTOR.cast(c9).intoMemorySegment(ALL, c + 9 * BYTES, ORDER);
    VECTOR.cast(c10).intoMemorySegment(ALL, c + 10 * BYTES, ORDER);
    VECTOR.cast(c11).intoMemorySegment(ALL, c + 11 * BYTES, ORDER);
    VECTOR.cast(c12).intoMemorySegment(ALL, c + 12 * BYTES, ORDER);
    VECTOR.cast(c13).intoMemorySegment(ALL, c + 13 * BYTES, ORDER);
    VECTOR.cast(c14).intoMemorySegment(ALL, c + 14 * BYTES, ORDER);
    VECTOR.cast(c15).intoMemorySegment(ALL, c + 15 * BYTES, ORDER);
  }

  /** One row, four vectors. */
  private static void tile1x4(long c, long s, long a, long aColumn, long b, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, s + BYTES, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, s + 2 * BYTES, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, s + 3 * BYTES, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a));
      c0 = a0.fma(fromMemorySegment(F, ALL, b, ORDER), c0);
      c1 = a0.fma(fromMemorySegment(F, ALL, b + BYTES, ORDER), c1);
      c2 = a0.fma(fromMemorySegment(F, ALL, b + 2 * BYTES, ORDER), c2);
      c3 = a0.fma(fromMemorySegment(F, ALL, b + 3 * BYTES, ORDER), c3);
      a += aColumn;
      b += 4 * BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c1).intoMemorySegment(ALL, c + BYTES, ORDER);
    VECTOR.cast(c2).intoMemorySegment(ALL, c + 2 * BYTES, ORDER);
    VECTOR.cast(c3).intoMemorySegment(ALL, c + 3 * BYTES, ORDER);
  }

  /** {@code m} rows, one vector. */
  private static void narrow(
      int m, long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
    for (int rows; m > 0; m -= rows) {
      if (m >= NARROW_ROWS) {
        rows = NARROW_ROWS;
        tile8x1(c, ldc, s, lds, a, aRow, aColumn, b, k);
      } else if (m >= 4) {
        rows = 4;
        tile4x1(c, ldc, s, lds, a, aRow, aColumn, b, k);
      } else {
        rows = 1;
        tile1x1(c, s, a, aColumn, b, k);
      }
      c += rows * ldc;
      s += rows * lds;
      a += rows * aRow;
    }
  }

  /** Eight rows, one vector. */
  private static void tile8x1(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, s + lds, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, s + 2 * lds, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, s + 3 * lds, ORDER);
    FloatVector c4 = fromMemorySegment(F, ALL, s + 4 * lds, ORDER);
    FloatVector c5 = fromMemorySegment(F, ALL, s + 5 * lds, ORDER);
    FloatVector c6 = fromMemorySegment(F, ALL, s + 6 * lds, ORDER);
    FloatVector c7 = fromMemorySegment(F, ALL, s + 7 * lds, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      c0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a)).fma(b0, c0);
      c1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow)).fma(b0, c1);
      c2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow)).fma(b0, c2);
      c3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow)).fma(b0, c3);
      c4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 4 * aRow)).fma(b0, c4);
      c5 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 5 * aRow)).fma(b0, c5);
      c6 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 6 * aRow)).fma(b0, c6);
      c7 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 7 * aRow)).fma(b0, c7);
      a += aColumn;
      b += BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c1).intoMemorySegment(ALL, c + ldc, ORDER);
    VECTOR.cast(c2).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    VECTOR.cast(c3).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    VECTOR.cast(c4).intoMemorySegment(ALL, c + 4 * ldc, ORDER);
    VECTOR.cast(c5).intoMemorySegment(ALL, c + 5 * ldc, ORDER);
    VECTOR.cast(c6).intoMemorySegment(ALL, c + 6 * ldc, ORDER);
    VECTOR.cast(c7).intoMemorySegment(ALL, c + 7 * ldc, ORDER);
  }

  /** Four rows, one vector. */
  private static void tile4x1(
      long c, long ldc, long s, long lds, long a, long aRow, long aColumn, long b, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    FloatVector c1 = fromMemorySegment(F, ALL, s + lds, ORDER);
    FloatVector c2 = fromMemorySegment(F, ALL, s + 2 * lds, ORDER);
    FloatVector c3 = fromMemorySegment(F, ALL, s + 3 * lds, ORDER);
    for (int l = 0; l < k; l++) {
      FloatVector b0 = fromMemorySegment(F, ALL, b, ORDER);
      c0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a)).fma(b0, c0);
      c1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + aRow)).fma(b0, c1);
      c2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 2 * aRow)).fma(b0, c2);
      c3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a + 3 * aRow)).fma(b0, c3);
      a += aColumn;
      b += BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
    VECTOR.cast(c1).intoMemorySegment(ALL, c + ldc, ORDER);
    VECTOR.cast(c2).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    VECTOR.cast(c3).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
  }

  /** One row, one vector. */
  private static void tile1x1(long c, long s, long a, long aColumn, long b, int k) {
    FloatVector c0 = fromMemorySegment(F, ALL, s, ORDER);
    for (int l = 0; l < k; l++) {
      c0 =
          broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a))
              .fma(fromMemorySegment(F, ALL, b, ORDER), c0);
      a += aColumn;
      b += BYTES;
    }
    VECTOR.cast(c0).intoMemorySegment(ALL, c, ORDER);
  }

  /**
   * Memory of a thread, which the collector gives back after the thread's end, and what B it has
   * read last: that decides in which order the next product reads, not what comes out.
   */
  private static final class Scratch {
    private final MemorySegment memory =
        Arena.ofAuto().allocate(4L * HEIGHT * DEPTH + NARROW_ROWS * BYTES, 64);

    /** Columns of A. */
    final long copy = memory.address();

    /** A tile one vector wide, for the columns of a partial vector. */
    final long tile = copy + 4L * HEIGHT * DEPTH;

    private long last; // B that was read last
    private boolean backwards;

    /**
     * Whether to begin at the end of a B: every other time that it is read several times in a row,
     * as by the steps of a layer. What L2 still holds of a B larger than itself is then read first:
     * 2 % of the time of translating a sentence with H = 512.
     */
    boolean turnsBack(long b) {
      backwards = b == last && !backwards;
      last = b;
      return backwards;
    }
  }
}
