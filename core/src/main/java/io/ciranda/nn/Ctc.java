package io.ciranda.nn;

import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Connectionist temporal classification (Graves et al. 2006): labels are wanted in their order, and
 * nobody says at which steps. A path has one of V outputs at each step, a label or the blank. It
 * stands for the labels that are left when outputs that repeat the one before are dropped, then
 * blanks: {@code aa-ab} for {@code aab}.
 *
 * <pre>
 * p(path) = product over t of softmax(logits(t))[path(t)]
 * p(labels) = sum over all paths that stand for the labels of p(path)
 * </pre>
 *
 * <p>The sums are formed by forward and backward recursions over logarithms, in double precision.
 *
 * @param blank the output that stands for no label, from 0
 */
public record Ctc(int blank) {
  /** Checks the range. */
  public Ctc {
    if (blank < 0) {
      throw new IllegalArgumentException("blank: expected 0 or more, actual " + blank);
    }
  }

  // ---- training ----

  /**
   * The negative log-likelihood of labels. It ends the forward pass of the logits. Its gradient is
   * {@code softmax(logits(t)) - p(output at t | labels)}.
   *
   * @param logits {@code [T][B][V]}
   * @param lengths {@code [B]}, each in [1, T], or null if all sequences have T steps
   * @param targets B of them, of any length, none included: labels in {@code [0, V)} but the blank
   * @param scale the gradient of the loss with respect to that of one sequence
   * @return the sum over all sequences of {@code -log p(labels)}, in nats
   * @throws IllegalArgumentException if a shape, a label or a length is another, or a sequence has
   *     fewer steps than {@link #leastSteps}: PyTorch's loss is infinite there
   */
  public double loss(
      Tape tape, Variable logits, IntTensor lengths, List<int[]> targets, float scale) {
    Tensor x = logits.value();
    int steps = x.dim(0);
    int batch = targets.size();
    int outputs = x.dim(x.rank() - 1);
    x.requireShape("logits of CTC", steps, batch, outputs);
    requireBlank(outputs);
    if (lengths != null) {
      lengths.requireShape("lengths", batch).requireRange("lengths", 1, steps + 1);
    }
    Tensor dx = tape.isTraining() ? tape.workspace().zeros(x.shape()) : null;
    double loss = 0;
    for (int b = 0; b < batch; b++) {
      int length = lengths == null ? steps : lengths.get(b);
      require(targets.get(b), length, outputs, b);
      float[] own = new float[length * outputs];
      for (int i = 0; i < own.length; i++) {
        own[i] = Memory.get(x.address(i / outputs), (long) b * outputs + i % outputs);
      }
      var lattice = new Lattice(logSoftmax(own, outputs), outputs, targets.get(b));
      loss -= lattice.logP;
      if (tape.isTraining()) {
        double[] gradient = lattice.gradient();
        for (int i = 0; i < gradient.length; i++) {
          float value = (float) (scale * gradient[i]);
          Memory.set(dx.address(i / outputs), (long) b * outputs + i % outputs, value);
        }
      }
    }
    tape.record(
        () -> {
          if (logits.needsGradient()) {
            tape.kernels().add(logits.gradient().address(), dx.address(), dx.size());
          }
        });
    return loss;
  }

  /** The fewest steps of a path for labels: one for each, and a blank between two equal ones. */
  public static int leastSteps(int[] labels) {
    int steps = labels.length;
    for (int i = 1; i < labels.length; i++) {
      steps += labels[i] == labels[i - 1] ? 1 : 0;
    }
    return steps;
  }

  private void require(int[] target, int length, int outputs, int b) {
    for (int label : target) {
      if (label < 0 || label >= outputs || label == blank) {
        throw new IllegalArgumentException(
            "target %d of CTC: expected labels in [0, %d) but the blank %d, actual %d"
                .formatted(b, outputs, blank, label));
      }
    }
    if (leastSteps(target) > length) {
      throw new IllegalArgumentException(
          "target %d of CTC: expected at least %d steps for its %d labels, a blank between equal ones, actual %d"
              .formatted(b, leastSteps(target), target.length, length));
    }
  }

  private void requireBlank(int outputs) {
    if (blank >= outputs) {
      throw new IllegalArgumentException(
          "outputs of CTC: expected more than the blank's number %d, actual %d"
              .formatted(blank, outputs));
    }
  }

