package io.ciranda.model;

import java.util.List;

/**
 * How much memory a training of a language model takes off the heap, before it is taken: bytes,
 * give or take a half.
 *
 * @param weightBytes the weights, their average, and their packed forms
 * @param optimizerBytes the optimiser's state, and gradients for each thread
 * @param activationBytes what a window of T steps by B lanes leaves for the way back
 */
public record MemoryEstimate(long weightBytes, long optimizerBytes, long activationBytes) {
  /**
   * Of each hidden unit and step beside the gates: h, c, tanh(c), y, and the gradients of h and y.
   */
  private static final int VALUES_PER_UNIT = 6;

  /** Workspaces grow by doubling: a part of the last chunk stays empty. */
  private static final double SLACK = 1.5;

  /** That of a model of {@code vocabulary} symbols. */
  public static MemoryEstimate of(
      LanguageModel.Config config, int vocabulary, LanguageModelTrainer.Config training) {
    long gates = (long) config.cell().gates() * config.hidden();
    long recurrent = gates * config.hidden() * config.layers();
    long weights = LanguageModel.declare(config, vocabulary).count();
    // Packed for the way forward and back; with dropout what survives, its gradient in each thread.
    int recurrentCopies = training.weightDropout() == 0 ? 2 : 3 + training.threads();
    int averages = training.average() == 0 ? 0 : 1;
    long symbol =
        scores(config.cutoffs(), vocabulary)
            + config.embedding()
            + config.layers() * (gates + (long) VALUES_PER_UNIT * config.hidden());
    long window = (long) training.batch() * training.steps() * symbol;
    return new MemoryEstimate(
        Float.BYTES * (weights * (1 + averages) + recurrent * (recurrentCopies + 2 * averages)),
        Float.BYTES * weights * (training.rule().states() + training.threads()),
        Float.BYTES * (long) (SLACK * window));
  }

  /**
   * The scores that a step forms: of an adaptive softmax all of the head, but of a cluster only in
   * the steps whose symbol is in it, which by Zipf's law are ln(end / first) / ln(V) of all.
   */
  private static long scores(List<Integer> cutoffs, int vocabulary) {
    if (cutoffs.isEmpty()) {
      return vocabulary;
    }
    double scores = cutoffs.getFirst() + cutoffs.size();
    for (int k = 0; k < cutoffs.size(); k++) {
      double first = cutoffs.get(k);
      double end = k + 1 < cutoffs.size() ? cutoffs.get(k + 1) : vocabulary;
      scores += (end - first) * Math.log(end / first) / Math.log(vocabulary);
    }
    return (long) scores;
  }

  /** All together. */
  public long bytes() {
    return weightBytes + optimizerBytes + activationBytes;
  }
}
