package io.ciranda.samples.lm;

import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;

/** How much memory a training takes off the heap, before it is taken. */
final class MemoryEstimate {
  private static final int FLOAT_BYTES = 4;

  /**
   * Of each hidden unit and step beside the gates: h, c, tanh(c), y, and the gradients of h and y.
   */
  private static final int VALUES_PER_UNIT = 6;

  /** Workspaces grow by doubling: a part of the last chunk stays empty. */
  private static final double SLACK = 1.5;

  private MemoryEstimate() {}

  /**
   * Bytes, give or take a half: weights and their average, optimiser state, gradients of each
   * thread, packed recurrent weights, and what a window of T steps by B lanes keeps for its
   * backward pass.
   */
  static long bytes(LanguageModel model, LanguageModelTrainer.Config training) {
    LanguageModel.Config config = model.config();
    long gates = (long) config.cell().gates() * config.hidden();
    // Packed for the way forward and back; with dropout what survives, its gradient in each thread.
    int recurrentCopies = training.weightDropout() == 0 ? 2 : 3 + training.threads();
    int averages = training.average() == 0 ? 0 : 1;
    long weights =
        model.parameters().count() * (1 + averages + training.rule().states() + training.threads())
            + gates * config.hidden() * config.layers() * (recurrentCopies + 2 * averages);
    long symbol =
        model.vocabulary().size()
            + config.embedding()
            + config.layers() * (gates + (long) VALUES_PER_UNIT * config.hidden());
    long window = (long) training.batch() * training.steps() * symbol;
    return FLOAT_BYTES * (weights + (long) (SLACK * window));
  }
}
