package io.ciranda.kernel;

import io.ciranda.blas.Blas;
import io.ciranda.memory.Workspace;

/**
 * General products {@code C = A B} or {@code C += A B} of row-major matrices, either side
 * transposed, by OpenBLAS or by the kernels, which pack the right side on the way.
 *
 * <p>What decides, in GFLOP/s of one thread (best call of the benchmark {@code LargeGemm}, packing
 * included; Zen 4, 512-bit kernels, OpenBLAS 0.3.31, November 2026):
 *
 * <pre>
 * op(A) op(B)    m x n x k             OpenBLAS   kernels
 * A   B          2500 x 128 x 512           103       114
 * A   B          700 x 650 x 10000          100       101
 * A^T B          512 x 128 x 512             96       107
 * A^T B          512 x 128 x 2500            94       102
 * A^T B          10000 x 650 x 700           97        98
 * A   B^T        2500 x 65 x 128             94        79
 * A   B^T        2500 x 512 x 128           105       108
 * A   B^T        700 x 10000 x 650          104        92
 * </pre>
 */
public final class MatMul {
  /** The largest transposed-left product, in elements of C, that the kernels do faster. */
  private static final long LARGE = 1 << 19;

  private final Kernels kernels;
  private final boolean blas;

  MatMul(Kernels kernels, boolean blas) {
    this.kernels = kernels;
    this.blas = blas;
  }

  /**
   * {@code C [m][n] = op(A) op(B)}, or {@code +=} where {@code add}.
   *
   * @param c address of C, leading dimension {@code ldc}
   * @param a address of A: {@code [m][k]}, or {@code [k][m]} where {@code transA}
   * @param b address of B: {@code [k][n]}, or {@code [n][k]} where {@code transB}
   * @param scratch memory for packing, taken where the kernels multiply
   */
  public void gemm(
      boolean add,
      long c,
      int ldc,
      long a,
      int lda,
      boolean transA,
      long b,
      int ldb,
      boolean transB,
      int m,
      int n,
      int k,
      Workspace scratch) {
    if (m == 0 || n == 0) {
      return;
    }
    if (blas && !kernelsAreFaster(transA, transB, (long) m * n)) {
      Blas.sgemmUnchecked(transA, transB, m, n, k, 1, a, lda, b, ldb, add ? 1 : 0, c, ldc);
      return;
    }
    long packed = scratch.tensor(Math.toIntExact(kernels.packedSize(k, n))).address();
    kernels.pack(packed, k, n, b, transB ? 1 : ldb, transB ? ldb : 1, 0, n);
    long rowStride = transA ? 1 : lda;
    long columnStride = transA ? lda : 1;
    if (add) {
      kernels.gemmAdd(c, ldc, a, rowStride, columnStride, packed, m, n, k);
    } else {
      kernels.gemm(c, ldc, 0, a, rowStride, columnStride, packed, m, n, k);
    }
  }

  private boolean kernelsAreFaster(boolean transA, boolean transB, long size) {
    return !(kernels instanceof ScalarKernels) && !transB && (!transA || size <= LARGE);
  }

  @Override
  public String toString() {
    return blas ? "OpenBLAS for large products" : "no OpenBLAS";
  }
}
