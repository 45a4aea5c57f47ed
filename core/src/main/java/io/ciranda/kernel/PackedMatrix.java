package io.ciranda.kernel;

import io.ciranda.memory.Tensor;

/**
 * The right-hand side {@code B [k][n]} of many products, laid out for {@link Kernels#gemm}. The
 * weights of a recurrent layer are packed once a training step and then used T times.
 */
public final class PackedMatrix implements AutoCloseable {
  private final Kernels kernels;
  private final int k;
  private final int n;
  private final Tensor packed;

  /** Memory for a matrix of {@code k} rows and {@code n} columns; the content is zero. */
  public PackedMatrix(Kernels kernels, int k, int n) {
    this.kernels = kernels;
    this.k = k;
    this.n = n;
    this.packed = Tensor.allocate(Math.toIntExact(kernels.packedSize(k, n)));
  }

  /** Packs {@code B = w}, {@code w [k][n]}. */
  public void pack(Tensor w) {
    w.requireShape("matrix to pack", k, n);
    kernels.pack(packed.address(), k, n, w.address(), n, 1, 0, n);
  }

  /** Packs {@code B = w^T}, {@code w [n][k]}. */
  public void packTransposed(Tensor w) {
    w.requireShape("matrix to pack transposed", n, k);
    kernels.pack(packed.address(), k, n, w.address(), 1, k, 0, n);
  }

  /** {@code C [m][n] = bias + A B} on addresses; {@code A} has leading dimension {@code lda}. */
  public void gemm(long c, long ldc, long bias, long a, long lda, int m) {
    kernels.gemm(c, ldc, bias, a, lda, 1, packed.address(), m, n, k);
  }

  /** {@code C [m][n] += A B} on addresses; {@code A} has leading dimension {@code lda}. */
  public void gemmAdd(long c, long ldc, long a, long lda, int m) {
    kernels.gemmAdd(c, ldc, a, lda, 1, packed.address(), m, n, k);
  }

  /** Rows of B. */
  public int k() {
    return k;
  }

  /** Columns of B. */
  public int n() {
    return n;
  }

  @Override
  public void close() {
    packed.close();
  }
}
