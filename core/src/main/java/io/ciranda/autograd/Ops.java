package io.ciranda.autograd;

import io.ciranda.kernel.Kernels;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.Objects;

/**
 * The operations around recurrent layers. Forward and backward of one operation stand together. All
 * dimensions of an input but the last count as rows.
 */
public final class Ops {
  private Ops() {}

  private static int features(Tensor x) {
    return x.dim(x.rank() - 1);
  }

  private static int rows(Tensor x) {
    int features = features(x);
    return features == 0 ? 0 : Math.toIntExact(x.size() / features);
  }

  private static int[] withFeatures(Tensor x, int features) {
    int[] shape = x.shape();
    shape[shape.length - 1] = features;
    return shape;
  }

  /**
   * {@code y = x W^T + b}.
   *
   * @param x {@code [..][I]}
   * @param weight {@code [O][I]}
   * @param bias {@code [O]}, or null
   * @return {@code [..][O]}
   */
  public static Variable linear(Tape tape, Variable x, Parameter weight, Parameter bias) {
    int rows = rows(x.value());
    int in = features(x.value());
    int out = weight.dim(0);
    weight.value().requireShape(weight.name(), out, in);
    Tensor y = tape.workspace().tensor(withFeatures(x.value(), out));
    if (bias != null) {
      bias.value().requireShape(bias.name(), out);
      broadcastRows(y.address(), bias.value().address(), rows, out);
    }
    var matMul = tape.backend().matMul();
    matMul.gemm(
        bias != null,
        y.address(),
        out,
        x.value().address(),
        in,
        false,
        weight.value().address(),
        in,
        true,
        rows,
        out,
        in,
        tape.workspace());
    Variable result = tape.variable(y).expendable();
    tape.record(
        () -> {
          long dy = result.gradient().address();
          matMul.gemm(
              true,
              tape.gradient(weight).address(),
              in,
              dy,
              out,
              true,
              x.value().address(),
              in,
              false,
              out,
              in,
              rows,
              tape.workspace());
          if (bias != null) {
            tape.kernels().columnSums(tape.gradient(bias).address(), dy, out, rows, out);
          }
          if (x.needsGradient()) {
            boolean add = x.hasGradient();
            matMul.gemm(
                add,
                x.gradientMemory().address(),
                in,
                dy,
                out,
                false,
                weight.value().address(),
                in,
                false,
                rows,
                in,
                out,
                tape.workspace());
          }
        });
    return result;
  }

  /** Copies one row over {@code rows} rows. */
  static void broadcastRows(long y, long row, int rows, int n) {
    for (int i = 0; i < rows; i++) {
      Memory.copy(y + 4L * i * n, row, n);
    }
  }

  /**
   * One row of a parameter, for every sequence of a batch.
   *
   * @param table {@code [N][H]}
   * @return {@code [rows][H]}
   */
  public static Variable repeatRow(Tape tape, Parameter table, int row, int rows) {
    int n = table.dim(1);
    Tensor y = tape.workspace().tensor(rows, n);
    broadcastRows(y.address(), table.value().address(row), rows, n);
    Variable result = tape.variable(y);
    tape.record(
        () ->
            tape.kernels()
                .columnSums(
                    tape.gradient(table).address(row), result.gradient().address(), n, rows, n));
    return result;
  }

  /**
   * Row {@code ids[..]} of a table.
   *
   * @param table {@code [V][E]}
   * @param ids {@code [..]}, each in {@code [0, V)}
   * @return {@code [..][E]}
   * @throws IllegalArgumentException for an id out of range
   */
  public static Variable embedding(Tape tape, Parameter table, IntTensor ids) {
    ids.requireRange("ids of " + table.name(), 0, table.dim(0));
    int width = table.dim(1);
    int rows = Math.toIntExact(ids.size());
    Tensor y = tape.workspace().tensor(withWidth(ids, width));
    tape.kernels().gather(y.address(), table.value().address(), ids.address(), rows, width);
    Variable result = tape.variable(y);
    tape.record(
        () ->
            tape.kernels()
                .scatterAdd(
                    tape.gradient(table).address(),
                    result.gradient().address(),
                    ids.address(),
                    rows,
                    width));
    return result;
  }

  private static int[] withWidth(IntTensor ids, int width) {
    int[] shape = java.util.Arrays.copyOf(ids.shape(), ids.rank() + 1);
    shape[ids.rank()] = width;
    return shape;
  }