  /** All paths that stand for some labels: states are these with blanks around them. */
  private final class Lattice {
    private final double[] logs; // [T][V]
    private final int outputs; // V
    private final int steps; // T
    private final int[] output; // [S], S = 2U + 1: blank, label, blank, .. blank
    private final double[][] forward; // [T][S], the step's own output included
    private final double logP;

    Lattice(double[] logs, int outputs, int[] labels) {
      this.logs = logs;
      this.outputs = outputs;
      steps = logs.length / outputs;
      output = new int[2 * labels.length + 1];
      Arrays.setAll(output, s -> s % 2 == 0 ? blank : labels[s / 2]);
      forward = new double[steps][output.length];
      for (int s = 0; s < output.length; s++) {
        forward[0][s] = s < 2 ? log(0, s) : Double.NEGATIVE_INFINITY;
      }
      for (int t = 1; t < steps; t++) {
        double[] before = forward[t - 1];
        for (int s = 0; s < output.length; s++) {
          double both = s > 0 ? logSum(before[s], before[s - 1]) : before[s];
          forward[t][s] = log(t, s) + (isSkip(s) ? logSum(both, before[s - 2]) : both);
        }
      }
      double[] last = forward[steps - 1];
      int end = output.length - 1;
      logP = end > 0 ? logSum(last[end], last[end - 1]) : last[end];
    }

    private double log(int t, int s) {
      return logs[t * outputs + output[s]];
    }

    /** Whether a path may come to state s without the blank before it. */
    private boolean isSkip(int s) {
      return s > 1 && output[s] != blank && output[s] != output[s - 2];
    }

    /** {@code [T][V]}, of {@code -logP} with respect to the logits. */
    double[] gradient() {
      double[] gradient = new double[logs.length];
      Arrays.setAll(gradient, i -> StrictMath.exp(logs[i]));
      double[] backward = new double[output.length]; // the step's own output not included
      Arrays.fill(backward, Double.NEGATIVE_INFINITY);
      for (int s = Math.max(0, output.length - 2); s < output.length; s++) {
        backward[s] = 0;
      }
      for (int t = steps - 1; t >= 0; t--) {
        for (int s = 0; s < output.length; s++) {
          gradient[t * outputs + output[s]] -= StrictMath.exp(forward[t][s] + backward[s] - logP);
        }
        for (int s = 0; s < output.length; s++) {
          backward[s] += log(t, s);
        }
        // Rising: what a state comes to lies beyond it and is not yet overwritten.
        for (int s = 0; s + 1 < output.length; s++) {
          backward[s] = logSum(backward[s], backward[s + 1]);
          if (s + 2 < output.length && isSkip(s + 2)) {
            backward[s] = logSum(backward[s], backward[s + 2]);
          }
        }
      }
      return gradient;
    }
  }

  // ---- use ----

  /**
   * Labels of one sequence and how likely they are.
   *
   * @param logProbability in nats
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Hypothesis(int[] labels, double logProbability) {}

  /**
   * The labels of the likeliest path, which is mostly, not always, one of the likeliest labels.
   *
   * @param logits {@code [T][V]}, row-major
   * @param outputs V
   * @throws IllegalArgumentException if there is not a whole number of steps
   */
  public int[] decode(float[] logits, int outputs) {
    requireSteps(logits, outputs);
    int[] labels = new int[logits.length / outputs];
    int n = 0;
    int before = blank;
    for (int from = 0; from < logits.length; from += outputs) {
      int best = 0;
      for (int k = 1; k < outputs; k++) {
        best = logits[from + k] > logits[from + best] ? k : best;
      }
      if (best != blank && best != before) {
        labels[n++] = best;
      }
      before = best;
    }
    return Arrays.copyOf(labels, n);
  }

  /**
   * The likeliest labels, all of their paths counted, by a search over prefixes (Graves et al.
   * 2006, section 3.2, with a beam as in Hannun et al. 2014): after each step so many prefixes
   * stay. A probability lacks the paths that were dropped on the way; where none were, it is exact.
   *
   * @param logits {@code [T][V]}, row-major
   * @param outputs V
   * @param beam prefixes that are kept
   * @return as many hypotheses at most, the likeliest first
   * @throws IllegalArgumentException if there is not a whole number of steps, or no beam
   */
  public List<Hypothesis> search(float[] logits, int outputs, int beam) {
    requireSteps(logits, outputs);
    if (beam < 1) {
      throw new IllegalArgumentException("beam: expected at least 1, actual " + beam);
    }
    double[] logs = logSoftmax(logits, outputs);
    List<Prefix> kept = List.of(new Prefix(null, blank));
    kept.getFirst().blank = 0;
    for (int from = 0; from < logs.length; from += outputs) {
      var reached = new ArrayList<Prefix>();
      for (Prefix prefix : kept) {
        for (int k = 0; k < outputs; k++) {
          extend(prefix, k, logs[from + k], reached);
        }
      }
      // Stable: equal ones stay in the order of their prefix, then of their label.
      reached.sort(Comparator.comparingDouble(Prefix::next).reversed());
      reached.subList(Math.min(beam, reached.size()), reached.size()).forEach(Prefix::drop);
      kept = reached.subList(0, Math.min(beam, reached.size()));
      kept.forEach(Prefix::advance);
    }
    return kept.stream().map(p -> new Hypothesis(p.labels(), p.total())).toList();
  }

