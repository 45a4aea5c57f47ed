package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.Arrays;

/**
 * A linear-chain conditional random field (Lafferty et al. 2001) over what a network says of each
 * step by itself, as in the BiLSTM-CRF (Lample et al. 2016, section 2.2; Ma and Hovy 2016, section
 * 2.3): labels are told for a whole sequence, since some follow each other and some do not.
 *
 * <pre>
 * score(y) = start[y(1)] + sum over t emission(t)[y(t)] + sum over t transition[y(t-1)][y(t)] + end[y(T)]
 * p(y) = exp(score(y)) / sum over all y' of exp(score(y'))
 * </pre>
 *
 * <p>All sums over paths are formed by forward and backward recursions over logarithms, in double
 * precision; a step costs K^2.
 *
 * @param transition {@code [K][K]}, from the row's label to the column's
 * @param start {@code [K]}, of the first label
 * @param end {@code [K]}, of the last label
 */
public record LinearChainCrf(Parameter transition, Parameter start, Parameter end) {
  private static final double BOUND = 0.1;

  /** The layer over parameters that {@link #declare} declared with the same prefix. */
  public LinearChainCrf(Parameters parameters, String prefix) {
    this(
        parameters.get(prefix + "transition"),
        parameters.get(prefix + "start"),
        parameters.get(prefix + "end"));
  }

  /** Declares the parameters for K labels, uniform in ±0.1. */
  public static void declare(Parameters.Builder builder, int labels, String prefix) {
    Initializer uniform = Initializer.uniform(BOUND);
    builder.declare(prefix + "transition", uniform, labels, labels);
    builder.declare(prefix + "start", uniform, labels);
    builder.declare(prefix + "end", uniform, labels);
  }

  /** K. */
  public int labels() {
    return start.dim(0);
  }

  // ---- training ----

  /**
   * The negative log-likelihood of labels. It ends the forward pass of the emissions.
   *
   * @param emissions {@code [T][B][K]}
   * @param labels {@code [T][B]}, each in {@code [0, K)}; they do not count beyond a sequence's
   *     length, but have to be in range
   * @param lengths {@code [B]}, each in [1, T], or null if all sequences have T steps
   * @param scale the gradient of the loss with respect to that of one sequence
   * @return the sum over all sequences of {@code -log p(labels)}, in nats
   * @throws IllegalArgumentException if a shape, a label or a length is another
   */
  public double loss(
      Tape tape, Variable emissions, IntTensor labels, IntTensor lengths, float scale) {
    Tensor x = emissions.value();
    int steps = x.dim(0);
    int batch = x.dim(1);
    int k = labels();
    x.requireShape("emissions of the CRF", steps, batch, k);
    labels.requireShape("labels of the CRF", steps, batch).requireRange("labels", 0, k);
    if (lengths != null) {
      lengths.requireShape("lengths", batch).requireRange("lengths", 1, steps + 1);
    }
    Weights weights = weights();
    var gradient = new Gradient(k);
    Tensor dx = tape.isTraining() ? tape.workspace().zeros(x.shape()) : null;
    double loss = 0;
    for (int b = 0; b < batch; b++) {
      int length = lengths == null ? steps : lengths.get(b);
      double[] own = new double[length * k];
      int[] path = new int[length];
      for (int t = 0; t < length; t++) {
        path[t] = labels.get(t * batch + b);
        for (int j = 0; j < k; j++) {
          own[t * k + j] = Memory.get(x.address(t), b * k + j);
        }
      }
      var chain = new Chain(weights, own);
      loss += chain.logZ - chain.score(path);
      if (tape.isTraining()) {
        double[] demissions = chain.gradient(path, gradient);
        for (int i = 0; i < demissions.length; i++) {
          Memory.set(dx.address(i / k), b * k + i % k, (float) (scale * demissions[i]));
        }
      }
    }
    tape.record(
        () -> {
          add(tape, transition, gradient.transition, scale);
          add(tape, start, gradient.start, scale);
          add(tape, end, gradient.end, scale);
          if (emissions.needsGradient()) {
            tape.kernels().add(emissions.gradient().address(), dx.address(), dx.size());
          }
        });
    return loss;
  }

  private static void add(Tape tape, Parameter parameter, double[] gradient, float scale) {
    long to = tape.gradient(parameter).address();
    for (int i = 0; i < gradient.length; i++) {
      Memory.set(to, i, Memory.get(to, i) + (float) (scale * gradient[i]));
    }
  }

  // ---- use ----

  /** Tells labels by the parameters as they are now; goes on when they are closed. */
  public Weights weights() {
    return new Weights(this);
  }

  /** The parameters in double precision, a copy. Immutable: threads may share one. */
  public static final class Weights {
    private final double[] transition; // [K][K]
    private final double[] start; // [K]
    private final double[] end; // [K]

    private Weights(LinearChainCrf crf) {
      transition = doubles(crf.transition);
      start = doubles(crf.start);
      end = doubles(crf.end);
    }

    private static double[] doubles(Parameter parameter) {
      float[] values = parameter.value().toArray();
      double[] doubles = new double[values.length];
      Arrays.setAll(doubles, i -> values[i]);
      return doubles;
    }

