package io.ciranda.samples.text;

/**
 * A text cut into contiguous parts: the model learns from {@code train}, settings are chosen on
 * {@code valid}, and {@code test} is looked at once.
 *
 * @param test may be empty
 */
public record Split(String train, String valid, String test) {

  /**
   * How to cut a text; what both leave over is the test part.
   *
   * @param train fraction to learn from
   * @param valid fraction to validate on
   */
  public record Fractions(double train, double valid) {
    /**
     * Throws IllegalArgumentException where one is not positive, or both are more than 1 in sum.
     */
    public Fractions {
      if (!(train > 0 && valid > 0 && train + valid <= 1 + 1e-9)) {
        throw new IllegalArgumentException(
            "expected positive fractions with a sum of at most 1, actual %s and %s"
                .formatted(train, valid));
      }
    }
  }

  /** Cuts {@code text} by fractions of its length. A surrogate pair is never cut. */
  public static Split of(String text, Fractions fractions) {
    int first = cut(text, fractions.train);
    int second = cut(text, fractions.train + fractions.valid);
    return new Split(
        text.substring(0, first), text.substring(first, second), text.substring(second));
  }

  private static int cut(String text, double fraction) {
    int at = Math.min(text.length(), (int) Math.round(text.length() * fraction));
    boolean insidePair =
        at > 0
            && at < text.length()
            && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
    return insidePair ? at + 1 : at;
  }
}
