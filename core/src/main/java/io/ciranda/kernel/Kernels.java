package io.ciranda.kernel;

/**
 * What an implementation of the arithmetic must offer. All {@code long} parameters named like data
 * are addresses of float32 arrays (ids: int32) and are trusted; see the package's page for the
 * conventions. Implementations are stateless and safe for any number of threads.
 */
public interface Kernels {

  /** A short name with the width, such as {@code scalar} or {@code simd-512}. */
  String name();

  // ---- matrix products with a packed right-hand side --------------------------------------------

  /**
   * Columns are packed in groups of this many; work on one packed matrix is shared out by group.
   */
  int panelColumns();

  /** The floats that {@link #pack} writes for a matrix of {@code k} rows and {@code n} columns. */
  long packedSize(int k, int n);

  /**
   * Packs columns {@code fromColumn} to {@code toColumn} (a multiple of {@link #panelColumns}, or
   * {@code n}) of the matrix {@code B [k][n]} whose element (i, j) is {@code b[i * rowStride + j *
   * columnStride]}.
   */
  void pack(
      long packed,
      int k,
      int n,
      long b,
      long rowStride,
      long columnStride,
      int fromColumn,
      int toColumn);

  /**
   * {@code C [m][n] = bias + A B}, for a packed B. Element (i, l) of {@code A [m][k]} is {@code a[i
   * * aRowStride + l * aColumnStride]}.
   *
   * @param c the product, with leading dimension {@code ldc}
   * @param bias {@code [n]}, added to every row; 0 for none
   */
  void gemm(
      long c,
      long ldc,
      long bias,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k);

  /** {@code C [m][n] += A B}, otherwise as {@link #gemm}. */
  void gemmAdd(
      long c,
      long ldc,
      long a,
      long aRowStride,
      long aColumnStride,
      long packed,
      int m,
      int n,
      int k);

  // ---- the same with a B of narrow numbers, for inference ----

  /** The bytes that {@link #packNarrow} writes for a matrix of that size. */
  long narrowBytes(Precision precision, int k, int n);

  /**
   * Rounds and packs the matrix {@code B [k][n]} whose element (i, j) is {@code b[i * rowStride + j
   * * columnStride]}.
   *
   * @param n a multiple of {@link #panelColumns}
   * @param precision not {@code F32}
   */
  void packNarrow(
      Precision precision, long packed, int k, int n, long b, long rowStride, long columnStride);

  /**
   * {@code C [m][n] = S + A B}, for a B that {@link #packNarrow} packed.
   *
   * @param c the product, with leading dimension {@code ldc}
   * @param s {@code [m][n]} with leading dimension {@code lds}: 0 for one row, the bias, that is
   *     added to every row; may be {@code c}; the address 0 for nothing
   * @param a {@code [m][k]}, with leading dimension {@code lda}
   */
  void gemmNarrow(
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
      int k);

  // ---- gate passes: one row of a batch after the other, one hidden unit after the other ----

  /**
   * Elman cell, {@code h = f(z)} with f = tanh or ReLU.
   *
   * @param h out {@code [rows][H]}
   * @param z in {@code [rows][H]}, the sum of both products and biases
   */
  void rnnForward(long h, long z, boolean relu, int rows, int hidden);

  /**
   * {@code dz = dh * f'(z)}, with f' from the output.
   *
   * @param dz out {@code [rows][H]}
   * @param h in {@code [rows][H]}
   * @param dh in {@code [rows][H]}
   */
  void rnnBackward(long dz, long h, long dh, boolean relu, int rows, int hidden);

  /**
   * LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
   *
   * <pre>
   * i = sigmoid(zi)  f = sigmoid(zf)  g = tanh(zg)  o = sigmoid(zo)
   * c = f * cPrev + i * g             h = o * tanh(c)
   * </pre>
   *
   * @param h out {@code [rows][H]}
   * @param c out {@code [rows][H]}; may be {@code cPrev}
   * @param tanhC out {@code [rows][H]}, kept for the backward pass
   * @param ifgo in the pre-activations, out the activations, {@code [rows][4H]}
   * @param cPrev in {@code [rows][H]}
   */
  void lstmForward(long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden);

