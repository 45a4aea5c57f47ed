package io.ciranda.simd;

import io.ciranda.kernel.ScalarKernels;

/** Attention over the positions of one source. PLACEHOLDER until the vector kernels are merged. */
final class Attention {
  private static final ScalarKernels SCALAR = new ScalarKernels();

  private Attention() {}

  static void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n) {
    SCALAR.additiveScores(e, q, keys, stride, v, positions, n);
  }

  static void additiveScoresBackward(
      long dq,
      long dkeys,
      long dv,
      long de,
      long q,
      long keys,
      long stride,
      long v,
      int positions,
      int n) {
    SCALAR.additiveScoresBackward(dq, dkeys, dv, de, q, keys, stride, v, positions, n);
  }

  static void dots(long e, long q, long x, long stride, int positions, int n) {
    SCALAR.dots(e, q, x, stride, positions, n);
  }

  static void weightedSum(long y, long w, long x, long stride, int positions, int n) {
    SCALAR.weightedSum(y, w, x, stride, positions, n);
  }

  static void addOuter(long x, long stride, long w, long y, int positions, int n) {
    SCALAR.addOuter(x, stride, w, y, positions, n);
  }
}
