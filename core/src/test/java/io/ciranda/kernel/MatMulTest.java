package io.ciranda.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.blas.Blas;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products, by OpenBLAS and by packing, against three loops in double. */
class MatMulTest {
  private static final int[] SIZES = {1, 3, 8, 17, 33};
  private static final int GAP = 2; // columns between the end of a row and the next

  @AutoClose private final Workspace workspace = new Workspace("products");

  private static List<Backend> backends() {
    Kernels kernels = Backend.best().kernels();
    var backends = new ArrayList<Backend>();
    backends.add(Backend.of(kernels, false));
    if (Blas.isAvailable()) {
      backends.add(Backend.of(kernels, true));
    }
    return backends;
  }

  @ParameterizedTest
  @CsvSource({"SkylakeX, true", "SKYLAKEX, true", "SAPPHIRERAPIDS, true", "Haswell, false"})
  void librariesForOneCpuWriteItsNameInCapitals(String corename, boolean wide) {
    assertEquals(wide, MatMul.isWide(corename));
  }

  @Test
  void allSizesAllTranspositionsWithGapsBetweenRows() {
    for (Backend backend : backends()) {
      for (int m : SIZES) {
        for (int n : SIZES) {
          for (int k : SIZES) {
            for (int flags = 0; flags < 8; flags++) {
              workspace.reset();
              check(backend, m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
            }
          }
        }
      }
    }
  }

  private void check(
      Backend backend, int m, int n, int k, boolean add, boolean transA, boolean transB) {
    Tensor a = matrix("a", transA ? k : m, transA ? m : k);
    Tensor b = matrix("b", transB ? n : k, transB ? k : n);
    Tensor c = matrix("c", m, n);
    double[] expected = Values.doubles(c);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = add ? c.get(i, j) : 0;
        for (int l = 0; l < k; l++) {
          sum +=
              (double) (transA ? a.get(l, i) : a.get(i, l)) * (transB ? b.get(j, l) : b.get(l, j));
        }
        expected[i * (n + GAP) + j] = sum;
      }
    }
    backend
        .matMul()
        .gemm(
            add,
            c.address(),
            c.dim(1),
            a.address(),
            a.dim(1),
            transA,
            b.address(),
            b.dim(1),
            transB,
            m,
            n,
            k,
            workspace);
    Values.assertClose(
        "%s: [%d][%d][%d] add %b, transposed %b %b"
            .formatted(backend, m, n, k, add, transA, transB),
        expected,
        Values.doubles(c),
        1e-5);
  }

  private Tensor matrix(String name, int rows, int columns) {
    Tensor matrix = workspace.tensor(rows, columns + GAP);
    return matrix.copyFrom(Values.floats(name, matrix.size()));
  }

  @Test
  void aProductWithoutRowsOrColumnsDoesNothing() {
    for (Backend backend : backends()) {
      Tensor c = workspace.tensor(4).fill(1);
      for (int[] mn : new int[][] {{0, 2}, {2, 0}}) {
        backend
            .matMul()
            .gemm(
                false,
                c.address(),
                2,
                c.address(),
                2,
                false,
                c.address(),
                2,
                false,
                mn[0],
                mn[1],
                2,
                workspace);
      }
      assertArrayEquals(new float[] {1, 1, 1, 1}, c.toArray());
    }
  }

  @Test
  void aPackedMatrixMultipliesAsItselfOrTransposed() {
    Kernels kernels = Backend.best().kernels();
    Tensor bias = workspace.tensor(19).copyFrom(Values.floats("bias", 19));
    Tensor a = workspace.tensor(3, 5).copyFrom(Values.floats("a", 15));
    Tensor w = workspace.tensor(5, 19).copyFrom(Values.floats("w", 95));
    Tensor transposed = workspace.tensor(19, 5);
    double[] product = new double[3 * 19];
    for (int j = 0; j < 19; j++) {
      for (int l = 0; l < 5; l++) {
        transposed.set(w.get(l, j), j, l);
        for (int i = 0; i < 3; i++) {
          product[i * 19 + j] += (double) a.get(i, l) * w.get(l, j);
        }
      }
    }
    double[] expected = product.clone();
    for (int i = 0; i < expected.length; i++) {
      expected[i] += bias.get(i % 19);
    }
    Tensor c = workspace.zeros(3, 19);
    try (var packed = new PackedMatrix(kernels, 5, 19)) {
      packed.pack(w);
      packed.gemm(c.address(), 19, bias.address(), a.address(), 5, 3);
      Values.assertClose("bias + a w", expected, Values.doubles(c), 1e-6);
      packed.packTransposed(transposed);
      packed.gemm(c.address(), 19, 0, a.address(), 5, 3);
      Values.assertClose("a w", product, Values.doubles(c), 1e-6);
      packed.gemmAdd(c.address(), 19, a.address(), 5, 3);
      for (int i = 0; i < product.length; i++) {
        product[i] *= 2;
      }
      Values.assertClose("a w + a w", product, Values.doubles(c), 1e-6);
    }
  }
}