    /**
     * The likeliest labels of one sequence (Viterbi 1967); of several equally likely ones those
     * with the smaller numbers at the end.
     *
     * @param emissions {@code [T][K]}, row-major
     * @return {@code [T]}
     */
    public int[] decode(float[] emissions) {
      int k = start.length;
      int steps = steps(emissions);
      double[] best = new double[k]; // of all paths to a label
      int[] from = new int[steps * k];
      for (int j = 0; j < k; j++) {
        best[j] = start[j] + emissions[j];
      }
      for (int t = 1; t < steps; t++) {
        double[] next = new double[k];
        for (int j = 0; j < k; j++) {
          double[] scores = new double[k];
          for (int i = 0; i < k; i++) {
            scores[i] = best[i] + transition[i * k + j];
          }
          int i = greatest(scores);
          from[t * k + j] = i;
          next[j] = scores[i] + emissions[t * k + j];
        }
        best = next;
      }
      for (int j = 0; j < k; j++) {
        best[j] += end[j];
      }
      int[] path = new int[steps];
      path[steps - 1] = greatest(best);
      for (int t = steps - 1; t > 0; t--) {
        path[t - 1] = from[t * k + path[t]];
      }
      return path;
    }

    /**
     * How likely each label is at each step of one sequence, over all paths.
     *
     * @param emissions {@code [T][K]}, row-major
     * @return {@code [T][K]}, row-major; a step's add up to 1
     */
    public float[] marginals(float[] emissions) {
      steps(emissions);
      double[] own = new double[emissions.length];
      Arrays.setAll(own, i -> emissions[i]);
      var chain = new Chain(this, own);
      float[] marginals = new float[emissions.length];
      for (int i = 0; i < marginals.length; i++) {
        marginals[i] = (float) chain.marginal(i);
      }
      return marginals;
    }

    private int steps(float[] emissions) {
      int k = start.length;
      if (emissions.length == 0 || emissions.length % k != 0) {
        throw new IllegalArgumentException(
            "emissions of the CRF: expected a positive multiple of %d labels, actual %d"
                .formatted(k, emissions.length));
      }
      return emissions.length / k;
    }
  }

  private static int greatest(double[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }

  // ---- sums over all paths ----

  /** What the sequences of a batch give together: expected counts minus those of the labels. */
  private static final class Gradient {
    final double[] transition;
    final double[] start;
    final double[] end;

    Gradient(int k) {
      transition = new double[k * k];
      start = new double[k];
      end = new double[k];
    }
  }

  /** One sequence: the sums over all paths to, and from, each label of each step. */
  private static final class Chain {
    private final Weights weights;
    private final double[] emissions; // [T][K]
    private final int k;
    private final int steps;
    private final double[] forward; // [T][K], log of the sum over paths up to it, itself included
    private final double[] backward; // [T][K], log of the sum over paths after it
    final double logZ;

    Chain(Weights weights, double[] emissions) {
      this.weights = weights;
      this.emissions = emissions;
      k = weights.start.length;
      steps = emissions.length / k;
      forward = new double[emissions.length];
      backward = new double[emissions.length];
      double[] terms = new double[k];
      for (int t = 0; t < steps; t++) {
        for (int j = 0; j < k; j++) {
          forward[t * k + j] = emissions[t * k + j] + before(t, j, terms);
        }
      }
      for (int t = steps - 1; t >= 0; t--) {
        for (int i = 0; i < k; i++) {
          backward[t * k + i] = after(t, i, terms);
        }
      }
      for (int j = 0; j < k; j++) {
        terms[j] = forward[(steps - 1) * k + j] + weights.end[j];
      }
      logZ = logSum(terms);
    }

    private double before(int t, int j, double[] terms) {
      if (t == 0) {
        return weights.start[j];
      }
      for (int i = 0; i < k; i++) {
        terms[i] = forward[(t - 1) * k + i] + weights.transition[i * k + j];
      }
      return logSum(terms);
    }

    private double after(int t, int i, double[] terms) {
      if (t == steps - 1) {
        return weights.end[i];
      }
      for (int j = 0; j < k; j++) {
        int next = (t + 1) * k + j;
        terms[j] = weights.transition[i * k + j] + emissions[next] + backward[next];
      }
      return logSum(terms);
    }

    /** {@code log sum exp(x)}; {@link StrictMath} has the same bits, compiled or not. */
    private static double logSum(double[] terms) {
      double most = terms[greatest(terms)];
      double sum = 0;
      for (double term : terms) {
        sum += StrictMath.exp(term - most);
      }
      return most + StrictMath.log(sum);
    }

    double score(int[] path) {
      double score = weights.start[path[0]] + weights.end[path[steps - 1]];
      for (int t = 0; t < steps; t++) {
        score += emissions[t * k + path[t]];
        score += t == 0 ? 0 : weights.transition[path[t - 1] * k + path[t]];
      }
      return score;
    }

    /** Of place {@code i = t * K + j}. */
    double marginal(int i) {
      return StrictMath.exp(forward[i] + backward[i] - logZ);
    }

    /**
     * Of {@code logZ - score(path)}.
     *
     * @param shared to add the parameters' to
     * @return the emissions', {@code [T][K]}
     */
    double[] gradient(int[] path, Gradient shared) {
      double[] gradient = new double[emissions.length];
      for (int t = 0; t < steps; t++) {
        for (int j = 0; j < k; j++) {
          int here = t * k + j;
          gradient[here] = marginal(here) - (path[t] == j ? 1 : 0);
          for (int i = 0; i < k && t > 0; i++) {
            double both =
                forward[here - j - k + i]
                    + weights.transition[i * k + j]
                    + emissions[here]
                    + backward[here];
            boolean taken = path[t - 1] == i && path[t] == j;
            shared.transition[i * k + j] += StrictMath.exp(both - logZ) - (taken ? 1 : 0);
          }
        }
      }
      for (int j = 0; j < k; j++) {
        shared.start[j] += gradient[j];
        shared.end[j] += gradient[(steps - 1) * k + j];
      }
      return gradient;
    }
  }
}
