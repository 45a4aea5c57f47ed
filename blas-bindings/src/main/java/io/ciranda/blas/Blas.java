package io.ciranda.blas;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;

/**
 * OpenBLAS with its sizes checked.
 *
 * <p>Matrices are row-major: element {@code [i][j]} of {@code a} stands at index {@code i * lda +
 * j}, with {@code lda} at least the length of a row. Element {@code i} of a vector {@code x} stands
 * at index {@code i * incx}; with a negative increment the vector runs backwards from its end, as
 * everywhere in BLAS. A segment starts at the first element: slice it to say where. Inputs may
 * overlap each other; an output that overlaps an input makes the output undefined. With {@code beta
 * = 0} the output is overwritten, whatever it held; but for {@link #sgemv}, whose output stays as
 * it is where A has no element.
 *
 * <p>Each operation throws {@link IllegalArgumentException}, before any native code runs, for a
 * negative size, a leading dimension shorter than a row, an increment of zero, a segment that is
 * too small, not aligned or on the Java heap, and for a read-only output; {@link
 * IllegalStateException} with {@link #diagnostics()} where there is no OpenBLAS, or if a segment's
 * arena is closed.
 *
 * <p><b>Threads.</b> Any number may call. Inside OpenBLAS each call takes one of {@code 2 *
 * MAX_THREADS} buffers, and so does each of its own threads; the process dies if there is none left
 * (OpenBLAS's {@code driver/others/memory.c}; its issues 539 and 1451). Hence at most {@code
 * MAX_THREADS} calls are let in at a time, first come, first served: even with all of OpenBLAS's
 * own threads at work, buffers are left. The wait is uninterruptible, as is the product that it
 * waits for.
 */
public final class Blas {
  private static final BlasLibrary LIBRARY = BlasLibrary.find();
  private static final boolean AVAILABLE = LIBRARY.isAvailable();
  private static final Semaphore CALLERS = new Semaphore(LIBRARY.maxThreads(), true);

  static {
    if (AVAILABLE) {
      CBlas.openblas_set_num_threads(LIBRARY.threads());
    }
  }

  private Blas() {}

  /**
   * Whether operations can be called.
   *
   * @throws IllegalStateException if the library that {@code ciranda.blas.library} asks for cannot
   *     be had: who insists is not served something else
   */
  public static boolean isAvailable() {
    if (!AVAILABLE && LIBRARY.isForced()) {
      throw LIBRARY.unavailable();
    }
    return AVAILABLE;
  }

  /**
   * Which library was chosen and why, or what to type to get one; see {@link
   * BlasLibrary#diagnostics()}.
   */
  public static String diagnostics() {
    return LIBRARY.diagnostics();
  }

  /** {@code openblas_get_config}: version, options and MAX_THREADS of the library. */
  public static String config() {
    return LIBRARY.config().orElseThrow(LIBRARY::unavailable);
  }

  /** {@code openblas_get_corename}: the CPU whose kernels are used. */
  public static String corename() {
    return LIBRARY.corename().orElseThrow(LIBRARY::unavailable);
  }

  /** Calls that are let in at a time; 0 without a library. */
  public static int maxCallers() {
    return LIBRARY.maxThreads();
  }

  /** {@code openblas_get_num_threads}: threads that OpenBLAS uses for one operation. */
  public static int getNumThreads() {
    enter();
    try {
      return CBlas.openblas_get_num_threads();
    } finally {
      CALLERS.release();
    }
  }

  /**
   * {@code openblas_set_num_threads}, for the whole process. Waits until no operation runs.
   *
   * @param threads 1 to the MAX_THREADS that the library was built for
   */
  public static void setNumThreads(int threads) {
    int most = LIBRARY.maxThreads();
    if (!AVAILABLE) {
      throw LIBRARY.unavailable();
    }
    if (threads < 1 || threads > most) {
      throw new IllegalArgumentException("threads: expected 1 to " + most + ", actual " + threads);
    }
    CALLERS.acquireUninterruptibly(most);
    try {
      CBlas.openblas_set_num_threads(threads);
    } finally {
      CALLERS.release(most);
    }
  }