  /**
   *
   *
   * <pre>
   * do = dh * tanhC          dc += dh * o * (1 - tanhC^2)
   * di = dc * g              df = dc * cPrev              dg = dc * i          dcPrev = dc * f
   * </pre>
   *
   * and each gate's gradient times the slope of its activation.
   *
   * @param ifgo in the activations, out the gradients of the pre-activations, {@code [rows][4H]}
   * @param dc in the gradient of c from the following step, out that of cPrev, {@code [rows][H]}
   * @param dh in {@code [rows][H]}
   */
  void lstmBackward(long ifgo, long dc, long dh, long tanhC, long cPrev, int rows, int hidden);

  /**
   * GRU (Cho et al. 2014) with the reset gate applied after the recurrent product, as in PyTorch
   * and cuDNN:
   *
   * <pre>
   * r = sigmoid(xr + ur)  z = sigmoid(xz + uz)  n = tanh(xn + r * un)  h = (1 - z) * n + z * hPrev
   * </pre>
   *
   * @param h out {@code [rows][H]}
   * @param rzn in the input's products x (with their bias), out the activations, {@code [rows][3H]}
   * @param un out {@code [rows][H]}, the third block of {@code u}, kept for the backward pass
   * @param u in the recurrent products (with their bias), {@code [rows][3H]}
   * @param hPrev in {@code [rows][H]}; may be {@code h}
   */
  void gruForward(long h, long rzn, long un, long u, long hPrev, int rows, int hidden);

  /**
   *
   *
   * <pre>
   * dn = dh * (1 - z) * (1 - n^2)    dz = dh * (hPrev - n) * z * (1 - z)    dr = dn * un * r * (1 - r)
   * du = [dr, dz, dn * r]            dhPrev += dh * z
   * </pre>
   *
   * @param rzn in the activations, out the gradients {@code [dr, dz, dn]} of x, {@code [rows][3H]}
   * @param du out the gradients of the recurrent products, {@code [rows][3H]}
   * @param dhPrev in and out {@code [rows][H]}, without the share that comes through {@code u}
   * @param dh in {@code [rows][H]}
   */
  void gruBackward(
      long rzn, long du, long dhPrev, long dh, long un, long hPrev, int rows, int hidden);

  // ---- activations: maximum absolute error 2e-7 over all floats for sigmoid and tanh ----

  /** {@code y = 1 / (1 + exp(-x))}; {@code y} may be {@code x}. NaN stays NaN. */
  void sigmoid(long y, long x, long n);

  /** {@code dx += dy * y * (1 - y)}. */
  void sigmoidBackward(long dx, long y, long dy, long n);

  /** {@code y = tanh(x)}; {@code y} may be {@code x}. NaN stays NaN. */
  void tanh(long y, long x, long n);

  /** {@code dx += dy * (1 - y^2)}. */
  void tanhBackward(long dx, long y, long dy, long n);

  /** {@code y = max(x, 0)}; {@code y} may be {@code x}. */
  void relu(long y, long x, long n);

  /** {@code dx += dy} where {@code y > 0}. */
  void reluBackward(long dx, long y, long dy, long n);

  // ---- attention: one query, and the positions of one source ----
  // Rows of a source stand `stride` floats apart, so that sources of a batch [S][B][N] can be read.

