package io.ciranda.sequence;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;

/** Makes vectors of names, letter by letter: {@link io.ciranda.nn.Spelling} at work. */
final class Speller implements AutoCloseable {
  private final Encoder encoder;
  private final Session session;
  private final int hidden; // H
  private float[] states = {}; // [letters][2H]

  Speller(Encoder encoder, Model spelling) {
    this.encoder = encoder;
    session = spelling.newSession();
    hidden = spelling.architecture().features() / 2;
  }

  /** Writes the vector of a name, {@code [2H]}, from {@code at} on. */
  void spell(String name, float[] x, int at) {
    int[] letters = encoder.spelling(name).chars().toArray();
    if (states.length < letters.length * 2 * hidden) {
      states = new float[letters.length * 2 * hidden];
    }
    session.run(letters, states, letters.length);
    System.arraycopy(states, (letters.length - 1) * 2 * hidden, x, at, hidden);
    System.arraycopy(states, hidden, x, at + hidden, hidden);
  }

  @Override
  public void close() {
    session.close();
  }
}
