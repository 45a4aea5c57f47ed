package io.ciranda.kernel;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.getInt;
import static io.ciranda.memory.Memory.set;

import io.ciranda.memory.Memory;

/**
 * The reference: every kernel in plain Java, to be read first and trusted. It is what runs in a JVM
 * without the Vector API, and the oracle that the fast kernels are tested against. {@link
 * StrictMath} gives the same bits in the interpreter and in compiled code.
 */
public final class ScalarKernels implements Kernels {

  /** They have no state. */
  public ScalarKernels() {}

  @Override
  public String name() {
    return "scalar";
  }

  // ---- matrix products: "packed" is B itself, row-major -----------------------------------------

  @Override
  public int panelColumns() {
    return 1;
  }

  @Override
  public long packedSize(int k, int n) {
    return (long) k * n;
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
    for (int i = 0; i < k; i++) {
      for (int j = fromColumn; j < toColumn; j++) {
        set(packed, (long) i * n + j, get(b, i * rowStride + j * columnStride));
      }
    }
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        set(c, i * ldc + j, bias == 0 ? 0 : get(bias, j));
      }
    }
    gemmAdd(c, ldc, a, aRowStride, aColumnStride, packed, m, n, k);
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
    for (int i = 0; i < m; i++) {
      // l outside j: the inner loop runs along rows of B and C.
      for (int l = 0; l < k; l++) {
        float x = get(a, i * aRowStride + l * aColumnStride);
        for (int j = 0; j < n; j++) {
          set(c, i * ldc + j, get(c, i * ldc + j) + x * get(packed, (long) l * n + j));
        }
      }
    }
  }

  // ---- narrow products: n scales where there are any, then B itself, row-major ----

  @Override
  public long narrowBytes(Precision precision, int k, int n) {
    long elements = (long) k * n;
    return precision == Precision.BF16 ? 2 * elements : 4L * n + elements;
  }

  @Override
  public void packNarrow(
      Precision precision, long packed, int k, int n, long b, long rowStride, long columnStride) {
    for (int j = 0; j < n; j++) {
      long column = b + 4L * j * columnStride;
      float scale = precision == Precision.INT8 ? scale(column, rowStride, k) : 0;
      if (precision == Precision.INT8) {
        set(packed, j, scale);
      }
      for (int i = 0; i < k; i++) {
        float x = get(column, i * rowStride);
        if (precision == Precision.BF16) {
          Memory.setShort(packed, (long) i * n + j, (short) Precision.toBf16(x));
        } else {
          Memory.setByte(packed + 4L * n, (long) i * n + j, Precision.toInt8(x, scale));
        }
      }
    }
  }

  /** The scale of a column of int8: its greatest magnitude becomes 127. */
  private static float scale(long column, long rowStride, int k) {
    float max = 0;
    for (int i = 0; i < k; i++) {
      max = Math.max(max, Math.abs(get(column, i * rowStride)));
    }
    return Precision.scale(max);
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
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int l = 0; l < k; l++) {
          sum += get(a, i * lda + l) * narrow(precision, packed, (long) l * n + j, n);
        }
        float scaled = precision == Precision.INT8 ? get(packed, j) * sum : sum;
        set(c, i * ldc + j, s == 0 ? scaled : get(s, i * lds + j) + scaled);
      }
    }
  }

  private static float narrow(Precision precision, long packed, long at, int n) {
    return precision == Precision.BF16
        ? Float.intBitsToFloat(Memory.getShort(packed, at) << 16)
        : Memory.getByte(packed + 4L * n, at);
  }

  // ---- gate passes ----

  @Override
  public void rnnForward(long h, long z, boolean relu, int rows, int hidden) {
    long n = (long) rows * hidden;
    if (relu) {
      relu(h, z, n);
    } else {
      tanh(h, z, n);
    }
  }

  @Override
  public void rnnBackward(long dz, long h, long dh, boolean relu, int rows, int hidden) {
    for (long i = 0; i < (long) rows * hidden; i++) {
      float y = get(h, i);
      float slope = relu ? (y > 0 ? 1 : 0) : 1 - y * y;
      set(dz, i, get(dh, i) * slope);
    }
  }

  @Override
  public void lstmForward(long h, long c, long tanhC, long ifgo, long cPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < hidden; j++) {
        long at = (long) row * hidden + j;
        long gate = 4L * row * hidden + j;
        float i = sigmoid(get(ifgo, gate));
        float f = sigmoid(get(ifgo, gate + hidden));
        float g = tanh(get(ifgo, gate + 2L * hidden));
        float o = sigmoid(get(ifgo, gate + 3L * hidden));
        float cell = f * get(cPrev, at) + i * g;
        float squashed = tanh(cell);
        set(ifgo, gate, i);
        set(ifgo, gate + hidden, f);
        set(ifgo, gate + 2L * hidden, g);
        set(ifgo, gate + 3L * hidden, o);
        set(c, at, cell);
        set(tanhC, at, squashed);
        set(h, at, o * squashed);
      }
    }
  }

  @Override
  public void lstmBackward(
      long ifgo, long dc, long dh, long tanhC, long cPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < hidden; j++) {
        long at = (long) row * hidden + j;
        long gate = 4L * row * hidden + j;
        float i = get(ifgo, gate);
        float f = get(ifgo, gate + hidden);
        float g = get(ifgo, gate + 2L * hidden);
        float o = get(ifgo, gate + 3L * hidden);
        float squashed = get(tanhC, at);
        float dhAt = get(dh, at);
        float dcAt = get(dc, at) + dhAt * o * (1 - squashed * squashed);
        set(ifgo, gate, dcAt * g * i * (1 - i));
        set(ifgo, gate + hidden, dcAt * get(cPrev, at) * f * (1 - f));
        set(ifgo, gate + 2L * hidden, dcAt * i * (1 - g * g));
        set(ifgo, gate + 3L * hidden, dhAt * squashed * o * (1 - o));
        set(dc, at, dcAt * f);
      }
    }
  }

  @Override
  public void gruForward(long h, long rzn, long un, long u, long hPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < hidden; j++) {
        long at = (long) row * hidden + j;
        long gate = 3L * row * hidden + j;
        float r = sigmoid(get(rzn, gate) + get(u, gate));
        float z = sigmoid(get(rzn, gate + hidden) + get(u, gate + hidden));
        float recurrent = get(u, gate + 2L * hidden);
        float n = tanh(get(rzn, gate + 2L * hidden) + r * recurrent);
        set(rzn, gate, r);
        set(rzn, gate + hidden, z);
        set(rzn, gate + 2L * hidden, n);
        set(un, at, recurrent);
        set(h, at, (1 - z) * n + z * get(hPrev, at));
      }
    }
  }

  @Override
  public void gruBackward(
      long rzn, long du, long dhPrev, long dh, long un, long hPrev, int rows, int hidden) {
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < hidden; j++) {
        long at = (long) row * hidden + j;
        long gate = 3L * row * hidden + j;
        float r = get(rzn, gate);
        float z = get(rzn, gate + hidden);
        float n = get(rzn, gate + 2L * hidden);
        float dhAt = get(dh, at);
        float dn = dhAt * (1 - z) * (1 - n * n);
        float dz = dhAt * (get(hPrev, at) - n) * z * (1 - z);
        float dr = dn * get(un, at) * r * (1 - r);
        set(rzn, gate, dr);
        set(rzn, gate + hidden, dz);
        set(rzn, gate + 2L * hidden, dn);
        set(du, gate, dr);
        set(du, gate + hidden, dz);
        set(du, gate + 2L * hidden, dn * r);
        set(dhPrev, at, get(dhPrev, at) + dhAt * z);
      }
    }
  }

  // ---- activations ----

  private static float sigmoid(float x) {
    return (float) (1 / (1 + StrictMath.exp(-x)));
  }

  private static float tanh(float x) {
    return (float) StrictMath.tanh(x);
  }

  @Override
  public void sigmoid(long y, long x, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, sigmoid(get(x, i)));
    }
  }

  @Override
  public void sigmoidBackward(long dx, long y, long dy, long n) {
    for (long i = 0; i < n; i++) {
      set(dx, i, get(dx, i) + get(dy, i) * get(y, i) * (1 - get(y, i)));
    }
  }

  @Override
  public void tanh(long y, long x, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, tanh(get(x, i)));
    }
  }

  @Override
  public void tanhBackward(long dx, long y, long dy, long n) {
    for (long i = 0; i < n; i++) {
      set(dx, i, get(dx, i) + get(dy, i) * (1 - get(y, i) * get(y, i)));
    }
  }

  @Override
  public void relu(long y, long x, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, Math.max(get(x, i), 0));
    }
  }

  @Override
  public void reluBackward(long dx, long y, long dy, long n) {
    for (long i = 0; i < n; i++) {
      set(dx, i, get(dx, i) + (get(y, i) > 0 ? get(dy, i) : 0));
    }
  }

  // ---- attention ----

  @Override
  public void additiveScores(long e, long q, long keys, long stride, long v, int positions, int n) {
    for (int j = 0; j < positions; j++) {
      double sum = 0;
      for (int a = 0; a < n; a++) {
        sum += get(v, a) * StrictMath.tanh((double) get(q, a) + get(keys, j * stride + a));
      }
      set(e, j, (float) sum);
    }
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
    for (int j = 0; j < positions; j++) {
      float slope = get(de, j);
      for (int a = 0; a < n; a++) {
        float t = (float) StrictMath.tanh((double) get(q, a) + get(keys, j * stride + a));
        float g = slope * get(v, a) * (1 - t * t);
        set(dv, a, get(dv, a) + slope * t);
        set(dq, a, get(dq, a) + g);
        set(dkeys, j * stride + a, get(dkeys, j * stride + a) + g);
      }
    }
  }

  @Override
  public void dots(long e, long q, long x, long stride, int positions, int n) {
    for (int j = 0; j < positions; j++) {
      double sum = 0;
      for (int a = 0; a < n; a++) {
        sum += (double) get(q, a) * get(x, j * stride + a);
      }
      set(e, j, (float) sum);
    }
  }

  @Override
  public void weightedSum(long y, long w, long x, long stride, int positions, int n) {
    Memory.zero(y, n);
    for (int j = 0; j < positions; j++) {
      axpy(y, get(w, j), x + 4L * j * stride, n);
    }
  }

  @Override
  public void addOuter(long x, long stride, long w, long y, int positions, int n) {
    for (int j = 0; j < positions; j++) {
      axpy(x + 4L * j * stride, get(w, j), y, n);
    }
  }

  // ---- losses ----

  @Override
  public void softmax(long x, int rows, int v) {
    for (int row = 0; row < rows; row++) {
      long at = x + 4L * row * v;
      float max = max(at, v);
      double sum = 0;
      for (int j = 0; j < v; j++) {
        float e = (float) StrictMath.exp(get(at, j) - max);
        set(at, j, e);
        sum += e;
      }
      for (int j = 0; j < v; j++) {
        set(at, j, (float) (get(at, j) / sum));
      }
    }
  }

  private static float max(long x, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      max = Math.max(max, get(x, j));
    }
    return max;
  }

  @Override
  public double softmaxCrossEntropy(
      long logits, long targets, float smoothing, float scale, int rows, int v) {
    double loss = 0;
    double share = (double) smoothing / v; // of the distribution, everywhere
    for (int row = 0; row < rows; row++) {
      long at = logits + 4L * row * v;
      int target = getInt(targets, row);
      if (target >= 0) {
        float max = max(at, v);
        double sum = 0;
        double met = (1 - smoothing) * get(at, target); // the logits, met by the distribution
        for (int j = 0; j < v; j++) {
          sum += StrictMath.exp(get(at, j) - max);
          met += share == 0 ? 0 : share * get(at, j);
        }
        loss += max + StrictMath.log(sum) - met;
        if (scale != 0) {
          for (int j = 0; j < v; j++) {
            double p = StrictMath.exp(get(at, j) - max) / sum;
            set(at, j, (float) (scale * (p - share - (j == target ? 1 - smoothing : 0))));
          }
        }
      } else if (scale != 0) {
        Memory.zero(at, v);
      }
    }
    return loss;
  }

  @Override
  public double binaryCrossEntropy(long logits, long targets, float scale, long n) {
    double loss = 0;
    for (long i = 0; i < n; i++) {
      float x = get(logits, i);
      float y = get(targets, i);
      loss += Math.max(x, 0) - x * y + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
      if (scale != 0) {
        set(logits, i, scale * (sigmoid(x) - y));
      }
    }
    return loss;
  }

  @Override
  public double squaredError(long x, long targets, float scale, long n) {
    double loss = 0;
    for (long i = 0; i < n; i++) {
      float error = get(x, i) - get(targets, i);
      loss += (double) error * error;
      if (scale != 0) {
        set(x, i, scale * 2 * error);
      }
    }
    return loss;
  }

  // ---- element by element ----

  @Override
  public void add(long y, long x, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, get(y, i) + get(x, i));
    }
  }

  @Override
  public void axpy(long y, float a, long x, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, get(y, i) + a * get(x, i));
    }
  }

  @Override
  public void multiply(long y, long a, long b, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, get(a, i) * get(b, i));
    }
  }

  @Override
  public void multiplyAdd(long y, long a, long b, long n) {
    for (long i = 0; i < n; i++) {
      set(y, i, get(y, i) + get(a, i) * get(b, i));
    }
  }

  @Override
  public void columnSums(long y, long x, long ld, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      add(y, x + 4L * row * ld, n);
    }
  }

  @Override
  public void gather(long y, long table, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      Memory.copy(y + 4L * row * n, table + 4L * getInt(ids, row) * n, n);
    }
  }

  @Override
  public void scatterAdd(long table, long y, long ids, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      add(table + 4L * getInt(ids, row) * n, y + 4L * row * n, n);
    }
  }

  @Override
  public void dropout(long y, long x, float p, long key, long n) {
    float keep = 1 / (1 - p);
    for (long i = 0; i < n; i++) {
      set(y, i, Dropout.survives(key, (int) i, p) ? get(x, i) * keep : 0);
    }
  }

  // ---- training ----

  @Override
  public double sumOfSquares(long x, long n) {
    double sum = 0;
    for (long i = 0; i < n; i++) {
      sum += (double) get(x, i) * get(x, i);
    }
    return sum;
  }

  @Override
  public void clamp(long x, float limit, long n) {
    for (long i = 0; i < n; i++) {
      set(x, i, Math.clamp(get(x, i), -limit, limit));
    }
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
    switch (rule) {
      case UpdateRule.Sgd r -> sgd(r, w, g, s1, scale, rate, step, n);
      case UpdateRule.RmsProp r -> rmsProp(r, w, g, s1, scale, rate, n);
      case UpdateRule.Adagrad r -> adagrad(r, w, g, s1, scale, rate, n);
      case UpdateRule.Adadelta r -> adadelta(r, w, g, s1, s2, scale, rate, n);
      case UpdateRule.Adam r -> adam(r, w, g, s1, s2, scale, rate, step, n);
    }
  }

  private static void sgd(
      UpdateRule.Sgd r, long w, long g, long s1, float scale, float rate, long step, long n) {
    for (long i = 0; i < n; i++) {
      float d = get(g, i) * scale + r.decay() * get(w, i);
      if (r.momentum() != 0) {
        float velocity = step == 1 ? d : r.momentum() * get(s1, i) + d;
        set(s1, i, velocity);
        d = r.nesterov() ? d + r.momentum() * velocity : velocity;
      }
      set(w, i, get(w, i) - rate * d);
    }
  }

  private static void rmsProp(
      UpdateRule.RmsProp r, long w, long g, long s1, float scale, float rate, long n) {
    for (long i = 0; i < n; i++) {
      float d = get(g, i) * scale + r.decay() * get(w, i);
      float square = r.alpha() * get(s1, i) + (1 - r.alpha()) * d * d;
      set(s1, i, square);
      set(w, i, get(w, i) - rate * d / (sqrt(square) + r.eps()));
    }
  }

  private static void adagrad(
      UpdateRule.Adagrad r, long w, long g, long s1, float scale, float rate, long n) {
    for (long i = 0; i < n; i++) {
      float d = get(g, i) * scale + r.decay() * get(w, i);
      float square = get(s1, i) + d * d;
      set(s1, i, square);
      set(w, i, get(w, i) - rate * d / (sqrt(square) + r.eps()));
    }
  }

  private static void adadelta(
      UpdateRule.Adadelta r, long w, long g, long s1, long s2, float scale, float rate, long n) {
    for (long i = 0; i < n; i++) {
      float d = get(g, i) * scale + r.decay() * get(w, i);
      float square = r.rho() * get(s1, i) + (1 - r.rho()) * d * d;
      float delta = d * sqrt(get(s2, i) + r.eps()) / sqrt(square + r.eps());
      set(s1, i, square);
      set(s2, i, r.rho() * get(s2, i) + (1 - r.rho()) * delta * delta);
      set(w, i, get(w, i) - rate * delta);
    }
  }

  private static void adam(
      UpdateRule.Adam r,
      long w,
      long g,
      long s1,
      long s2,
      float scale,
      float rate,
      long step,
      long n) {
    float stepSize = rate / r.correction1(step);
    float inverse2 = 1 / r.correction2(step);
    for (long i = 0; i < n; i++) {
      float weight = get(w, i);
      float d = get(g, i) * scale;
      if (r.decoupled()) {
        weight -= rate * r.decay() * weight;
      } else {
        d += r.decay() * weight;
      }
      float mean = r.beta1() * get(s1, i) + (1 - r.beta1()) * d;
      float square = r.beta2() * get(s2, i) + (1 - r.beta2()) * d * d;
      set(s1, i, mean);
      set(s2, i, square);
      set(w, i, weight - stepSize * mean / (sqrt(square * inverse2) + r.eps()));
    }
  }

  private static float sqrt(float x) {
    return (float) Math.sqrt(x);
  }
}
