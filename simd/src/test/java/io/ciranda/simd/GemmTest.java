package io.ciranda.simd;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.Garbage;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The products against their definition, bit for bit, over sizes that leave every kind of rest. */
class GemmTest {
  private static final int[] SIZES = {1, 3, 7, 8, 13, 16, 17, 31, 33, 64, 65, 100, 207, 256, 300};
  private static final int GUARD = 64;
  private static final float GUARD_VALUE = -12345.5f;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 25, 33})
  void productsAreRight(int m) {
    for (int n : SIZES) {
      for (int k : SIZES) {
        // Over all sizes, each layout of A meets each kind of start.
        boolean byColumns = (n + k) % 2 == 0;
        try (var product = new Product(m, n, k, byColumns)) {
          product.check(Start.values()[(m + n + k / 2) % 3]);
        }
      }
    }
  }

  /**
   * Several blocks of rows of B, several of A, all kinds of rests. With 141 columns and a gap of 3,
   * rows of C begin at whole vectors of any width.
   */
  @ParameterizedTest
  @CsvSource({
    "1,130,1100",
    "6,65,513",
    "131,130,1100",
    "67,300,1024",
    "67,141,300",
    "64,64,600",
    "5,129,1537"
  })
  void largeProductsAreRight(int m, int n, int k) {
    for (Start start : Start.values()) {
      for (boolean byColumns : new boolean[] {false, true}) {
        try (var product = new Product(m, n, k, byColumns)) {
          product.check(start);
        }
      }
    }
  }

  /** Where A is copied: two blocks of its rows and two of B's. */
  @Test
  void columnsOfAFarApart() {
    try (var product = new Product(131, 130, 600, 1, 2100)) {
      for (Start start : Start.values()) {
        product.check(start);
      }
    }
  }

  @Test
  void anyStridesOfA() {
    try (var product = new Product(9, 81, 40, 3, 29)) {
      product.check(Start.BIAS);
    }
  }

  @Test
  void withoutInnerDimensionThereIsTheBias() {
    try (var product = new Product(5, 70, 0, false)) {
      product.check(Start.BIAS);
      product.check(Start.ZERO);
      product.check(Start.SUM);
    }
  }

  @ParameterizedTest
  @CsvSource({"false,700", "true,700", "false,64", "true,64"})
  void aRowHasTheSameBitsAloneAndAmongOthers(boolean byColumns, int k) {
    int m = 71;
    int n = 534; // read from either end: several pairs of panels at any width, and a rest
    try (var product = new Product(m, n, k, byColumns)) {
      product.run(Start.BIAS);
      long row = product.allocate(n);
      for (int i = 0; i < m; i++) {
        long a = product.a + 4L * i * product.aRow;
        Gemm.gemm(row, n, product.bias, a, product.aRow, product.aColumn, product.packed, 1, n, k);
        for (int j = 0; j < n; j++) {
          assertEquals(
              get(product.c, i * product.ldc + j), get(row, j), "row " + i + ", column " + j);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void packingInPartsIsPackingTheWhole(boolean transposed) {
    for (int n : SIZES) {
      for (int k : new int[] {1, 15, 16, 40}) {
        try (var product = new Product(1, n, k, false)) {
          long size = Gemm.packedSize(k, n);
          long parts = product.allocate((int) size);
          int rowStride = transposed ? 1 : n;
          int columnStride = transposed ? k : 1;
          long b = product.allocate(n * k);
          for (int i = 0; i < n * k; i++) {
            set(b, i, get(product.b, transposed ? (long) i % k * n + i / k : i));
          }
          for (int to, j = 0; j < n; j = to) {
            to = Math.min(n, j + Gemm.PANEL);
            Gemm.pack(parts, k, n, b, rowStride, columnStride, j, to);
          }
          for (long i = 0; i < size; i++) {
            assertEquals(get(product.packed, i), get(parts, i), n + " columns, float " + i);
          }
          int partial = n % Lanes.VL;
          for (int i = 0; partial > 0 && i < k * Lanes.VL; i++) {
            if (i % Lanes.VL >= partial) {
              float padding = get(parts, (long) (n - partial) * k + i);
              assertEquals(0, padding, n + " columns, float " + i + " of the last panel");
            }
          }
          assertEquals(GUARD_VALUE, get(parts, -1));
          assertEquals(GUARD_VALUE, get(parts, size));
        }
      }
    }
  }

  @Test
  void onlyWholeVectorsArePadded() {
    assertEquals(3L * Lanes.VL, Gemm.packedSize(3, 1));
    assertEquals(3L * (Gemm.PANEL + Lanes.VL), Gemm.packedSize(3, Gemm.PANEL + 1));
    assertEquals(100_000L * 100_000, Gemm.packedSize(100_000, 100_000));
  }

  /** Garbage would mean that C2 has boxed vectors, at a seventh of the speed: see {@link Gemm}. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void compiledCodeDoesNotAllocate(boolean byColumns) {
    int calls = 200;
    long limit = 16L * calls;
    try (var product = new Product(11, 2 * Gemm.PANEL + Lanes.VL + 1, 40, byColumns)) {
      long least =
          Garbage.leastOfThisThread(
              () -> {
                for (int call = 0; call < calls; call++) {
                  product.run(call % 2 == 0 ? Start.BIAS : Start.ZERO);
                }
              },
              limit);
      assertTrue(least <= limit, least / calls + " bytes a call");
    }
  }

  /** What the product is added to. */
  private enum Start {
    ZERO,
    BIAS,
    SUM
  }

  /** Random operands, every array between guard zones; C has a gap after each row. */
  private static final class Product implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final Random random;
    private final int m;
    private final int n;
    private final int k;
    final long aRow;
    final long aColumn;
    final long ldc;
    final long a;
    final long b;
    final long bias;
    final long packed;
    final long c;

    Product(int m, int n, int k, boolean byColumns) {
      this(m, n, k, byColumns ? 1 : k, byColumns ? m : 1);
    }

    Product(int m, int n, int k, long aRow, long aColumn) {
      this.m = m;
      this.n = n;
      this.k = k;
      this.aRow = aRow;
      this.aColumn = aColumn;
      ldc = n + 3L;
      random = new Random(31L * (31L * m + n) + k);
      a = random(k == 0 ? 0 : (int) ((m - 1) * aRow + (k - 1) * aColumn + 1));
      b = random(k * n);
      bias = random(n);
      c = allocate((int) (m * ldc));
      packed = allocate((int) Gemm.packedSize(k, n));
      Gemm.pack(packed, k, n, b, n, 1, 0, n);
    }

    /** An array full of the guard value, between two guard zones of it. */
    long allocate(int length) {
      int total = GUARD + length + GUARD;
      long address = arena.allocate(4L * total, 64).address();
      for (int i = 0; i < total; i++) {
        set(address, i, GUARD_VALUE);
      }
      return address + 4L * GUARD;
    }

    private long random(int length) {
      long address = allocate(length);
      for (int i = 0; i < length; i++) {
        set(address, i, (float) random.nextGaussian());
      }
      return address;
    }

    void run(Start start) {
      switch (start) {
        case ZERO -> Gemm.gemm(c, ldc, 0, a, aRow, aColumn, packed, m, n, k);
        case BIAS -> Gemm.gemm(c, ldc, bias, a, aRow, aColumn, packed, m, n, k);
        case SUM -> Gemm.gemmAdd(c, ldc, a, aRow, aColumn, packed, m, n, k);
      }
    }

    /** Fails if C is wrong or anything beside it was written. */
    void check(Start start) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          set(c, i * ldc + j, j + 0.25f * i);
        }
      }
      run(start);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          checkElement(start, i, j);
        }
        for (int j = n; j < ldc; j++) {
          assertEquals(GUARD_VALUE, get(c, i * ldc + j), this + ": after row " + i);
        }
      }
      for (int i = 1; i <= GUARD; i++) {
        assertEquals(GUARD_VALUE, get(c, -i), this + ": before C");
        assertEquals(GUARD_VALUE, get(c, m * ldc + i - 1), this + ": after C");
        assertEquals(GUARD_VALUE, get(packed, -i), this + ": before packed B");
        assertEquals(GUARD_VALUE, get(packed, Gemm.packedSize(k, n) + i - 1), this + ": after it");
      }
    }

    private void checkElement(Start start, int i, int j) {
      float expected =
          switch (start) {
            case ZERO -> 0;
            case BIAS -> get(bias, j);
            case SUM -> j + 0.25f * i;
          };
      for (int l = 0; l < k; l++) {
        expected = Math.fma(get(a, i * aRow + l * aColumn), get(b, (long) l * n + j), expected);
      }
      float actual = get(c, i * ldc + j);
      if (expected != actual) {
        assertEquals(expected, actual, "%s, %s: element (%d, %d)".formatted(this, start, i, j));
      }
    }

    @Override
    public String toString() {
      return "%d x %d x %d, strides of A %d and %d".formatted(m, n, k, aRow, aColumn);
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
