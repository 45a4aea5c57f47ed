package io.ciranda.model;

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
    long weights =
        (long) vocabulary * (config.embedding() + (config.tied() ? 0 : config.hidden()) + 1L)
            + gates * (config.embedding() + (config.layers() - 1L) * config.hidden())
            + recurrent
            + 2 * gates * config.layers();
    // Packed for the way forward and back; with dropout what survives, its gradient in each thread.
    int recurrentCopies = training.weightDropout() == 0 ? 2 : 3 + training.threads();
    int averages = training.average() == 0 ? 0 : 1;
    long symbol =
        vocabulary
            + config.embedding()
            + config.layers() * (gates + (long) VALUES_PER_UNIT * config.hidden());
    long window = (long) training.batch() * training.steps() * symbol;
    return new MemoryEstimate(
        Float.BYTES * (weights * (1 + averages) + recurrent * (recurrentCopies + 2 * averages)),
        Float.BYTES * weights * (training.rule().states() + training.threads()),
        Float.BYTES * (long) (SLACK * window));
  }

  /** All together. */
  public long bytes() {
    return weightBytes + optimizerBytes + activationBytes;
  }
}
