package io.ciranda.kernel;

import io.ciranda.blas.Blas;
import io.ciranda.memory.Workspace;

/**
 * General products {@code C = A B} or {@code C += A B} of row-major matrices, either side transposed.
 * OpenBLAS does them where it was found; else the right side is packed on the way and the kernels do.
 */
public final class MatMul {
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
   * @param scratch memory for packing, taken only where OpenBLAS is absent
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
    if (blas) {
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

  @Override
  public String toString() {
    return blas ? "OpenBLAS for large products" : "no OpenBLAS";
  }
}
