package io.ciranda.sequence;

import io.ciranda.infer.Session;
import java.util.Arrays;

/**
 * Steps of sequences side by side, as the network reads them: the same for streams and whole
 * sequences. For one thread.
 */
final class StepBuffer implements AutoCloseable {
  /** The longest array that every JVM makes. */
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  private final SequenceModel model;
  private final Encoder encoder;
  private final Speller speller; // or null
  private final int rows; // B
  private final int input; // I, or 1 where the network reads tokens
  private final int most; // steps that arrays have room for
  private int capacity; // T
  private float[] x = {}; // [T][B][I], where the network does not read tokens
  private int[] ids = {}; // [T][B], where it does

  /** Room for {@code steps} steps of {@code rows} sequences. */
  StepBuffer(SequenceModel model, int rows, int steps) {
    this.model = model;
    encoder = model.encoder();
    speller = model.newSpeller();
    this.rows = rows;
    input = model.readsTokens() ? 1 : model.input();
    most = MOST_ELEMENTS / (rows * Math.max(input, model.targets().outputs()));
    resize(steps);
  }

  /** Makes room for that many steps, and more, so that growing step by step takes O(T). */
  void reserve(int steps) {
    if (steps > capacity) {
      resize(Math.max(steps, (int) Math.min(2L * capacity, most)));
    }
  }

  private void resize(int steps) {
    if (steps > most) {
      throw new IllegalArgumentException(
          "a whole sequence: expected at most %,d steps, actual %,d".formatted(most, steps));
    }
    if (model.readsTokens()) {
      ids = Arrays.copyOf(ids, steps * rows);
    } else {
      x = Arrays.copyOf(x, steps * rows * input);
    }
    capacity = steps;
  }

  /**
   * Sets step {@code t} of sequence {@code b} to step {@code from} of what is given.
   *
   * @param numbers {@code [..][N]}
   * @param symbols their rows, {@code [..][K]}
   * @param spelled the name that is read letter by letter; null where none is
   */
  void set(int t, int b, float[] numbers, int[] symbols, int from, String spelled) {
    if (model.readsTokens()) {
      ids[t * rows + b] = symbols[from];
      return;
    }
    int at = (t * rows + b) * input;
    encoder.encode(numbers, from * encoder.numbers(), x, at);
    at += encoder.features();
    int columns = encoder.tables().size();
    for (int k = 0; k < columns; k++) {
      if (k == encoder.spelled()) {
        speller.spell(spelled, x, at);
      } else {
        model.embed(k, symbols[from * columns + k], x, at);
      }
      at += model.network().sizes().width(k);
    }
  }

  /** One step of the only stream, of the first step here; {@code y [O]}. */
  void step(Session session, float[] y) {
    if (model.readsTokens()) {
      session.step(ids[0], y);
    } else {
      session.step(x, y);
    }
  }

  /** The network's outputs of the first {@code steps} steps, {@code [T][B][O]}. */
  float[] run(Session session, int steps) {
    float[] y = new float[steps * rows * model.targets().outputs()];
    if (model.readsTokens()) {
      session.run(ids, y, steps);
    } else {
      session.run(x, y, steps);
    }
    return y;
  }

  @Override
  public void close() {
    if (speller != null) {
      speller.close();
    }
  }
}
