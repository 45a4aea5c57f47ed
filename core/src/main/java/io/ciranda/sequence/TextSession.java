package io.ciranda.sequence;

import io.ciranda.infer.Model;
import io.ciranda.infer.Sampling;
import io.ciranda.infer.Session;
import io.ciranda.text.Vocabulary;
import java.util.random.RandomGenerator;

/**
 * One text, read symbol by symbol: after each, how likely every symbol is to come next. A step
 * allocates nothing once it is compiled. For one thread at a time; any number of sessions may share
 * a model, and go on when it is closed.
 */
public final class TextSession implements AutoCloseable {
  private final Vocabulary vocabulary;
  private final Session session;
  private final float[] logits; // [V]
  private final float[] probabilities; // [V]
  private int best = -1;

  TextSession(Model packed, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    session = packed.newSession();
    logits = new float[vocabulary.size()];
    probabilities = new float[vocabulary.size()];
  }

  /**
   * Reads a symbol: a character, a word, or {@link Vocabulary#END} for the end of a line of words.
   *
   * @throws IllegalArgumentException if the model knows neither it nor {@link Vocabulary#UNKNOWN};
   *     the state is then unchanged
   */
  public void step(String symbol) {
    int id = vocabulary.idOrUnknown(symbol);
    if (id < 0) {
      throw new IllegalArgumentException(
          "symbol: expected one of the model's vocabulary of %d, actual '%s'"
              .formatted(vocabulary.size(), symbol));
    }
    step(id);
  }

  private void step(int id) {
    session.step(id, logits);
    best = Scores.softmax(logits, 0, probabilities);
  }

  /**
   * Reads the next piece of the text, of whole symbols; where those are words, a line ends where
   * the piece has a line break.
   *
   * @return how many symbols it had
   * @throws IllegalArgumentException if it has characters that the model does not know; the state
   *     is then unchanged
   */
  public int read(String text) {
    Vocabulary.Encoded encoded = vocabulary.encodePrompt(text);
    if (encoded.unknownCount() > 0 && !encoded.replaced()) {
      throw new IllegalArgumentException(
          "text: the model's vocabulary of %d has no '%s'"
              .formatted(vocabulary.size(), String.join("', '", encoded.unknown().keySet())));
    }
    for (int id : encoded.ids()) {
      step(id);
    }
    return encoded.ids().length;
  }

  /**
   * The likeliest symbol to come.
   *
   * @throws IllegalStateException before the first symbol
   */
  public String symbol() {
    return vocabulary.symbol(requireStep());
  }

  /**
   * The probability that the symbol with this id comes next.
   *
   * @throws IllegalStateException before the first symbol
   */
  public float probability(int id) {
    requireStep();
    return probabilities[id];
  }

  /** All that is known of the next symbol, as a copy; allocates, unlike the others. */
  public LabelPrediction prediction() {
    int likeliest = requireStep();
    return new LabelPrediction(vocabulary.symbols(), probabilities.clone(), likeliest);
  }

  /**
   * A symbol drawn from those that may come next. It is not read: that is the caller's next {@link
   * #step}. Allocates.
   *
   * @throws IllegalStateException before the first symbol
   */
  public String draw(Sampling sampling, RandomGenerator random) {
    requireStep();
    return vocabulary.symbol(sampling.choose(logits, random));
  }

  private int requireStep() {
    if (best < 0) {
      throw new IllegalStateException("there is no answer before the first symbol");
    }
    return best;
  }

  /** Goes back to the start of a text. */
  public void reset() {
    session.reset();
    best = -1;
  }

  /** Gives the session's memory back. Closing twice is harmless. */
  @Override
  public void close() {
    session.close();
  }
}