  /**
   * Some rows of a value: the last states of sequences that differ in length, or the steps that
   * have a target.
   *
   * @param x {@code [..][F]}
   * @param rows {@code [..]}, each the number of a row of x
   * @return {@code [..][F]}
   * @throws IllegalArgumentException for a row that x does not have
   */
  public static Variable rows(Tape tape, Variable x, IntTensor rows) {
    rows.requireRange("rows of " + x.value(), 0, rows(x.value()));
    int n = Math.toIntExact(rows.size());
    int width = features(x.value());
    Tensor y = tape.workspace().tensor(withWidth(rows, width));
    tape.kernels().gather(y.address(), x.value().address(), rows.address(), n, width);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            long dx = x.gradient().address();
            tape.kernels().scatterAdd(dx, result.gradient().address(), rows.address(), n, width);
          }
        });
    return result;
  }

  /**
   * The mean of each sequence over its steps.
   *
   * @param x {@code [T][B][F]}
   * @param lengths {@code [B]}, each in [1, T]: steps beyond it do not count
   * @return {@code [B][F]}
   */
  public static Variable meanOverTime(Tape tape, Variable x, IntTensor lengths) {
    int steps = x.value().dim(0);
    int batch = x.value().dim(1);
    lengths.requireShape("lengths", batch).requireRange("lengths", 1, steps + 1);
    Tensor y = tape.workspace().zeros(batch, features(x.value()));
    addMean(tape.kernels(), y, x.value(), lengths, true);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            addMean(tape.kernels(), result.gradient(), x.gradient(), lengths, false);
          }
        });
    return result;
  }

  /** {@code mean[b] += x[t][b] / length[b]} for all t, or the same with the two sides exchanged. */
  private static void addMean(
      Kernels kernels, Tensor mean, Tensor x, IntTensor lengths, boolean toMean) {
    int batch = mean.dim(0);
    int n = mean.dim(1);
    for (int b = 0; b < batch; b++) {
      long row = mean.address(b);
      for (int t = 0; t < lengths.get(b); t++) {
        long step = x.address(t) + 4L * b * n;
        kernels.axpy(toMean ? row : step, 1f / lengths.get(b), toMean ? step : row, n);
      }
    }
  }

  /**
   * Inverted dropout with probability {@code p}; the input itself where {@code p} is 0 or the tape
   * does not train.
   */
  public static Variable dropout(Tape tape, Variable x, float p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: expected a probability in [0, 1), actual " + p);
    }
    if (p == 0 || !tape.isTraining()) {
      return x;
    }
    long key = tape.nextKey();
    long n = x.value().size();
    Tensor y = tape.workspace().tensor(x.value().shape());
    tape.kernels().dropout(y.address(), x.value().address(), p, key, n);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            long dy = result.gradient().address();
            if (x.hasGradient()) {
              tape.kernels().dropout(dy, dy, p, key, n);
              tape.kernels().add(x.gradientMemory().address(), dy, n);
            } else {
              tape.kernels().dropout(x.gradientMemory().address(), dy, p, key, n);
            }
          }
        });
    return result;
  }

  /**
   * Puts the features of two sequences side by side.
   *
   * @param a {@code [..][N]}
   * @param b {@code [..][M]}, as many rows
   * @return {@code [..][N+M]}
   */
  public static Variable concat(Tape tape, Variable a, Variable b) {
    int left = features(a.value());
    int right = features(b.value());
    b.value().requireShape("right side of concat", withFeatures(a.value(), right));
    int rows = rows(a.value());
    int width = left + right;
    Tensor y = tape.workspace().tensor(withFeatures(a.value(), width));
    for (int i = 0; i < rows; i++) {
      long row = y.address() + 4L * i * width;
      Memory.copy(row, a.value().address() + 4L * i * left, left);
      Memory.copy(row + 4L * left, b.value().address() + 4L * i * right, right);
    }
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          long dy = result.gradient().address();
          addColumns(tape.kernels(), a, dy, width, rows, left);
          addColumns(tape.kernels(), b, dy + 4L * left, width, rows, right);
        });
    return result;
  }

  private static void addColumns(Kernels kernels, Variable x, long dy, int width, int rows, int n) {
    if (x.needsGradient()) {
      long dx = x.gradient().address();
      for (int i = 0; i < rows; i++) {
        kernels.add(dx + 4L * i * n, dy + 4L * i * width, n);
      }
    }
  }

  /**
   * Some columns of a value.
   *
   * @param x {@code [..][N]}
   * @return {@code [..][n]}, the columns from {@code from} on
   */
  public static Variable columns(Tape tape, Variable x, int from, int n) {
    int width = features(x.value());
    Objects.checkFromIndexSize(from, n, width);
    int rows = rows(x.value());
    Tensor y = tape.workspace().tensor(withFeatures(x.value(), n));
    for (int i = 0; i < rows; i++) {
      Memory.copy(
          y.address() + 4L * i * n, x.value().address() + 4L * (i * (long) width + from), n);
    }
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            long dx = x.gradient().address() + 4L * from;
            long dy = result.gradient().address();
            for (int i = 0; i < rows; i++) {
              tape.kernels().add(dx + 4L * i * width, dy + 4L * i * n, n);
            }
          }
        });
    return result;
  }

  /**
   * The same value at each of {@code steps} steps.
   *
   * @param x {@code [B][F]}
   * @return {@code [T][B][F]}
   */
  public static Variable repeat(Tape tape, Variable x, int steps) {
    long n = x.value().size();
    Tensor y = tape.workspace().tensor(steps, x.value().dim(0), x.value().dim(1));
    broadcastRows(y.address(), x.value().address(), steps, Math.toIntExact(n));
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            long dx = x.gradient().address();
            tape.kernels().columnSums(dx, result.gradient().address(), n, steps, (int) n);
          }
        });
    return result;
  }

  /** {@code a + b}, of the same shape. */
  public static Variable add(Tape tape, Variable a, Variable b) {
    b.value().requireShape("right side of add", a.value().shape());
    long n = a.value().size();
    Tensor y = tape.workspace().tensor(a.value().shape()).copyFrom(a.value());
    tape.kernels().add(y.address(), b.value().address(), n);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          long dy = result.gradient().address();
          if (a.needsGradient()) {
            tape.kernels().add(a.gradient().address(), dy, n);
          }
          if (b.needsGradient()) {
            tape.kernels().add(b.gradient().address(), dy, n);
          }
        });
    return result;
  }

  /** {@code a * b}, element by element, of the same shape. */
  public static Variable multiply(Tape tape, Variable a, Variable b) {
    b.value().requireShape("right side of multiply", a.value().shape());
    long n = a.value().size();
    Tensor y = tape.workspace().tensor(a.value().shape());
    tape.kernels().multiply(y.address(), a.value().address(), b.value().address(), n);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          long dy = result.gradient().address();
          if (a.needsGradient()) {
            tape.kernels().multiplyAdd(a.gradient().address(), dy, b.value().address(), n);
          }
          if (b.needsGradient()) {
            tape.kernels().multiplyAdd(b.gradient().address(), dy, a.value().address(), n);
          }
        });
    return result;
  }

  private interface Activation {
    void apply(long y, long x, long n);
  }

  private interface Slope {
    void addTo(long dx, long y, long dy, long n);
  }

  private static Variable activation(Tape tape, Variable x, Activation forward, Slope backward) {
    long n = x.value().size();
    Tensor y = tape.workspace().tensor(x.value().shape());
    forward.apply(y.address(), x.value().address(), n);
    Variable result = tape.variable(y);
    tape.record(
        () -> {
          if (x.needsGradient()) {
            backward.addTo(x.gradient().address(), y.address(), result.gradient().address(), n);
          }
        });
    return result;
  }

  /** The hyperbolic tangent. */
  public static Variable tanh(Tape tape, Variable x) {
    return activation(tape, x, tape.kernels()::tanh, tape.kernels()::tanhBackward);
  }

  /** The logistic function. */
  public static Variable sigmoid(Tape tape, Variable x) {
    return activation(tape, x, tape.kernels()::sigmoid, tape.kernels()::sigmoidBackward);
  }

  /** {@code max(x, 0)}. */
  public static Variable relu(Tape tape, Variable x) {
    return activation(tape, x, tape.kernels()::relu, tape.kernels()::reluBackward);
  }

  /**
   * Softmax and cross-entropy. Ends the forward pass of the logits: where they are the result of
   * {@link #linear} and the tape trains, their memory then holds their gradient.
   *
   * @param logits {@code [..][V]}
   * @param targets {@code [..]}, each in {@code [0, V)}, or -1 for a place that does not count
   * @param scale the gradient of the loss with respect to one place's, such as 1/(T*B) for a mean
   * @return the sum over all places of {@code -log p(target)}, in nats
   * @throws IllegalArgumentException for a target out of range
   */
  public static double crossEntropy(Tape tape, Variable logits, IntTensor targets, float scale) {
    return crossEntropy(tape, logits, targets, 0, scale);
  }

  /**
   * Softmax and cross-entropy with smoothed labels (Szegedy et al. 2016, section 7): the target's
   * share is {@code 1 - smoothing}, and {@code smoothing} is spread evenly over all V; otherwise as
   * {@link #crossEntropy(Tape, Variable, IntTensor, float)}.
   *
   * @param smoothing in [0, 1)
   */
  public static double crossEntropy(
      Tape tape, Variable logits, IntTensor targets, float smoothing, float scale) {
    int v = features(logits.value());
    int rows = rows(logits.value());
    if (targets.size() != rows) {
      throw new IllegalArgumentException(
          "cross-entropy: expected %d targets for %s, actual %s"
              .formatted(rows, logits.value(), targets));
    }
    targets.requireRange("targets of cross-entropy", -1, v);
    Tensor x = gradientPlace(tape, logits);
    float slope = slope(tape, scale);
    double loss =
        tape.kernels()
            .softmaxCrossEntropy(x.address(), targets.address(), smoothing, slope, rows, v);
    return endWith(tape, logits, x, slope, loss);
  }

  /**
   * Softmax and cross-entropy in which each class has a weight; otherwise as {@link #crossEntropy}.
   *
   * @param targets {@code [..]}, each in {@code [0, V)}
   * @param weights of the classes, above 0
   * @return the sum over all places of {@code -weight(target) log p(target)}
   */
  public static double crossEntropy(
      Tape tape, Variable logits, IntTensor targets, float[] weights, float scale) {
    int v = features(logits.value());
    targets.requireShape("targets of cross-entropy", rows(logits.value()));
    targets.requireRange("targets of cross-entropy", 0, v);
    Tensor x = gradientPlace(tape, logits);
    float slope = slope(tape, scale);
    double loss = 0;
    for (int i = 0; i < targets.size(); i++) {
      float weight = weights[targets.get(i)];
      long row = x.address() + 4L * i * v;
      long target = targets.address() + 4L * i;
      loss += weight * tape.kernels().softmaxCrossEntropy(row, target, 0, slope * weight, 1, v);
    }
    return endWith(tape, logits, x, slope, loss);
  }

  /**
   * Binary cross-entropy of logits against targets in [0, 1]; otherwise as {@link #crossEntropy}.
   *
   * @return the sum over all elements, in nats
   */
  public static double binaryCrossEntropy(Tape tape, Variable logits, Tensor targets, float scale) {
    targets.requireShape("targets of binary cross-entropy", logits.value().shape());
    Tensor x = gradientPlace(tape, logits);
    float slope = slope(tape, scale);
    double loss =
        tape.kernels().binaryCrossEntropy(x.address(), targets.address(), slope, targets.size());
    return endWith(tape, logits, x, slope, loss);
  }

  /**
   * Squared error; otherwise as {@link #crossEntropy}.
   *
   * @return the sum over all elements of {@code (x - target)^2}
   */
  public static double squaredError(Tape tape, Variable x, Tensor targets, float scale) {
    targets.requireShape("targets of squared error", x.value().shape());
    Tensor error = gradientPlace(tape, x);
    float slope = slope(tape, scale);
    double loss =
        tape.kernels().squaredError(error.address(), targets.address(), slope, targets.size());
    return endWith(tape, x, error, slope, loss);
  }

  /**
   * Quantile loss (Koenker and Bassett 1978): {@code q * max(y - x, 0) + (1 - q) * max(x - y, 0)},
   * least where x is the q-quantile of the target y; otherwise as {@link #crossEntropy}.
   *
   * @param x for each target Q values, one for each quantile
   * @param targets {@code [..]}; NaN for one that does not count
   * @param quantiles {@code [Q]}, each in (0, 1)
   * @return the sum over all elements
   */
  public static double pinball(
      Tape tape, Variable x, Tensor targets, float[] quantiles, float scale) {
    int q = quantiles.length;
    if (x.value().size() != targets.size() * q) {
      throw new IllegalArgumentException(
          "quantile loss: expected %d predictions for each of %d targets, actual %s"
              .formatted(q, targets.size(), x.value()));
    }
    Tensor gradient = gradientPlace(tape, x);
    float slope = slope(tape, scale);
    double loss = 0;
    for (long i = 0; i < x.value().size(); i++) {
      float quantile = quantiles[(int) (i % q)];
      float target = Memory.get(targets.address(), i / q);
      // Not the other way round: a prediction that is NaN has to show in the loss.
      float distance = Float.isNaN(target) ? 0 : target - Memory.get(gradient.address(), i);
      float side = distance > 0 ? quantile : distance < 0 ? quantile - 1 : 0;
      loss += (double) side * distance;
      if (slope != 0) {
        Memory.set(gradient.address(), i, -side * slope);
      }
    }
    return endWith(tape, x, gradient, slope, loss);
  }

  /** Where a loss kernel reads its input and leaves the gradient. */
  private static Tensor gradientPlace(Tape tape, Variable x) {
    Tensor value = x.value();
    return !tape.isTraining() || x.isExpendable()
        ? value
        : tape.workspace().tensor(value.shape()).copyFrom(value);
  }

  /** The scale to give to a loss kernel, for which 0 means that no gradient is wanted. */
  private static float slope(Tape tape, float scale) {
    return tape.isTraining() ? scale : 0;
  }

  private static double endWith(Tape tape, Variable x, Tensor gradient, float slope, double loss) {
    if (slope != 0) {
      tape.record(() -> x.adoptGradient(gradient));
    }
    return loss;
  }
}
