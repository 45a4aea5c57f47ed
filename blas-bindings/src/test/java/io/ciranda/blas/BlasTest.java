package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation against plain loops in double precision. */
class BlasTest {
  private final Arena arena = Arena.ofConfined();
  private final Random random = new Random(1);

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void theTestsRunOnOpenBlas() {
    assertTrue(Blas.isAvailable(), Blas::diagnostics);
    assertTrue(Blas.config().contains("MAX_THREADS="), Blas.config());
    assertTrue(Blas.config().contains(Blas.corename()), Blas.config() + " / " + Blas.corename());
    assertTrue(Blas.maxCallers() > 1, Blas.config());
    assertEquals(1, Blas.getNumThreads());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0",
    "1, 7, 3, 0",
    "3, 1, 8, 2",
    "8, 13, 1, 1",
    "16, 17, 25, 0",
    "31, 33, 64, 5",
    "100, 64, 207, 3",
    "2, 3, 0, 1",
    "0, 3, 2, 0",
    "3, 0, 2, 0"
  })
  void gemmInEveryOrientation(int m, int n, int k, int gap) {
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        int lda = Math.max(1, transA ? m : k) + gap;
        int ldb = Math.max(1, transB ? k : n) + 2 * gap;
        int ldc = Math.max(1, n) + 3 * gap;
        double[] a = randoms((transA ? k : m) * lda);
        double[] b = randoms((transB ? n : k) * ldb);
        double[] c = randoms(m * ldc);
        double[] expected = c.clone();
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int l = 0; l < k; l++) {
              sum += a[transA ? l * lda + i : i * lda + l] * b[transB ? j * ldb + l : l * ldb + j];
            }
            expected[i * ldc + j] = 0.5 * sum - 2 * c[i * ldc + j];
          }
        }

        MemorySegment single = floats(c);
        Blas.sgemm(transA, transB, m, n, k, 0.5f, floats(a), lda, floats(b), ldb, -2f, single, ldc);
        assertFloats(expected, single, k);

        MemorySegment unchecked = floats(c);
        Blas.sgemmUnchecked(
            transA,
            transB,
            m,
            n,
            k,
            0.5f,
            floats(a).address(),
            lda,
            floats(b).address(),
            ldb,
            -2f,
            unchecked.address(),
            ldc);
        assertEquals(-1, single.mismatch(unchecked));

        MemorySegment twice = doubles(c);
        Blas.dgemm(transA, transB, m, n, k, 0.5, doubles(a), lda, doubles(b), ldb, -2, twice, ldc);
        for (int i = 0; i < c.length; i++) {
          assertEquals(expected[i], twice.getAtIndex(JAVA_DOUBLE, i), 1e-14 * (k + 4));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 1, 1",
    "3, 7, 0, 1, 1",
    "13, 8, 2, 2, 3",
    "17, 31, 1, -1, 2",
    "207, 100, 5, 3, -2",
    "33, 300, 0, 1, 1"
  })
  void gemv(int m, int n, int gap, int incx, int incy) {
    for (boolean transA : new boolean[] {false, true}) {
      int rows = transA ? n : m;
      int columns = transA ? m : n;
      int lda = n + gap;
      double[] a = randoms(m * lda);
      double[] x = randoms(span(columns, incx));
      double[] y = randoms(span(rows, incy));
      double[] expected = y.clone();
      for (int i = 0; i < rows; i++) {
        double sum = 0;
        for (int j = 0; j < columns; j++) {
          sum += a[transA ? j * lda + i : i * lda + j] * x[at(j, columns, incx)];
        }
        int place = at(i, rows, incy);
        expected[place] = 1.5 * sum - 0.5 * y[place];
      }
      MemorySegment actual = floats(y);
      Blas.sgemv(transA, m, n, 1.5f, floats(a), lda, floats(x), incx, -0.5f, actual, incy);
      assertFloats(expected, actual, columns);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 1, 1",
    "3, 7, 2, 1, 1",
    "31, 13, 0, 2, 3",
    "17, 100, 1, -2, -1",
    "257, 65, 3, 1, 1"
  })
  void ger(int m, int n, int gap, int incx, int incy) {
    int lda = n + gap;
    double[] x = randoms(span(m, incx));
    double[] y = randoms(span(n, incy));
    double[] a = randoms(m * lda);
    double[] expected = a.clone();
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        expected[i * lda + j] += 0.75 * x[at(i, m, incx)] * y[at(j, n, incy)];
      }
    }
    MemorySegment actual = floats(a);
    Blas.sger(m, n, 0.75f, floats(x), incx, floats(y), incy, actual, lda);
    assertFloats(expected, actual, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1",
    "1, 1, 1",
    "7, 1, 1",
    "33, 2, 3",
    "100, -1, 2",
    "1023, 1, 1",
    "1023, -3, -2"
  })
  void axpyAndDot(int n, int incx, int incy) {
    double[] x = randoms(span(n, incx));
    double[] y = randoms(span(n, incy));
    double[] expected = y.clone();
    double dot = 0;
    for (int i = 0; i < n; i++) {
      expected[at(i, n, incy)] += -1.25 * x[at(i, n, incx)];
      dot += x[at(i, n, incx)] * y[at(i, n, incy)];
    }
    MemorySegment actual = floats(y);
    assertEquals(dot, Blas.sdot(n, floats(x), incx, actual, incy), 1e-6 * (n + 4));
    Blas.saxpy(n, -1.25f, floats(x), incx, actual, incy);
    assertFloats(expected, actual, 1);
  }

  @Test
  void betaOfZeroOverwritesWhateverWasThere() {
    MemorySegment ones = floats(1, 1, 1, 1);
    MemorySegment c = floats(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    Blas.sgemm(false, false, 2, 2, 2, 1f, ones, 2, ones, 2, 0f, c, 2);
    assertFloats(new double[] {2, 2, 2, 2}, c, 1);
    MemorySegment y = floats(Double.NaN, Double.POSITIVE_INFINITY);
    Blas.sgemv(false, 2, 2, 1f, ones, 2, ones, 1, 0f, y, 1);
    assertFloats(new double[] {2, 2}, y, 1);
  }

  @Test
  void emptySumsOverwriteMatricesButNotVectors() {
    MemorySegment none = floats();
    MemorySegment c = floats(Double.NaN, 1, 2, 3);
    Blas.sgemm(false, false, 2, 2, 0, 1f, none, 1, none, 2, 0f, c, 2);
    assertFloats(new double[4], c, 1);
    MemorySegment y = floats(4, 5);
    Blas.sgemv(false, 2, 0, 1f, none, 1, none, 1, 0f, y, 1);
    Blas.sgemv(true, 0, 2, 1f, none, 2, none, 1, 0f, y, 1);
    assertFloats(new double[] {4, 5}, y, 1);
  }

  @Test
  void aSliceSaysWhereAMatrixStarts() {
    MemorySegment memory = floats(9, 9, 1, 2, 3, 4, 0);
    Blas.saxpy(2, 10f, memory.asSlice(8, 8), 1, memory.asSlice(16), 1);
    assertFloats(new double[] {9, 9, 1, 2, 13, 24, 0}, memory, 1);
  }

  @Test
  void moreThreadsOfItsOwn() {
    int size = 300;
    double[] values = new double[size * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 3 - 1;
    }
    MemorySegment a = floats(values);
    MemorySegment one = floats(new double[size * size]);
    MemorySegment two = floats(new double[size * size]);
    Blas.sgemm(false, true, size, size, size, 1f, a, size, a, size, 0f, one, size);
    Blas.setNumThreads(2);
    try {
      assertEquals(2, Blas.getNumThreads());
      Blas.sgemm(false, true, size, size, size, 1f, a, size, a, size, 0f, two, size);
    } finally {
      Blas.setNumThreads(1);
    }
    assertEquals(-1, one.mismatch(two));
    assertEquals(1, Blas.getNumThreads());
  }

  @Test
  void threadsOutsideTheLibrarysRangeAreRefused() {
    for (int threads : new int[] {-1, 0, Blas.maxCallers() + 1}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> Blas.setNumThreads(threads));
      assertEquals(
          "threads: expected 1 to " + Blas.maxCallers() + ", actual " + threads, e.getMessage());
    }
  }

  @Test
  void anUncheckedCallTakesNothingFromTheHeap() {
    long matrix = arena.allocate(64, 64).address();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final int calls = 20_000;
    long least = Long.MAX_VALUE;
    // Compiled in the background, on a busy machine after many seconds.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (least >= calls && System.nanoTime() < end) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        Blas.sgemmUnchecked(false, false, 2, 2, 2, 1f, matrix, 2, matrix, 2, 0f, matrix, 2);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least < calls, least + " bytes in " + calls + " calls");
  }

  private double[] randoms(int count) {
    // Floats, so that both precisions start from the same numbers.
    return random.doubles(count, -1, 1).map(d -> (float) d).toArray();
  }

  private static int span(int length, int increment) {
    return length == 0 ? 0 : (length - 1) * Math.abs(increment) + 1;
  }

  private static int at(int i, int length, int increment) {
    return increment > 0 ? i * increment : (i - length + 1) * increment;
  }

  private MemorySegment floats(double... values) {
    MemorySegment segment = arena.allocate(JAVA_FLOAT, values.length);
    for (int i = 0; i < values.length; i++) {
      segment.setAtIndex(JAVA_FLOAT, i, (float) values[i]);
    }
    return segment;
  }

  private MemorySegment doubles(double... values) {
    return arena.allocateFrom(JAVA_DOUBLE, values);
  }

  private static void assertFloats(double[] expected, MemorySegment actual, int terms) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual.getAtIndex(JAVA_FLOAT, i), 3e-7 * (terms + 4), "index " + i);
    }
  }
}
