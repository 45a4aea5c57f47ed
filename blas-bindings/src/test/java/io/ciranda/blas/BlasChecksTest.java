package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Wrong arguments are answered by a message, not by the operating system. */
class BlasChecksTest {
  private static final Arena ARENA = Arena.ofAuto();

  /** op(A) [2][4], op(B) [4][3], C [2][3]: just large enough, both as they are and transposed. */
  private static final class Gemm {
    boolean transA;
    boolean transB;
    int m = 2;
    int n = 3;
    int k = 4;
    MemorySegment a = floats(8);
    int lda = 4;
    MemorySegment b = floats(12);
    int ldb = 3;
    MemorySegment c = floats(6);
    int ldc = 3;

    void run() {
      Blas.sgemm(transA, transB, m, n, k, 1f, a, lda, b, ldb, 0f, c, ldc);
    }
  }

  @Test
  void gemmThatFitsExactly() {
    Gemm gemm = new Gemm();
    gemm.run();
    gemm.transA = true;
    gemm.lda = 2;
    gemm.transB = true;
    gemm.ldb = 4;
    gemm.run();
  }

  @Test
  void gemmSizes() {
    Gemm g = new Gemm();
    g.m = -1;
    refused("m: expected 0 or more, actual -1", g::run);
    g = new Gemm();
    g.n = -2;
    refused("n: expected 0 or more, actual -2", g::run);
    g = new Gemm();
    g.k = -3;
    refused("k: expected 0 or more, actual -3", g::run);
  }

  @Test
  void gemmLeadingDimensions() {
    Gemm g = new Gemm();
    g.lda = 3;
    refused("lda: expected at least 4, the length of a row of a [2][4], actual 3", g::run);
    g = new Gemm();
    g.transA = true;
    g.lda = 1;
    refused("lda: expected at least 2, the length of a row of a [4][2], actual 1", g::run);
    g = new Gemm();
    g.ldb = 2;
    refused("ldb: expected at least 3, the length of a row of b [4][3], actual 2", g::run);
    g = new Gemm();
    g.transB = true;
    refused("ldb: expected at least 4, the length of a row of b [3][4], actual 3", g::run);
    g = new Gemm();
    g.ldc = 2;
    refused("ldc: expected at least 3, the length of a row of c [2][3], actual 2", g::run);
    g = new Gemm();
    g.n = 0;
    g.ldc = 0;
    refused("ldc: expected at least 1, the length of a row of c [2][0], actual 0", g::run);
  }

  @Test
  void gemmSegments() {
    Gemm g = new Gemm();
    g.a = floats(7);
    refused("a: expected at least 8 elements for [2][4] with lda = 4, actual 7", g::run);
    g = new Gemm();
    g.lda = 5;
    refused("a: expected at least 9 elements for [2][4] with lda = 5, actual 8", g::run);
    g = new Gemm();
    g.b = floats(11);
    refused("b: expected at least 12 elements for [4][3] with ldb = 3, actual 11", g::run);
    g = new Gemm();
    g.c = floats(5);
    refused("c: expected at least 6 elements for [2][3] with ldc = 3, actual 5", g::run);
    g = new Gemm();
    g.c = floats(6).asSlice(0, 23);
    refused("c: expected at least 6 elements for [2][3] with ldc = 3, actual 5", g::run);
  }

  @Test
  void sizesThatOverflowAnInt() {
    Gemm g = new Gemm();
    g.m = Integer.MAX_VALUE;
    g.k = Integer.MAX_VALUE;
    g.lda = Integer.MAX_VALUE;
    refused(
        "a: expected at least 4611686014132420609 elements for [2147483647][2147483647] with lda ="
            + " 2147483647, actual 8",
        g::run);
    refused(
        "x: expected at least 4611686014132420609 elements for [2147483647] with incx = -2147483648,"
            + " actual 1",
        () -> Blas.sdot(Integer.MAX_VALUE, floats(1), Integer.MIN_VALUE, floats(1), 1));
  }

  @Test
  void kindOfMemory() {
    Gemm g = new Gemm();
    g.a = MemorySegment.ofArray(new float[8]);
    refused("a: expected native memory (from an Arena), actual a Java array's", g::run);
    g = new Gemm();
    g.c = floats(6).asReadOnly();
    refused("c: expected writable memory for the result, actual read-only", g::run);
    g = new Gemm();
    g.a = floats(8).asReadOnly();
    g.b = floats(12).asReadOnly();
    g.run();
    g = new Gemm();
    g.b = MemorySegment.ofAddress(0x1002).reinterpret(100);
    refused("b: expected an address that is a multiple of 4, actual 0x1002", g::run);
    g = new Gemm();
    g.b = null;
    assertEquals("b", assertThrows(NullPointerException.class, g::run).getMessage());
  }

  @Test
  void doublesAreTwiceAsLarge() {
    MemorySegment eight = ARENA.allocate(JAVA_DOUBLE, 4);
    Blas.dgemm(false, false, 2, 2, 2, 1, eight, 2, eight, 2, 0, ARENA.allocate(JAVA_DOUBLE, 4), 2);
    refused(
        "c: expected at least 4 elements for [2][2] with ldc = 2, actual 2",
        () -> Blas.dgemm(false, false, 2, 2, 2, 1, eight, 2, eight, 2, 0, floats(4), 2));
    MemorySegment odd = MemorySegment.ofAddress(0x1004).reinterpret(100);
    refused(
        "b: expected an address that is a multiple of 8, actual 0x1004",
        () -> Blas.dgemm(false, false, 2, 2, 2, 1, eight, 2, odd, 2, 0, eight, 2));
  }

