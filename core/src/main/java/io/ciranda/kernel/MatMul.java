package io.ciranda.kernel;

import io.ciranda.blas.Blas;
import io.ciranda.memory.Workspace;
import java.util.Set;

/**
 * General products {@code C = A B} or {@code C += A B} of row-major matrices, either side
 * transposed, by OpenBLAS or by the kernels, which pack the right side on the way.
 *
 * <p>What decides, in GFLOP/s of one thread (best call of the benchmark {@code LargeGemm}, packing
 * included; 512-bit kernels, OpenBLAS 0.3.31 with its kernels for Haswell, November 2026):
 *
 * <pre>
 *                                         Zen 4               Zen 5
 * op(A) op(B)    m x n x k          OpenBLAS  kernels   OpenBLAS  kernels
 * A   B          2500 x 128 x 512        103      114        128      260
 * A   B          700 x 650 x 10000       100      101        122      223
 * A^T B          512 x 128 x 512          96      107        118      234
 * A^T B          512 x 128 x 2500         94      102        115      224
 * A^T B          10000 x 650 x 700        97       98        117      210
 * A   B^T        2500 x 65 x 128          94       79        115      166
 * A   B^T        2500 x 512 x 128        105      108        126      245
 * A   B^T        700 x 10000 x 650       104       92        125      188
 * </pre>
 *
 * <p>The columns of Zen 4 were measured with tiles of four rows and, where a vector's columns are
 * left over, four chains; there a vector of 512 bits is two of 256, so that half the width costs
 * OpenBLAS nothing. Those of Zen 5 are from before the kernels read an A^T whose rows are near each
 * other where it is.
 */
public final class MatMul {
  /** The largest transposed-left product, in elements of C, that equal vectors do faster here. */
  private static final long LARGE = 1 << 19;

  /** Columns of a panel of kernels with vectors of 512 bits. */
  private static final int WIDE_PANEL = 64;

  /** What OpenBLAS calls its kernels with vectors of 512 bits. */
  private static final Set<String> WIDE_CORES = Set.of("SkylakeX", "Cooperlake", "SapphireRapids");

  private final Kernels kernels;
  private final boolean blas;
  private final boolean widest; // the kernels' vectors are wider than OpenBLAS's

  MatMul(Kernels kernels, boolean blas) {
    this.kernels = kernels;
    this.blas = blas;
    widest =
        blas
            && kernels.panelColumns() >= WIDE_PANEL
            && !(kernels instanceof ScalarKernels)
            && !isWide(Blas.corename());
  }

  /** Libraries for one CPU alone write the names in capitals. */
  static boolean isWide(String corename) {
    return WIDE_CORES.stream().anyMatch(corename::equalsIgnoreCase);
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
    if (kernels instanceof ScalarKernels) {
      return false;
    }
    return widest || (!transB && (!transA || size <= LARGE));
  }

  @Override
  public String toString() {
    if (!blas) {
      return "no OpenBLAS";
    }
    return widest
        ? "no use of OpenBLAS, whose vectors for %s are narrower".formatted(Blas.corename())
        : "OpenBLAS for large products";
  }
}
