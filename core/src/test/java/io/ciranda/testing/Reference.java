package io.ciranda.testing;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Dropout;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Forward passes in plain double arithmetic, one sequence and one step at a time, straight from the
 * formulas. Arrays are row-major and flat.
 */
public final class Reference {
  private Reference() {}

  /** {@code [rows][out] = x [rows][in] w [out][in]^T + b [out]}; b may be null. */
  public static double[] linear(double[] x, double[] w, double[] b, int in, int out) {
    int rows = x.length / in;
    double[] y = new double[rows * out];
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < out; o++) {
        double sum = b == null ? 0 : b[o];
        for (int i = 0; i < in; i++) {
          sum += w[o * in + i] * x[row * in + i];
        }
        y[row * out + o] = sum;
      }
    }
    return y;
  }

  /** Row {@code ids[i]} of {@code table [.][width]} for each i. */
  public static double[] embedding(double[] table, int width, int... ids) {
    double[] y = new double[ids.length * width];
    for (int i = 0; i < ids.length; i++) {
      System.arraycopy(table, ids[i] * width, y, i * width, width);
    }
    return y;
  }

  /** Inverted dropout with the engine's mask. */
  public static double[] dropout(double[] x, float p, long key) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = Dropout.survives(key, i, p) ? x[i] / (1 - p) : 0;
    }
    return y;
  }

  /** The keys that a tape deals out in a step of that seed. */
  public static LongSupplier keys(long seed) {
    Tape tape = Tape.inference(Backend.best(), new Workspace("keys"));
    tape.begin(seed);
    return tape::nextKey;
  }

  /** {@code a [rows][left]} and {@code b [rows][right]} side by side. */
  public static double[] concat(double[] a, int left, double[] b, int right) {
    int width = left + right;
    double[] y = new double[a.length + b.length];
    for (int row = 0; row < a.length / left; row++) {
      System.arraycopy(a, row * left, y, row * width, left);
      System.arraycopy(b, row * right, y, row * width + left, right);
    }
    return y;
  }

  /** {@code f} of each element. */
  public static double[] map(double[] x, DoubleUnaryOperator f) {
    return Arrays.stream(x).map(f).toArray();
  }

  /** {@code f} of each pair of elements. */
  public static double[] zip(double[] a, double[] b, DoubleBinaryOperator f) {
    double[] y = new double[a.length];
    Arrays.setAll(y, i -> f.applyAsDouble(a[i], b[i]));
    return y;
  }

  public static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  public static double relu(double x) {
    return Math.max(x, 0);
  }

  /** The sum over rows of {@code -log softmax(logits)[target]}; negative targets do not count. */
  public static double crossEntropy(double[] logits, int... targets) {
    int v = logits.length / targets.length;
    double loss = 0;
    for (int row = 0; row < targets.length; row++) {
      if (targets[row] >= 0) {
        double sum = 0;
        for (int j = 0; j < v; j++) {
          sum += Math.exp(logits[row * v + j] - logits[row * v + targets[row]]);
        }
        loss += Math.log(sum);
      }
    }
    return loss;
  }

  /**
   * The sum over rows of {@code -(1 - smoothing) log p_target - smoothing / v sum_j log p_j};
   * negative targets do not count.
   */
  public static double crossEntropy(double[] logits, double smoothing, int... targets) {
    int v = logits.length / targets.length;
    double loss = (1 - smoothing) * crossEntropy(logits, targets);
    for (int j = 0; j < v; j++) {
      int label = j;
      int[] everywhere = Arrays.stream(targets).map(t -> t < 0 ? t : label).toArray();
      loss += smoothing / v * crossEntropy(logits, everywhere);
    }
    return loss;
  }

  /** The sum of {@code -y log(p) - (1 - y) log(1 - p)}, {@code p = sigmoid(logit)}. */
  public static double binaryCrossEntropy(double[] logits, double[] targets) {
    double loss = 0;
    for (int i = 0; i < logits.length; i++) {
      double p = sigmoid(logits[i]);
      loss -= targets[i] * Math.log(p) + (1 - targets[i]) * Math.log(1 - p);
    }
    return loss;
  }

  public static double squaredError(double[] x, double[] targets) {
    return Arrays.stream(zip(x, targets, (a, b) -> (a - b) * (a - b))).sum();
  }

  // ---- recurrent layers ----

  /** A recurrent stack unrolled over one batch. */
  public static final class Recurrence {
    /** {@code [T][B][D*H]}. */
    public final double[] y;

    /** {@code [B][H]} of layer l and direction d at {@code l * D + d}. */
    public final double[][] hn;

    /** As {@link #hn}. */
    public final double[][] cn;

    private Recurrence(double[] y, double[][] hn, double[][] cn) {
      this.y = y;
      this.hn = hn;
      this.cn = cn;
    }
  }

  /**
   * Runs a stack.
   *
   * @param weights weights by name
   * @param prefix of their names
   * @param x {@code [T][B][I]}
   * @param lengths of the B sequences
   * @param h0 {@code [L*D]} arrays {@code [B][H]}
   * @param c0 likewise; not looked at but by an LSTM
   * @param keys of dropout; null for no dropout
   */
  public static Recurrence recurrent(
      RecurrentStack.Config config,
      Function<String, double[]> weights,
      String prefix,
      double[] x,
      int steps,
      int[] lengths,
      double[][] h0,
      double[][] c0,
      LongSupplier keys) {
    int batch = lengths.length;
    int hidden = config.hidden();
    int directions = config.directions();
    double[][] hn = new double[config.layers() * directions][];
    double[][] cn = new double[config.layers() * directions][];
    double[] y = x;
    for (int l = 0; l < config.layers(); l++) {
      double[] input =
          l > 0 && keys != null && config.dropout() > 0
              ? dropout(y, config.dropout(), keys.getAsLong())
              : y;
      int width = input.length / (steps * batch);
      y = new double[steps * batch * config.output()];
      for (int d = 0; d < directions; d++) {
        int index = l * directions + d;
        String suffix = "l" + l + (d == 1 ? "_reverse" : "");
        double[] weightIh = weights.apply(prefix + "weight_ih_" + suffix);
        double[] weightHh = weights.apply(prefix + "weight_hh_" + suffix);
        double[] biasIh = weights.apply(prefix + "bias_ih_" + suffix);
        double[] biasHh = weights.apply(prefix + "bias_hh_" + suffix);
        int gateRows = biasIh.length;
        hn[index] = h0[index].clone();
        cn[index] = c0[index].clone();
        for (int b = 0; b < batch; b++) {
          double[] h = Arrays.copyOfRange(h0[index], b * hidden, (b + 1) * hidden);
          double[] c = Arrays.copyOfRange(c0[index], b * hidden, (b + 1) * hidden);
          for (int i = 0; i < lengths[b]; i++) {
            int t = d == 1 ? lengths[b] - 1 - i : i;
            int place = t * batch + b;
            double[] xt = Arrays.copyOfRange(input, place * width, (place + 1) * width);
            double[] fromInput = linear(xt, weightIh, biasIh, width, gateRows);
            double[] fromState = linear(h, weightHh, biasHh, hidden, gateRows);
            for (int j = 0; j < hidden; j++) {
              step(config.cell(), fromInput, fromState, h, c, j);
            }
            System.arraycopy(h, 0, y, place * config.output() + d * hidden, hidden);
          }
          System.arraycopy(h, 0, hn[index], b * hidden, hidden);
          System.arraycopy(c, 0, cn[index], b * hidden, hidden);
        }
      }
    }
    return new Recurrence(y, hn, cn);
  }

  /** Unit j of a cell; x and u are the products with the input and with the state before. */
  private static void step(Cell cell, double[] x, double[] u, double[] h, double[] c, int j) {
    int n = h.length;
    switch (cell) {
      case RNN -> h[j] = Math.tanh(x[j] + u[j]);
      case RNN_RELU -> h[j] = relu(x[j] + u[j]);
      case LSTM -> {
        double i = sigmoid(x[j] + u[j]);
        double f = sigmoid(x[n + j] + u[n + j]);
        double g = Math.tanh(x[2 * n + j] + u[2 * n + j]);
        double o = sigmoid(x[3 * n + j] + u[3 * n + j]);
        c[j] = f * c[j] + i * g;
        h[j] = o * Math.tanh(c[j]);
      }
      case GRU -> {
        double r = sigmoid(x[j] + u[j]);
        double z = sigmoid(x[n + j] + u[n + j]);
        double candidate = Math.tanh(x[2 * n + j] + r * u[2 * n + j]);
        h[j] = (1 - z) * candidate + z * h[j];
      }
    }
  }
}
