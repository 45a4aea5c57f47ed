package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The raw calls: name, order and meaning of the arguments are those of OpenBLAS's {@code cblas.h};
 * nothing is checked. Initialised only after {@link BlasLibrary} has accepted a library.
 *
 * <p>No call is {@code Linker.Option.critical}: none is short for every size, and a critical call
 * holds up the collector.
 */
@SuppressWarnings("MemberName") // The C names are the point.
final class CBlas {
  static final int ROW_MAJOR = 101;
  static final int NO_TRANS = 111;
  static final int TRANS = 112;

  private CBlas() {}

  // void cblas_sgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transa, enum CBLAS_TRANSPOSE
  // transb,
  //     blasint m, blasint n, blasint k, float alpha, const float *a, blasint lda,
  //     const float *b, blasint ldb, float beta, float *c, blasint ldc);
  private static final MethodHandle SGEMM = link("cblas_sgemm", gemm(JAVA_FLOAT, ADDRESS));

  static void cblas_sgemm(
      int order,
      int transa,
      int transb,
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
    try {
      SGEMM.invokeExact(order, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // The same function; a pointer is passed as the integer that it is, so that no segment has to
  // exist.
  private static final MethodHandle SGEMM_ADDRESSES =
      link("cblas_sgemm", gemm(JAVA_FLOAT, JAVA_LONG));

  static void cblas_sgemm(
      int order,
      int transa,
      int transb,
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
    try {
      SGEMM_ADDRESSES.invokeExact(
          order, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // void cblas_dgemm(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE transa, enum CBLAS_TRANSPOSE
  // transb,
  //     blasint m, blasint n, blasint k, double alpha, const double *a, blasint lda,
  //     const double *b, blasint ldb, double beta, double *c, blasint ldc);
  private static final MethodHandle DGEMM = link("cblas_dgemm", gemm(JAVA_DOUBLE, ADDRESS));

  static void cblas_dgemm(
      int order,
      int transa,
      int transb,
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
    try {
      DGEMM.invokeExact(order, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // void cblas_sgemv(enum CBLAS_ORDER order, enum CBLAS_TRANSPOSE trans, blasint m, blasint n,
  //     float alpha, const float *a, blasint lda, const float *x, blasint incx,
  //     float beta, float *y, blasint incy);
  private static final MethodHandle SGEMV =
      link(
          "cblas_sgemv",
          FunctionDescriptor.ofVoid(
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_FLOAT,
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              JAVA_INT,
              JAVA_FLOAT,
              ADDRESS,
              JAVA_INT));

  static void cblas_sgemv(
      int order,
      int trans,
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
    try {
      SGEMV.invokeExact(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // void cblas_sger(enum CBLAS_ORDER order, blasint m, blasint n, float alpha,
  //     const float *x, blasint incx, const float *y, blasint incy, float *a, blasint lda);
  private static final MethodHandle SGER =
      link(
          "cblas_sger",
          FunctionDescriptor.ofVoid(
              JAVA_INT,
              JAVA_INT,
              JAVA_INT,
              JAVA_FLOAT,
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              JAVA_INT,
              ADDRESS,
              JAVA_INT));

  static void cblas_sger(
      int order,
      int m,
      int n,
      float alpha,
      MemorySegment x,
      int incx,
      MemorySegment y,
      int incy,
      MemorySegment a,
      int lda) {
    try {
      SGER.invokeExact(order, m, n, alpha, x, incx, y, incy, a, lda);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // void cblas_saxpy(blasint n, float alpha, const float *x, blasint incx, float *y, blasint incy);
  private static final MethodHandle SAXPY =
      link(
          "cblas_saxpy",
          FunctionDescriptor.ofVoid(JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

  static void cblas_saxpy(
      int n, float alpha, MemorySegment x, int incx, MemorySegment y, int incy) {
    try {
      SAXPY.invokeExact(n, alpha, x, incx, y, incy);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // float cblas_sdot(blasint n, const float *x, blasint incx, const float *y, blasint incy);
  private static final MethodHandle SDOT =
      link(
          "cblas_sdot",
          FunctionDescriptor.of(JAVA_FLOAT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

  static float cblas_sdot(int n, MemorySegment x, int incx, MemorySegment y, int incy) {
    try {
      return (float) SDOT.invokeExact(n, x, incx, y, incy);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // void openblas_set_num_threads(int num_threads);
  private static final MethodHandle SET_NUM_THREADS =
      link("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));

  static void openblas_set_num_threads(int numThreads) {
    try {
      SET_NUM_THREADS.invokeExact(numThreads);
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  // int openblas_get_num_threads(void);
  private static final MethodHandle GET_NUM_THREADS =
      link("openblas_get_num_threads", FunctionDescriptor.of(JAVA_INT));

  static int openblas_get_num_threads() {
    try {
      return (int) GET_NUM_THREADS.invokeExact();
    } catch (Throwable e) {
      throw BlasLibrary.unexpected(e);
    }
  }

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker()
        .downcallHandle(BlasLibrary.find().symbols().findOrThrow(name), descriptor);
  }

  private static FunctionDescriptor gemm(ValueLayout real, ValueLayout pointer) {
    ValueLayout[] matrix = {pointer, JAVA_INT};
    return FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)
        .appendArgumentLayouts(real)
        .appendArgumentLayouts(matrix)
        .appendArgumentLayouts(matrix)
        .appendArgumentLayouts(real)
        .appendArgumentLayouts(matrix);
  }
}
