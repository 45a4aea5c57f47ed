package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The adaptive softmax (Grave et al. 2017, "Efficient softmax approximation for GPUs", section 4):
 * frequent symbols stand in a head, rare ones in clusters of which the head knows only the whole. A
 * step forms the scores of the head and of those clusters that its targets are in, and a rarer
 * cluster sees the features through a narrower projection.
 *
 * <pre>
 * head = x W^T                                    [..][c + K]: c symbols, then K clusters
 * p(w) = softmax(head)[w]                                             where w stands in the head
 * p(w) = softmax(head)[c + k] softmax(x P(k)^T W(k)^T)[w - first(k)]  where w stands in cluster k
 * </pre>
 *
 * <p>Symbols must be numbered by frequency, the most frequent 0. The same as PyTorch's {@code
 * nn.AdaptiveLogSoftmaxWithLoss} with {@code div_value=4} and without {@code head_bias}, with its
 * parameter names after a prefix: {@code head.weight}, {@code tail.K.0.weight} (P), {@code
 * tail.K.1.weight} (W).
 *
 * @param head {@code [c + K][H]}
 * @param tails of the clusters, the most frequent first
 */
public record AdaptiveSoftmax(Parameter head, List<Tail> tails) {
  /** By how much the features of a cluster are narrower than those of the one before it. */
  private static final int NARROWER = 4;

  /**
   * The symbols of a cluster.
   *
   * @param projection {@code [d][H]}
   * @param weight {@code [symbols][d]}
   */
  public record Tail(Parameter projection, Parameter weight) {
    /** How many symbols stand in it. */
    public int symbols() {
      return weight.dim(0);
    }
  }

  /** Copies the list. */
  public AdaptiveSoftmax {
    tails = List.copyOf(tails);
  }

  /** The layer over parameters that {@link #declare} declared with the same prefix. */
  public AdaptiveSoftmax(Parameters parameters, int clusters, String prefix) {
    this(
        parameters.get(prefix + "head.weight"),
        IntStream.range(0, clusters)
            .mapToObj(
                k ->
                    new Tail(
                        parameters.get(prefix + "tail." + k + ".0.weight"),
                        parameters.get(prefix + "tail." + k + ".1.weight")))
            .toList());
  }

  /**
   * Declares the parameters, each uniform in ±1/sqrt(its inputs) as PyTorch does.
   *
   * @param features H
   * @param symbols V
   * @param cutoffs the first symbol of each cluster: ascending, in [1, V)
   * @throws IllegalArgumentException if there are no cutoffs, or they are not so
   */
  public static void declare(
      Parameters.Builder builder, int features, int symbols, List<Integer> cutoffs, String prefix) {
    requireAscending(cutoffs);
    if (cutoffs.getLast() >= symbols) {
      throw new IllegalArgumentException(
          "cutoffs: expected below the vocabulary of %d symbols, actual %s"
              .formatted(symbols, cutoffs));
    }
    int clusters = cutoffs.size();
    declare(builder, prefix + "head.weight", cutoffs.getFirst() + clusters, features);
    int width = features;
    for (int k = 0; k < clusters; k++) {
      width = Math.max(1, width / NARROWER);
      int end = k + 1 < clusters ? cutoffs.get(k + 1) : symbols;
      declare(builder, prefix + "tail." + k + ".0.weight", width, features);
      declare(builder, prefix + "tail." + k + ".1.weight", end - cutoffs.get(k), width);
    }
  }

  private static void declare(Parameters.Builder builder, String name, int rows, int columns) {
    builder.declare(name, Initializer.uniform(1 / Math.sqrt(columns)), rows, columns);
  }

  /**
   * Throws unless cutoffs rise from 1 or more.
   *
   * @throws IllegalArgumentException if they do not, or there are none
   */
  public static void requireAscending(List<Integer> cutoffs) {
    boolean ascending =
        IntStream.range(0, cutoffs.size())
            .allMatch(k -> cutoffs.get(k) > (k == 0 ? 0 : cutoffs.get(k - 1)));
    if (cutoffs.isEmpty() || !ascending) {
      throw new IllegalArgumentException(
          "cutoffs: expected one or more, ascending, from 1 on, actual " + cutoffs);
    }
  }

  /** c: the symbols of the head. */
  public int headSymbols() {
    return head.dim(0) - tails.size();
  }

  /** V. */
  public int symbols() {
    return headSymbols() + tails.stream().mapToInt(Tail::symbols).sum();
  }

  /**
   * Forward up to the loss. Beside the head, only clusters that a target is in are computed, and
   * these only for the steps with such a target.
   *
   * @param x {@code [..][H]}
   * @param targets {@code [..]}, each in {@code [0, V)}
   * @param scale the gradient of the loss with respect to one target's
   * @return the sum of {@code -log p(target)}, in nats
   * @throws IllegalArgumentException for a target out of range
   */
  public double loss(Tape tape, Variable x, IntTensor targets, float scale) {
    targets.requireRange("targets of the adaptive softmax", 0, symbols());
    int n = Math.toIntExact(targets.size());
    int inHead = headSymbols();
    IntTensor first = tape.workspace().ints(n);
    for (int i = 0; i < n; i++) {
      first.set(i, targets.get(i) < inHead ? targets.get(i) : inHead + cluster(targets.get(i)));
    }
    double loss = Ops.crossEntropy(tape, Ops.linear(tape, x, head, null), first, scale);
    int from = inHead;
    for (Tail tail : tails) {
      loss += loss(tape, tail, from, x, targets, scale);
      from += tail.symbols();
    }
    return loss;
  }

  private int cluster(int symbol) {
    int k = 0;
    for (int end = headSymbols() + tails.getFirst().symbols();
        symbol >= end;
        end += tails.get(k).symbols()) {
      k++;
    }
    return k;
  }

  /** Of those targets that stand in the cluster of symbols {@code from} on. */
  private static double loss(
      Tape tape, Tail tail, int from, Variable x, IntTensor targets, float scale) {
    int end = from + tail.symbols();
    int n = 0;
    for (int i = 0; i < targets.size(); i++) {
      n += targets.get(i) >= from && targets.get(i) < end ? 1 : 0;
    }
    if (n == 0) {
      return 0;
    }
    IntTensor rows = tape.workspace().ints(n);
    IntTensor second = tape.workspace().ints(n);
    int at = 0;
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i) >= from && targets.get(i) < end) {
        rows.set(at, i);
        second.set(at++, targets.get(i) - from);
      }
    }
    Variable features = Ops.linear(tape, Ops.rows(tape, x, rows), tail.projection, null);
    return Ops.crossEntropy(tape, Ops.linear(tape, features, tail.weight, null), second, scale);
  }

  /**
   * The weights as they are, to be packed: {@code head}, then projection and weight of each tail.
   */
  public List<Tensor> tensors() {
    var tensors = new ArrayList<Tensor>();
    tensors.add(head.value());
    for (Tail tail : tails) {
      tensors.add(tail.projection.value());
      tensors.add(tail.weight.value());
    }
    return tensors;
  }
}