  /**
   * {@code C = alpha op(A) op(B) + beta C}.
   *
   * @param transA whether op(A) is the transpose
   * @param transB whether op(B) is the transpose
   * @param m rows of op(A) and C
   * @param n columns of op(B) and C
   * @param k columns of op(A), rows of op(B)
   * @param a [m][k], or [k][m] if transposed
   * @param b [k][n], or [n][k] if transposed
   * @param c [m][n]
   */
  public static void sgemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      float beta,
      MemorySegment c,
      int ldc) {
    checkGemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, Float.BYTES);
    enter();
    try {
      CBlas.cblas_sgemm(
          CBlas.ROW_MAJOR, op(transA), op(transB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } finally {
      CALLERS.release();
    }
  }

  /**
   * {@link #sgemm} on native addresses, for a caller that has checked its sizes and keeps the
   * memory alive itself: nothing is checked here, and a wrong argument overwrites memory or ends
   * the process. Takes nothing from the heap.
   */
  public static void sgemmUnchecked(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int lda,
      long b,
      int ldb,
      float beta,
      long c,
      int ldc) {
    enter();
    try {
      CBlas.cblas_sgemm(
          CBlas.ROW_MAJOR, op(transA), op(transB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } finally {
      CALLERS.release();
    }
  }

  /** {@link #sgemm} in double precision. */
  public static void dgemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      double alpha,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      double beta,
      MemorySegment c,
      int ldc) {
    checkGemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, Double.BYTES);
    enter();
    try {
      CBlas.cblas_dgemm(
          CBlas.ROW_MAJOR, op(transA), op(transB), m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } finally {
      CALLERS.release();
    }
  }

  /**
   * {@code y = alpha op(A) x + beta y}; nothing where m or n is 0, whatever beta, as BLAS has it.
   *
   * @param transA whether op(A) is the transpose
   * @param m rows of A
   * @param n columns of A
   * @param a [m][n]
   * @param x [n], or [m] if transposed
   * @param y [m], or [n] if transposed
   */
  public static void sgemv(
      boolean transA,
      int m,
      int n,
      float alpha,
      MemorySegment a,
      int lda,
      MemorySegment x,
      int incx,
      float beta,
      MemorySegment y,
      int incy) {
    checkSize("m", m);
    checkSize("n", n);
    checkMatrix("a", a, m, n, lda, Float.BYTES);
    checkVector("x", x, transA ? m : n, incx);
    checkVector("y", y, transA ? n : m, incy);
    checkWritable("y", y);
    enter();
    try {
      CBlas.cblas_sgemv(CBlas.ROW_MAJOR, op(transA), m, n, alpha, a, lda, x, incx, beta, y, incy);
    } finally {
      CALLERS.release();
    }
  }

  /**
   * {@code A += alpha x y^T}.
   *
   * @param x [m]
   * @param y [n]
   * @param a [m][n]
   */
  public static void sger(
      int m,
      int n,
      float alpha,
      MemorySegment x,
      int incx,
      MemorySegment y,
      int incy,
      MemorySegment a,
      int lda) {
    checkSize("m", m);
    checkSize("n", n);
    checkVector("x", x, m, incx);
    checkVector("y", y, n, incy);
    checkMatrix("a", a, m, n, lda, Float.BYTES);
    checkWritable("a", a);
    enter();
    try {
      CBlas.cblas_sger(CBlas.ROW_MAJOR, m, n, alpha, x, incx, y, incy, a, lda);
    } finally {
      CALLERS.release();
    }
  }

  /**
   * {@code y += alpha x}.
   *
   * @param x [n]
   * @param y [n]
   */
  public static void saxpy(
      int n, float alpha, MemorySegment x, int incx, MemorySegment y, int incy) {
    checkSize("n", n);
    checkVector("x", x, n, incx);
    checkVector("y", y, n, incy);
    checkWritable("y", y);
    enter();
    try {
      CBlas.cblas_saxpy(n, alpha, x, incx, y, incy);
    } finally {
      CALLERS.release();
    }
  }

  /**
   * The sum of {@code x[i] y[i]}.
   *
   * @param x [n]
   * @param y [n]
   */
  public static float sdot(int n, MemorySegment x, int incx, MemorySegment y, int incy) {
    checkSize("n", n);
    checkVector("x", x, n, incx);
    checkVector("y", y, n, incy);
    enter();
    try {
      return CBlas.cblas_sdot(n, x, incx, y, incy);
    } finally {
      CALLERS.release();
    }
  }

  private static void enter() {
    if (!AVAILABLE) {
      throw LIBRARY.unavailable();
    }
    CALLERS.acquireUninterruptibly();
  }

  private static int op(boolean transpose) {
    return transpose ? CBlas.TRANS : CBlas.NO_TRANS;
  }

  private static void checkGemm(
      boolean transA,
      boolean transB,
      int m,
      int n,
      int k,
      MemorySegment a,
      int lda,
      MemorySegment b,
      int ldb,
      MemorySegment c,
      int ldc,
      int elementBytes) {
    checkSize("m", m);
    checkSize("n", n);
    checkSize("k", k);
    checkMatrix("a", a, transA ? k : m, transA ? m : k, lda, elementBytes);
    checkMatrix("b", b, transB ? n : k, transB ? k : n, ldb, elementBytes);
    checkMatrix("c", c, m, n, ldc, elementBytes);
    checkWritable("c", c);
  }

  private static void checkSize(String name, int size) {
    if (size < 0) {
      throw new IllegalArgumentException(name + ": expected 0 or more, actual " + size);
    }
  }

  private static void checkMatrix(
      String name, MemorySegment segment, int rows, int columns, int ld, int elementBytes) {
    if (ld < Math.max(1, columns)) {
      throw new IllegalArgumentException(
          "ld%s: expected at least %d, the length of a row of %s [%d][%d], actual %d"
              .formatted(name, Math.max(1, columns), name, rows, columns, ld));
    }
    long needed = rows == 0 || columns == 0 ? 0 : (rows - 1L) * ld + columns;
    checkMemory(name, segment, elementBytes);
    if (needed > segment.byteSize() / elementBytes) {
      throw new IllegalArgumentException(
          "%s: expected at least %d elements for [%d][%d] with ld%s = %d, actual %d"
              .formatted(name, needed, rows, columns, name, ld, segment.byteSize() / elementBytes));
    }
  }

  private static void checkVector(String name, MemorySegment segment, int length, int increment) {
    if (increment == 0) {
      throw new IllegalArgumentException("inc" + name + ": expected other than 0, actual 0");
    }
    long needed = length == 0 ? 0 : (length - 1L) * Math.abs((long) increment) + 1;
    checkMemory(name, segment, Float.BYTES);
    if (needed > segment.byteSize() / Float.BYTES) {
      throw new IllegalArgumentException(
          "%s: expected at least %d elements for [%d] with inc%s = %d, actual %d"
              .formatted(name, needed, length, name, increment, segment.byteSize() / Float.BYTES));
    }
  }

  private static void checkMemory(String name, MemorySegment segment, int elementBytes) {
    requireNonNull(segment, name);
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          name + ": expected native memory (from an Arena), actual a Java array's");
    }
    if (segment.address() % elementBytes != 0) {
      throw new IllegalArgumentException(
          "%s: expected an address that is a multiple of %d, actual 0x%x"
              .formatted(name, elementBytes, segment.address()));
    }
  }

  private static void checkWritable(String name, MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw new IllegalArgumentException(
          name + ": expected writable memory for the result, actual read-only");
    }
  }
}
