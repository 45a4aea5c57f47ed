package io.ciranda.infer;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.kernel.Precision;
import java.util.List;

/**
 * {@code A B} where the columns of A, and with them the rows of B, are cut into slices that lie
 * apart: the directions of a layer, or the parts that threads compute. The columns of B are cut
 * into blocks, which a caller may take in any order.
 */
final class SlicedProduct {
  /**
   * Panels of a block: the kernels read so many side by side where A is one row. Blocks of four
   * narrow panels, two by two, take a GRU with H = 1024 a fifth longer.
   */
  private static int panels(Precision precision) {
    return precision == Precision.F32 ? 4 : 2;
  }

  private final PackedMatrix[][] weights; // for each block and slice [its size][block]
  private final int[] rowFloats; // from row to row of each slice of A
  private final int blockColumns;
  private final int columns; // n

  /** Gives columns {@code from} to {@code to} of the rows of B that belong to a slice. */
  interface Packing {
    PackedMatrix pack(Slice slice, int from, int to);
  }

  SlicedProduct(
      Kernels kernels,
      Precision precision,
      Owner owner,
      List<Slice> slices,
      int columns,
      Packing packing) {
    this.columns = columns;
    blockColumns = panels(precision) * kernels.panelColumns();
    weights = new PackedMatrix[blocks(kernels, precision, columns)][slices.size()];
    for (int block = 0; block < weights.length; block++) {
      int from = block * blockColumns;
      int to = Math.min(columns, from + blockColumns);
      for (int slice = 0; slice < slices.size(); slice++) {
        weights[block][slice] = owner.keep(packing.pack(slices.get(slice), from, to));
      }
    }
    rowFloats = slices.stream().mapToInt(Slice::padded).toArray();
  }

  /** The blocks of a product of so many columns. */
  static int blocks(Kernels kernels, Precision precision, int columns) {
    return Math.ceilDiv(columns, panels(precision) * kernels.panelColumns());
  }

  int blocks() {
    return weights.length;
  }

  /**
   * A block of {@code C [rows][n] = bias + A B}, C without gaps.
   *
   * @param bias {@code [n]}, or 0
   * @param a addresses of the slices of A
   * @param first row of each that is taken
   */
  void set(int block, long c, long bias, long[] a, int first, int rows) {
    long shift = shift(block);
    long from = bias == 0 ? 0 : bias + shift;
    weights[block][0].gemm(c + shift, columns, from, row(a[0], 0, first), rowFloats[0], rows);
    for (int slice = 1; slice < rowFloats.length; slice++) {
      add(block, slice, c, columns, row(a[slice], slice, first), rows);
    }
  }

  /** All blocks, as {@link #set(int, long, long, long[], int, int)}. */
  void set(long c, long bias, long[] a, int first, int rows) {
    for (int block = 0; block < weights.length; block++) {
      set(block, c, bias, a, first, rows);
    }
  }

  /** A block of {@code C [rows][n] += A B} with leading dimension {@code ldc}. */
  void add(int block, long c, long ldc, long[] a, int rows) {
    for (int slice = 0; slice < rowFloats.length; slice++) {
      add(block, slice, c, ldc, a[slice], rows);
    }
  }

  /** All blocks of {@code C [rows][n] += A B} where A is one slice. */
  void add(long c, long ldc, long a, int rows) {
    for (int block = 0; block < weights.length; block++) {
      add(block, 0, c, ldc, a, rows);
    }
  }

  private void add(int block, int slice, long c, long ldc, long a, int rows) {
    weights[block][slice].gemmAdd(c + shift(block), ldc, a, rowFloats[slice], rows);
  }

  /** Bytes from the first column of C to the first of a block. */
  private long shift(int block) {
    return 4L * block * blockColumns;
  }

  private long row(long a, int slice, int row) {
    return a + 4L * row * rowFloats[slice];
  }
}
