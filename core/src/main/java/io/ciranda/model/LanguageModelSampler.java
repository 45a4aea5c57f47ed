package io.ciranda.model;

import io.ciranda.autograd.Tape;
import io.ciranda.infer.Sampling;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.CarriedState;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/** Writes with a language model, symbol by symbol. */
public final class LanguageModelSampler implements AutoCloseable {
  private final LanguageModel model;
  private final Workspace workspace = new Workspace("sampling");
  private final Tape tape;
  private final CarriedState state;

  /** A writer at the beginning of a text. */
  public LanguageModelSampler(LanguageModel model) {
    this.model = model;
    tape = Tape.inference(model.backend(), workspace);
    state = model.newState(1);
  }

  /**
   * Reads a prompt, then writes.
   *
   * @param prompt at least one symbol
   * @param length how many symbols to write
   * @param sampling how to choose the next symbol
   * @param random the source of chance
   * @param consumer is given each symbol as it is written
   */
  public void write(
      int[] prompt, int length, Sampling sampling, RandomGenerator random, IntConsumer consumer) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("expected a prompt of at least one symbol, actual none");
    }
    model.refresh(0, 1);
    float[] logits = null;
    for (int id : prompt) {
      logits = step(id);
    }
    for (int i = 0; i < length; i++) {
      int next = sampling.choose(logits, random);
      consumer.accept(next);
      logits = step(next);
    }
  }

  private float[] step(int id) {
    tape.begin(0);
    IntTensor x = workspace.ints(1, 1);
    x.set(0, id);
    Tensor logits = model.logits(tape, x, state).value();
    return logits.toArray();
  }

  @Override
  public void close() {
    state.close();
    workspace.close();
  }
}
