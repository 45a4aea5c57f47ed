package io.ciranda.simd;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.kernel.Precision;
import io.ciranda.kernel.ScalarKernels;
import io.ciranda.memory.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The narrow products against sums in double over the rounded numbers, and what they promise. */
class NarrowGemmTest {
  private static final float GUARD = -12345.5f;

  private final Kernels simd = new SimdProvider().kernels();

  @ParameterizedTest
  @CsvSource({
    "BF16,1,1,1", "BF16,3,2,17", "BF16,4,1,64", "BF16,9,3,131", "BF16,16,5,300",
    "INT8,1,1,1", "INT8,3,2,17", "INT8,4,1,64", "INT8,9,3,131", "INT8,16,5,300"
  })
  void productsAreThoseOfTheRoundedNumbers(Precision precision, int m, int panels, int k) {
    for (Kernels kernels : new Kernels[] {simd, new ScalarKernels()}) {
      for (Start start : Start.values()) {
        try (var product = new Product(kernels, precision, m, panels * Gemm.PANEL, k)) {
          product.check(start);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void aRowHasTheSameBitsAloneAndAmongOthers(Precision precision) {
    int m = 11;
    try (var product = new Product(simd, precision, m, 2 * Gemm.PANEL, 77)) {
      product.run(Start.BIAS, 0, m);
      float[] together = product.result();
      for (int i = 0; i < m; i++) {
        product.run(Start.BIAS, i, 1);
      }
      float[] alone = product.result();
      for (int i = 0; i < alone.length; i++) {
        assertEquals(together[i], alone[i], "element " + i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void columnsAfterTheLastWholePanelStayExact(Precision precision) {
    int m = 2;
    int whole = 2 * simd.panelColumns();
    int n = whole + 3;
    int k = 5;
    try (Tensor w = filled(k, n);
        Tensor a = filled(m, k);
        Tensor bias = filled(n);
        Tensor exact = filled(m, n);
        Tensor narrow = filled(m, n);
        var f32 = new PackedMatrix(simd, k, n);
        var packed = new PackedMatrix(simd, precision, k, n)) {
      f32.pack(w);
      f32.gemm(exact.address(), n, bias.address(), a.address(), k, m);
      f32.gemmAdd(exact.address(), n, a.address(), k, m);
      packed.pack(w);
      packed.gemm(narrow.address(), n, bias.address(), a.address(), k, m);
      packed.gemmAdd(narrow.address(), n, a.address(), k, m);
      boolean differs = false;
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          assertEquals(exact.get(i, j), narrow.get(i, j), j < whole ? 0.05 : 0, i + ", " + j);
          differs |= exact.get(i, j) != narrow.get(i, j);
        }
      }
      assertTrue(differs, "no column was narrow");
      assertEquals(
          4 * simd.packedSize(k, 3) + simd.narrowBytes(precision, k, whole), packed.bytes());
    }
  }

  private static Tensor filled(int... shape) {
    var random = new Random(7);
    Tensor tensor = Tensor.allocate(shape);
    for (long i = 0; i < tensor.size(); i++) {
      set(tensor.address(), i, 2 * random.nextFloat() - 1);
    }
    return tensor;
  }

  enum Start {
    NOTHING,
    BIAS,
    SUM
  }

  /** C = S + A B with gaps between the rows of A and C, and guards around C. */
  static final class Product implements AutoCloseable {
    private static final int GAP = 3;

    private final Arena arena = Arena.ofConfined();
    private final Random random = new Random(7);
    private final Kernels kernels;
    private final Precision precision;
    private final int m;
    private final int n;
    private final int k;
    private final long a; // [m][k + GAP]
    private final long b; // [n][k], PyTorch's layout
    private final long bias; // [n]
    private final long c; // [m][n + GAP]
    private final long packed;

    Product(Kernels kernels, Precision precision, int m, int n, int k) {
      this.kernels = kernels;
      this.precision = precision;
      this.m = m;
      this.n = n;
      this.k = k;
      a = filled(m * (k + GAP), 1);
      b = filled(n * k, 0.2f);
      bias = filled(n, 1);
      c = filled(m * (n + GAP), 1);
      long bytes = kernels.narrowBytes(precision, k, n);
      MemorySegment memory = arena.allocate(bytes + 4, 64);
      memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, bytes, GUARD);
      packed = memory.address();
      kernels.packNarrow(precision, packed, k, n, b, 1, k);
      assertEquals(GUARD, memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, bytes));
    }

    private long filled(int floats, float range) {
      long address = arena.allocate(4L * floats, 64).address();
      for (int i = 0; i < floats; i++) {
        set(address, i, range * (2 * random.nextFloat() - 1));
      }
      return address;
    }

    void run(Start start, int row, int rows) {
      long to = c + 4L * row * (n + GAP);
      long s = start == Start.NOTHING ? 0 : start == Start.BIAS ? bias : to;
      long lds = start == Start.SUM ? n + GAP : 0;
      long from = a + 4L * row * (k + GAP);
      kernels.gemmNarrow(precision, to, n + GAP, s, lds, from, k + GAP, packed, rows, n, k);
    }

    float[] result() {
      float[] result = new float[m * n];
      for (int i = 0; i < result.length; i++) {
        result[i] = get(c, (long) i / n * (n + GAP) + i % n);
      }
      return result;
    }

    void check(Start start) {
      double[] expected = new double[m * n];
      for (int j = 0; j < n; j++) {
        float max = 0;
        for (int l = 0; l < k; l++) {
          max = Math.max(max, Math.abs(get(b, (long) j * k + l)));
        }
        for (int i = 0; i < m; i++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += rounded(get(b, (long) j * k + l), max) * get(a, (long) i * (k + GAP) + l);
          }
          long at = (long) i * (n + GAP) + j;
          expected[i * n + j] =
              sum + (start == Start.NOTHING ? 0 : start == Start.BIAS ? get(bias, j) : get(c, at));
        }
      }
      for (int i = 0; i < m; i++) {
        for (int gap = 0; gap < GAP; gap++) {
          set(c, (long) i * (n + GAP) + n + gap, GUARD);
        }
      }
      run(start, 0, m);
      float[] actual = result();
      for (int i = 0; i < actual.length; i++) {
        assertEquals(expected[i], actual[i], 2e-6 * Math.sqrt(k + 1), "element " + i);
      }
      for (int i = 0; i < m; i++) {
        for (int gap = 0; gap < GAP; gap++) {
          assertEquals(GUARD, get(c, (long) i * (n + GAP) + n + gap), "after row " + i);
        }
      }
    }

    private double rounded(float x, float max) {
      if (precision == Precision.BF16) {
        return Float.intBitsToFloat(Precision.toBf16(x) << 16);
      }
      float scale = Precision.scale(max);
      return (double) scale * Precision.toInt8(x, scale);
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