  /**
   * Additive scores (Bahdanau et al. 2015, appendix A.1.2): {@code e_j = sum_a v_a tanh(q_a +
   * k_ja)}.
   *
   * @param e out {@code [positions]}
   * @param q in {@code [n]}
   * @param keys in {@code [positions][n]}, rows {@code stride} floats apart
   * @param v in {@code [n]}
   */
  void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n);

  /**
   * With {@code t = tanh(q + k_j)} and {@code g = de_j v (1 - t^2)}: {@code dv += de_j t}, {@code
   * dq += g}, {@code dk_j += g}.
   *
   * @param dkeys in and out, as {@code keys}
   */
  void additiveScoresBackward(
      long dq,
      long dkeys,
      long dv,
      long de,
      long q,
      long keys,
      long stride,
      long v,
      int positions,
      int n);

  /** {@code e_j = q . x_j}, for rows of {@code x [positions][n]} that are {@code stride} apart. */
  void dots(long e, long q, long x, long stride, int positions, int n);

  /**
   * {@code y = sum_j w_j x_j}, for rows of {@code x [positions][n]} that are {@code stride} apart.
   */
  void weightedSum(long y, long w, long x, long stride, int positions, int n);

  /** {@code x_j += w_j y}, for rows of {@code x [positions][n]} that are {@code stride} apart. */
  void addOuter(long x, long stride, long w, long y, int positions, int n);

  // ---- losses ----

  /**
   * Rows of {@code x [rows][v]} become {@code exp(x) / sum exp(x)}, with the row's maximum taken
   * out.
   */
  void softmax(long x, int rows, int v);

  /**
   * Softmax and cross-entropy in one pass. A row whose target is negative counts for nothing. The
   * distribution to be met is {@code 1 - smoothing} on the target plus {@code smoothing} spread
   * evenly over all v (Szegedy et al. 2016, section 7).
   *
   * @param logits in {@code [rows][v]}; out, if {@code scale} is not 0, their gradient {@code scale
   *     * (p - distribution)}
   * @param targets int {@code [rows]}
   * @param smoothing in [0, 1)
   * @param scale the gradient of the loss with respect to one row's; 0 to leave the logits alone
   * @return the sum over rows of the cross-entropy, without smoothing {@code -log p(target)}, in
   *     nats
   */
  double softmaxCrossEntropy(
      long logits, long targets, float smoothing, float scale, int rows, int v);

  /**
   * Binary cross-entropy of logits: {@code sum max(x, 0) - x * y + log(1 + exp(-|x|))}, in nats.
   *
   * @param logits in {@code [n]}; out, if {@code scale} is not 0, {@code scale * (sigmoid(x) - y)}
   */
  double binaryCrossEntropy(long logits, long targets, float scale, long n);

  /** {@code sum (x - y)^2}; if {@code scale} is not 0, x becomes {@code scale * 2 (x - y)}. */
  double squaredError(long x, long targets, float scale, long n);

  // ---- element by element ----

  /** {@code y += x}. */
  void add(long y, long x, long n);

  /** {@code y += a * x}; {@code y} may be {@code x}. */
  void axpy(long y, float a, long x, long n);

  /** {@code y = a * b}. */
  void multiply(long y, long a, long b, long n);

  /** {@code y += a * b}. */
  void multiplyAdd(long y, long a, long b, long n);

  /**
   * {@code y [n] += } the sum of the rows of {@code x [rows][n]} with leading dimension {@code ld}.
   */
  void columnSums(long y, long x, long ld, int rows, int n);

  /** Row i of {@code y [rows][n]} becomes row {@code ids[i]} of {@code table [.][n]}. */
  void gather(long y, long table, long ids, int rows, int n);

  /**
   * Row {@code ids[i]} of {@code table [.][n]} {@code +=} row i of {@code y [rows][n]}, i rising.
   */
  void scatterAdd(long table, long y, long ids, int rows, int n);

  /**
   * Inverted dropout (Srivastava et al. 2014): {@code y = x / (1 - p)} where element i survives,
   * else 0. Whether it does is a hash of {@code key} and i alone ({@link Dropout}), so that the
   * backward pass needs no mask and every implementation drops the same elements. {@code y} may be
   * {@code x}.
   */
  void dropout(long y, long x, float p, long key, long n);

  // ---- training ----

  /** {@code sum x^2}, added in double. */
  double sumOfSquares(long x, long n);

  /** Values of x beyond {@code [-limit, limit]} become the nearer bound. */
  void clamp(long x, float limit, long n);

  /**
   * One step of an optimiser on {@code n} weights. The formulas are PyTorch's ({@code
   * torch.optim}), each gradient first multiplied by {@code scale} (clipping by norm).
   *
   * @param rule what to compute, with its constants
   * @param w the weights, in and out
   * @param g their gradients
   * @param s1 the first state array of the rule, 0 where it has none
   * @param s2 the second state array of the rule, 0 where it has none
   * @param rate the learning rate of this step
   * @param step which step this is, from 1
   */
  void update(
      UpdateRule rule,
      long w,
      long g,
      long s1,
      long s2,
      float scale,
      float rate,
      long step,
      long n);
}
