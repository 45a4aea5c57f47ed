package io.ciranda.simd;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.Precision;
import io.ciranda.kernel.UpdateRule;

/** The kernels of this module under the contract of core. */
final class VectorKernels implements Kernels {

  @Override
  public String name() {
    return "simd-" + Lanes.F.vectorBitSize();
  }

  // ---- matrix products with a packed right-hand side ----

  @Override
  public int panelColumns() {
    return Gemm.PANEL;
  }

  @Override
  public long packedSize(int k, int n) {
    return Gemm.packedSize(k, n);
  }

  @Override
  public void pack(
      long packed,
      int k,
      int n,
      long b,
      long rowStride,
      long columnStride,
      int fromColumn,
      int toColumn) {
    Gemm.pack(packed, k, n, b, rowStride, columnStride, fromColumn, toColumn);
  }

  @Override
  public void gemm(
      long c,
      long ldc,
      long bias,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k) {
    Gemm.gemm(c, ldc, bias, a, aRowStride, aColumnStride, packed, m, n, k);
  }

  @Override
  public void gemmAdd(
      long c,
      long ldc,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k) {
    Gemm.gemmAdd(c, ldc, a, aRowStride, aColumnStride, packed, m, n, k);
  }

  // ---- the same with a B of narrow numbers, for inference ----

  @Override
  public long narrowBytes(Precision precision, int k, int n) {
    return NarrowGemm.bytes(precision, k, n);
  }

  @Override
  public void packNarrow(
      Precision precision, long packed, int k, int n, long b, long rowStride, long columnStride) {
    NarrowGemm.pack(precision, packed, k, n, b, rowStride, columnStride);
  }

  @Override
  public void gemmNarrow(
      Precision precision,
      long c,
      long ldc,
      long s,
      long lds,
      long a,
      long lda,
      long packed,
      int m,
      int n,
      int k) {
    NarrowGemm.gemm(precision, c, ldc, s, lds, a, lda, packed, m, n, k);
  }

  // ---- gate passes: one row of a batch after the other, one hidden unit after the other ----

  @Override
  public void rnnForward(long h, long z, boolean relu, int rows, int hidden) {
    Gates.rnnForward(h, z, relu, rows, hidden);
  }

  @Override
  public void rnnBackward(long dz, long h, long dh, boolean relu, int rows, int hidden) {
    Gates.rnnBackward(dz, h, dh, relu, rows, hidden);
  }

  @Override
  public void lstmForward(long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden) {
    Gates.lstmForward(h, c, tanhC, ifgo, cPrev, rows, hidden);
  }

  @Override
  public void lstmBackward(
      long ifgo, long dc, long dh, long tanhC, long cPrev, int rows, int hidden) {
    Gates.lstmBackward(ifgo, dc, dh, tanhC, cPrev, rows, hidden);
  }

  @Override
  public void gruForward(long h, long rzn, long un, long u, long hPrev, int rows, int hidden) {
    Gates.gruForward(h, rzn, un, u, hPrev, rows, hidden);
  }

  @Override
  public void gruBackward(
      long rzn, long du, long dhPrev, long dh, long un, long hPrev, int rows, int hidden) {
    Gates.gruBackward(rzn, du, dhPrev, dh, un, hPrev, rows, hidden);
  }

  // ---- activations: maximum absolute error 2e-7 over all floats for sigmoid and tanh ----

  @Override
  public void sigmoid(long y, long x, long n) {
    Activations.sigmoid(y, x, n);
  }

  @Override
  public void sigmoidBackward(long dx, long y, long dy, long n) {
    Activations.sigmoidBackward(dx, y, dy, n);
  }

  @Override
  public void tanh(long y, long x, long n) {
    Activations.tanh(y, x, n);
  }

  @Override
  public void tanhBackward(long dx, long y, long dy, long n) {
    Activations.tanhBackward(dx, y, dy, n);
  }

  @Override
  public void relu(long y, long x, long n) {
    Activations.relu(y, x, n);
  }

  @Override
  public void reluBackward(long dx, long y, long dy, long n) {
    Activations.reluBackward(dx, y, dy, n);
  }

  // ---- attention ----

  @Override
  public void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n) {
    Attention.additiveScores(e, q, keys, stride, v, positions, n);
  }

  @Override
  public void additiveScoresBackward(
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
    Attention.additiveScoresBackward(dq, dkeys, dv, de, q, keys, stride, v, positions, n);
  }

  @Override
  public void dots(long e, long q, long x, long stride, int positions, int n) {
    Attention.dots(e, q, x, stride, positions, n);
  }

  @Override
  public void weightedSum(long y, long w, long x, long stride, int positions, int n) {
    Attention.weightedSum(y, w, x, stride, positions, n);
  }

  @Override
  public void addOuter(long x, long stride, long w, long y, int positions, int n) {
    Attention.addOuter(x, stride, w, y, positions, n);
  }

  // ---- losses ----

  @Override
  public void softmax(long x, int rows, int v) {
    Losses.softmax(x, rows, v);
  }

  @Override
  public double softmaxCrossEntropy(
      long logits, long targets, float smoothing, float scale, int rows, int v) {
    return Losses.softmaxCrossEntropy(logits, targets, smoothing, scale, rows, v);
  }

  @Override
  public double binaryCrossEntropy(long logits, long targets, float scale, long n) {
    return Losses.binaryCrossEntropy(logits, targets, scale, n);
  }

  @Override
  public double squaredError(long x, long targets, float scale, long n) {
    return Losses.squaredError(x, targets, scale, n);
  }

  // ---- element by element ----

  @Override
  public void add(long y, long x, long n) {
    Elementwise.add(y, x, n);
  }

  @Override
  public void axpy(long y, float a, long x, long n) {
    Elementwise.axpy(y, a, x, n);
  }

  @Override
  public void multiply(long y, long a, long b, long n) {
    Elementwise.multiply(y, a, b, n);
  }

  @Override
  public void multiplyAdd(long y, long a, long b, long n) {
    Elementwise.multiplyAdd(y, a, b, n);
  }

  @Override
  public void columnSums(long y, long x, long ld, int rows, int n) {
    Elementwise.columnSums(y, x, ld, rows, n);
  }

  @Override
  public void gather(long y, long table, long ids, int rows, int n) {
    Elementwise.gather(y, table, ids, rows, n);
  }

  @Override
  public void scatterAdd(long table, long y, long ids, int rows, int n) {
    Elementwise.scatterAdd(table, y, ids, rows, n);
  }

  @Override
  public void dropout(long y, long x, float p, long key, long n) {
    Elementwise.dropout(y, x, p, key, n);
  }

  // ---- training ----

  @Override
  public double sumOfSquares(long x, long n) {
    return Losses.sumOfSquares(x, n);
  }

  @Override
  public void clamp(long x, float limit, long n) {
    Elementwise.clamp(x, limit, n);
  }

  @Override
  public void update(
      UpdateRule rule,
      long w,
      long g,
      long s1,
      long s2,
      float scale,
      float rate,
      long step,
      long n) {
    Updates.update(rule, w, g, s1, s2, scale, rate, step, n);
  }
}
