package io.ciranda.kernel;

import io.ciranda.memory.Tensor;
import java.util.Objects;

/**
 * The right-hand side {@code B [k][n]} of many products, laid out for {@link Kernels#gemm} or, in a
 * narrow precision, for {@link Kernels#gemmNarrow}. The weights of a recurrent layer are packed
 * once a training step, or once for ever in inference, and then used T times.
 */
public final class PackedMatrix implements AutoCloseable {
  private final Kernels kernels;
  private final Precision precision;
  private final int k;
  private final int n;
  private final int whole; // columns that stand in this precision
  private final Tensor packed;
  private final PackedMatrix rest; // the other columns, or null

  /** Memory for a float32 matrix of {@code k} rows and {@code n} columns; the content is zero. */
  public PackedMatrix(Kernels kernels, int k, int n) {
    this(kernels, Precision.F32, k, n);
  }

  /**
   * Memory for a matrix of {@code k} rows and {@code n} columns; in a narrow precision, the columns
   * after the last multiple of {@link Kernels#panelColumns} are float32.
   */
  public PackedMatrix(Kernels kernels, Precision precision, int k, int n) {
    this.kernels = kernels;
    this.precision = precision;
    this.k = k;
    this.n = n;
    boolean isNarrow = precision != Precision.F32;
    whole = isNarrow ? n - n % kernels.panelColumns() : n;
    long bytes = isNarrow ? kernels.narrowBytes(precision, k, whole) : 4 * kernels.packedSize(k, n);
    packed = Tensor.allocate(Math.toIntExact(Math.ceilDiv(bytes, 4)));
    rest = whole < n ? new PackedMatrix(kernels, k, n - whole) : null;
  }

  /** Packs {@code B = w}, {@code w [k][n]}. */
  public void pack(Tensor w) {
    w.requireShape("matrix to pack", k, n);
    packColumns(w, 0);
  }

  /** Packs {@code B = w^T}, {@code w [n][k]}. */
  public void packTransposed(Tensor w) {
    w.requireShape("matrix to pack transposed", n, k);
    packColumnsTransposed(w, 0);
  }

  /** Packs n columns of {@code w [k][..]}, from column {@code from} on. */
  public void packColumns(Tensor w, int from) {
    requireColumns(w, k, from, n);
    pack(w.address() + 4L * from, w.dim(1), 1);
  }

  /** Packs k columns of {@code w [n][..]}, from column {@code from} on, transposed. */
  public void packColumnsTransposed(Tensor w, int from) {
    requireColumns(w, n, from, k);
    pack(w.address() + 4L * from, 1, w.dim(1));
  }

  private static void requireColumns(Tensor w, int rows, int from, int columns) {
    w.requireShape("matrix to pack", rows, w.dim(1));
    Objects.checkFromIndexSize(from, columns, w.dim(1));
  }

  private void pack(long b, long rowStride, long columnStride) {
    if (precision == Precision.F32) {
      kernels.pack(packed.address(), k, n, b, rowStride, columnStride, 0, n);
      return;
    }
    kernels.packNarrow(precision, packed.address(), k, whole, b, rowStride, columnStride);
    if (rest != null) {
      rest.pack(b + 4L * whole * columnStride, rowStride, columnStride);
    }
  }

  /** {@code C [m][n] = bias + A B} on addresses; {@code A} has leading dimension {@code lda}. */
  public void gemm(long c, long ldc, long bias, long a, long lda, int m) {
    if (precision == Precision.F32) {
      kernels.gemm(c, ldc, bias, a, lda, 1, packed.address(), m, n, k);
      return;
    }
    kernels.gemmNarrow(precision, c, ldc, bias, 0, a, lda, packed.address(), m, whole, k);
    if (rest != null) {
      rest.gemm(c + 4L * whole, ldc, bias == 0 ? 0 : bias + 4L * whole, a, lda, m);
    }
  }

  /** {@code C [m][n] += A B} on addresses; {@code A} has leading dimension {@code lda}. */
  public void gemmAdd(long c, long ldc, long a, long lda, int m) {
    if (precision == Precision.F32) {
      kernels.gemmAdd(c, ldc, a, lda, 1, packed.address(), m, n, k);
      return;
    }
    kernels.gemmNarrow(precision, c, ldc, c, ldc, a, lda, packed.address(), m, whole, k);
    if (rest != null) {
      rest.gemmAdd(c + 4L * whole, ldc, a, lda, m);
    }
  }

  /** Rows of B. */
  public int k() {
    return k;
  }

  /** Columns of B. */
  public int n() {
    return n;
  }

  /** The memory taken. */
  public long bytes() {
    return 4 * packed.size() + (rest == null ? 0 : rest.bytes());
  }

  @Override
  public void close() {
    packed.close();
    if (rest != null) {
      rest.close();
    }
  }
}
