package io.ciranda.translation;

import io.ciranda.infer.Sampling;

/**
 * How targets are searched for. Word by word there is an output for each symbol of the source,
 * {@code </s>} included: a target ends with the last of them, or before at a limit of these
 * options.
 *
 * @param beam hypotheses that are followed at once; 1 for the greedy choice at each step, which it
 *     always is word by word: there no symbol hangs on the one before
 * @param lengthPenalty alpha: finished hypotheses are compared by {@code log p / length^alpha}, the
 *     length counting {@code </s>} (Wu et al. 2016, equation 14, without its constants); 0 for none
 * @param maxLength symbols of a target at most, {@code </s>} included
 * @param lengthFactor symbols of a target at most for each symbol of its source, {@code </s>}
 *     included on both sides
 * @param sampling how a symbol is chosen; other than greedy only with a beam of 1
 * @param seed of the sampling
 * @param unknown what is done about symbols that the target codec does not know
 */
public record Decoding(
    int beam,
    double lengthPenalty,
    int maxLength,
    double lengthFactor,
    Sampling sampling,
    long seed,
    Unknown unknown) {

  /** What is done where the likeliest symbol is {@code <unk>}. */
  public enum Unknown {
    /** It is written. */
    WRITE,
    /**
     * It becomes the source symbol that was looked at most (Luong, Sutskever et al. 2015; Jean et
     * al. 2015); without attention it is written.
     */
    COPY,
    /** The next likeliest is taken. */
    AVOID
  }

  /** Checks the ranges. */
  public Decoding {
    if (beam < 1) {
      throw new IllegalArgumentException("beam: expected at least 1, actual " + beam);
    }
    if (!(lengthPenalty >= 0 && lengthPenalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "length penalty: expected 0 or more, actual " + lengthPenalty);
    }
    if (maxLength < 1) {
      throw new IllegalArgumentException(
          "maximum length: expected at least 1, actual " + maxLength);
    }
    if (!(lengthFactor > 0)) {
      throw new IllegalArgumentException("length factor: expected above 0, actual " + lengthFactor);
    }
    if (beam > 1 && sampling.temperature() > 0) {
      throw new IllegalArgumentException(
          "sampling: expected a beam of 1, actual %d".formatted(beam));
    }
  }

  /** Symbols of a target at most for each symbol of its source, unless said otherwise. */
  public static final double USUAL_FACTOR = 3;

  /** The most symbols of a target. */
  int limit(int sourceLength) {
    return Math.clamp((long) Math.ceil(lengthFactor * sourceLength), 1, maxLength);
  }

  /** The likeliest symbol at each step. */
  public static Decoding greedy(int maxLength) {
    return ofBeam(1, maxLength);
  }

  /** The best of a beam, by mean log probability. */
  public static Decoding ofBeam(int beam, int maxLength) {
    return new Decoding(beam, 1, maxLength, USUAL_FACTOR, Sampling.greedy(), 0, Unknown.COPY);
  }
}