  @Test
  void gemv() {
    MemorySegment a = floats(6);
    MemorySegment two = floats(2);
    MemorySegment three = floats(3);
    Blas.sgemv(false, 2, 3, 1f, a, 3, three, 1, 0f, two, 1);
    Blas.sgemv(true, 2, 3, 1f, a, 3, two, 1, 0f, three, 1);
    refused(
        "m: expected 0 or more, actual -1",
        () -> Blas.sgemv(false, -1, 3, 1f, a, 3, three, 1, 0f, two, 1));
    refused(
        "n: expected 0 or more, actual -1",
        () -> Blas.sgemv(false, 2, -1, 1f, a, 3, three, 1, 0f, two, 1));
    refused(
        "lda: expected at least 3, the length of a row of a [2][3], actual 2",
        () -> Blas.sgemv(true, 2, 3, 1f, a, 2, two, 1, 0f, three, 1));
    refused(
        "a: expected at least 6 elements for [2][3] with lda = 3, actual 3",
        () -> Blas.sgemv(false, 2, 3, 1f, three, 3, three, 1, 0f, two, 1));
    refused(
        "x: expected at least 3 elements for [3] with incx = 1, actual 2",
        () -> Blas.sgemv(false, 2, 3, 1f, a, 3, two, 1, 0f, two, 1));
    refused(
        "y: expected at least 3 elements for [2] with incy = -2, actual 2",
        () -> Blas.sgemv(false, 2, 3, 1f, a, 3, three, 1, 0f, two, -2));
    refused(
        "y: expected at least 3 elements for [3] with incy = 1, actual 2",
        () -> Blas.sgemv(true, 2, 3, 1f, a, 3, two, 1, 0f, two, 1));
    refused(
        "incx: expected other than 0, actual 0",
        () -> Blas.sgemv(false, 2, 3, 1f, a, 3, three, 0, 0f, two, 1));
    refused(
        "incy: expected other than 0, actual 0",
        () -> Blas.sgemv(false, 2, 3, 1f, a, 3, three, 1, 0f, two, 0));
    refused(
        "y: expected writable memory for the result, actual read-only",
        () -> Blas.sgemv(false, 2, 3, 1f, a, 3, three, 1, 0f, two.asReadOnly(), 1));
  }

  @Test
  void ger() {
    MemorySegment a = floats(6);
    MemorySegment two = floats(2);
    MemorySegment three = floats(3);
    Blas.sger(2, 3, 1f, two, 1, three, 1, a, 3);
    refused("m: expected 0 or more, actual -1", () -> Blas.sger(-1, 3, 1f, two, 1, three, 1, a, 3));
    refused("n: expected 0 or more, actual -1", () -> Blas.sger(2, -1, 1f, two, 1, three, 1, a, 3));
    refused(
        "x: expected at least 3 elements for [2] with incx = 2, actual 2",
        () -> Blas.sger(2, 3, 1f, two, 2, three, 1, a, 3));
    refused(
        "y: expected at least 3 elements for [3] with incy = 1, actual 2",
        () -> Blas.sger(2, 3, 1f, two, 1, two, 1, a, 3));
    refused(
        "lda: expected at least 3, the length of a row of a [2][3], actual 2",
        () -> Blas.sger(2, 3, 1f, two, 1, three, 1, a, 2));
    refused(
        "a: expected at least 7 elements for [2][3] with lda = 4, actual 6",
        () -> Blas.sger(2, 3, 1f, two, 1, three, 1, a, 4));
    refused(
        "a: expected writable memory for the result, actual read-only",
        () -> Blas.sger(2, 3, 1f, two, 1, three, 1, a.asReadOnly(), 3));
  }

  @Test
  void axpyAndDot() {
    MemorySegment two = floats(2);
    MemorySegment three = floats(3);
    refused("n: expected 0 or more, actual -1", () -> Blas.saxpy(-1, 1f, two, 1, two, 1));
    refused("n: expected 0 or more, actual -1", () -> Blas.sdot(-1, two, 1, two, 1));
    refused(
        "x: expected at least 3 elements for [3] with incx = 1, actual 2",
        () -> Blas.saxpy(3, 1f, two, 1, three, 1));
    refused(
        "y: expected at least 5 elements for [3] with incy = 2, actual 3",
        () -> Blas.saxpy(3, 1f, three, 1, three, 2));
    refused(
        "y: expected writable memory for the result, actual read-only",
        () -> Blas.saxpy(3, 1f, three, 1, three.asReadOnly(), 1));
    refused(
        "x: expected at least 3 elements for [3] with incx = 1, actual 2",
        () -> Blas.sdot(3, two, 1, three, 1));
    refused(
        "y: expected at least 3 elements for [2] with incy = -2, actual 2",
        () -> Blas.sdot(2, two, 1, two, -2));
    refused("incx: expected other than 0, actual 0", () -> Blas.sdot(2, two, 0, two, 1));
    refused("incy: expected other than 0, actual 0", () -> Blas.saxpy(2, 1f, two, 1, two, 0));
  }

  @Test
  void closedMemory() {
    Arena arena = Arena.ofConfined();
    Gemm g = new Gemm();
    g.b = arena.allocate(JAVA_FLOAT, 12);
    arena.close();
    assertEquals("Already closed", assertThrows(IllegalStateException.class, g::run).getMessage());
  }

  private static MemorySegment floats(int count) {
    return ARENA.allocate(JAVA_FLOAT, count);
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
