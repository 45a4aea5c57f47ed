package io.ciranda.samples.text;

/**
 * A text cut into contiguous parts: the model learns from {@code train}, settings are chosen on
 * {@code valid}, and {@code test} is looked at once.
 *
 * @param test may be empty
 */
public record Split(String train, String valid, String test) {

  /**
   * Cuts {@code text} by fractions of its length; what they leave over is the test part. A
   * surrogate pair is never cut.
   *
   * @throws IllegalArgumentException where a fraction is not positive, or both are more than 1 in
   *     sum
   */
  public static Split of(String text, double train, double valid) {
    if (!(train > 0 && valid > 0 && train + valid <= 1 + 1e-9)) {
      throw new IllegalArgumentException(
          "expected positive fractions with a sum of at most 1, got train %s, valid %s"
              .formatted(train, valid));
    }
    int first = cut(text, train);
    int second = cut(text, train + valid);
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
