package io.ciranda.model;

import io.ciranda.infer.Model;
import io.ciranda.infer.Sampling;
import io.ciranda.infer.Session;
import io.ciranda.kernel.Precision;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/** Writes with a language model, symbol by symbol. */
public final class LanguageModelSampler implements AutoCloseable {
  private final Model model;
  private final Session session;
  private final float[] logits;

  /** A writer at the beginning of a text, with the model as it is now. */
  public LanguageModelSampler(LanguageModel model) {
    this.model = model.pack(Precision.F32);
    session = this.model.newSession();
    logits = new float[model.vocabulary().size()];
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
    for (int id : prompt) {
      session.step(id, logits);
    }
    for (int i = 0; i < length; i++) {
      int next = sampling.choose(logits, random);
      consumer.accept(next);
      session.step(next, logits);
    }
  }

  @Override
  public void close() {
    session.close();
    model.close();
  }
}