  /** Follows the paths of a prefix by output k. */
  private void extend(Prefix prefix, int k, double log, List<Prefix> reached) {
    if (k == blank) {
      prefix.reach(reached).nextBlank = logSum(prefix.nextBlank, prefix.total() + log);
      return;
    }
    double paths = prefix.total();
    if (k == prefix.last) {
      prefix.reach(reached).nextLabel = logSum(prefix.nextLabel, prefix.label + log);
      paths = prefix.blank; // only after a blank is it a label of its own
    }
    if (paths > Double.NEGATIVE_INFINITY) {
      Prefix longer = prefix.longer.computeIfAbsent(k, label -> new Prefix(prefix, label));
      longer.reach(reached).nextLabel = logSum(longer.nextLabel, paths + log);
    }
  }

  /** Labels, and the sums of their paths so far: logarithms, of what ends in a blank or not. */
  private static final class Prefix {
    private final Prefix before;
    private final int last; // label; the blank where there is none
    private final Map<Integer, Prefix> longer = new HashMap<>(); // by one label
    private double blank = Double.NEGATIVE_INFINITY;
    private double label = Double.NEGATIVE_INFINITY;
    private double nextBlank = Double.NEGATIVE_INFINITY;
    private double nextLabel = Double.NEGATIVE_INFINITY;
    private boolean isReached;

    Prefix(Prefix before, int last) {
      this.before = before;
      this.last = last;
    }

    double total() {
      return logSum(blank, label);
    }

    Prefix reach(List<Prefix> reached) {
      if (!isReached) {
        isReached = true;
        reached.add(this);
      }
      return this;
    }

    double next() {
      return logSum(nextBlank, nextLabel);
    }

    /** Forgets its paths, and itself where no other prefix begins with it. */
    void drop() {
      nextBlank = Double.NEGATIVE_INFINITY;
      nextLabel = Double.NEGATIVE_INFINITY;
      advance();
      // The same of those dropped before, which had only stayed for this one's sake.
      Prefix p = this;
      while (p.before != null && !p.isReached && p.longer.isEmpty()) {
        p.before.longer.remove(p.last);
        p = p.before;
      }
    }

    void advance() {
      blank = nextBlank;
      label = nextLabel;
      nextBlank = Double.NEGATIVE_INFINITY;
      nextLabel = Double.NEGATIVE_INFINITY;
      isReached = false;
    }

    int[] labels() {
      var labels = new ArrayList<Integer>();
      for (Prefix p = this; p.before != null; p = p.before) {
        labels.addFirst(p.last);
      }
      return labels.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private void requireSteps(float[] logits, int outputs) {
    requireBlank(outputs);
    if (logits.length % outputs != 0) {
      throw new IllegalArgumentException(
          "logits of CTC: expected a multiple of %d outputs, actual %d"
              .formatted(outputs, logits.length));
    }
  }

  private static double[] logSoftmax(float[] logits, int outputs) {
    double[] logs = new double[logits.length];
    for (int from = 0; from < logits.length; from += outputs) {
      double most = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < outputs; k++) {
        most = Math.max(most, logits[from + k]);
      }
      double sum = 0;
      for (int k = 0; k < outputs; k++) {
        sum += StrictMath.exp(logits[from + k] - most);
      }
      for (int k = 0; k < outputs; k++) {
        logs[from + k] = logits[from + k] - most - StrictMath.log(sum);
      }
    }
    return logs;
  }

  /** {@code log(exp(a) + exp(b))}; {@link StrictMath} has the same bits, compiled or not. */
  private static double logSum(double a, double b) {
    double most = Math.max(a, b);
    return most == Double.NEGATIVE_INFINITY
        ? most
        : most + StrictMath.log1p(StrictMath.exp(Math.min(a, b) - most));
  }
}
