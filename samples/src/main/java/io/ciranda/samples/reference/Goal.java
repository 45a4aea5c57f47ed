package io.ciranda.samples.reference;

/**
 * What a run must come to.
 *
 * @param unit of the figure: {@code nats}, {@code bits}, {@code perplexity} or {@code bleu}, as
 *     below {@code test} in its results
 * @param bound what the figure is measured by
 * @param value null where the figure is only reported
 */
record Goal(String unit, Bound bound, Double value) {
  /** On which side of the value the figure must be. */
  enum Bound {
    AT_MOST("at most"),
    AT_LEAST("at least"),
    REPORTED("reported");

    private final String words;

    Bound(String words) {
      this.words = words;
    }
  }

  static Goal atMost(double value, String unit) {
    return new Goal(unit, Bound.AT_MOST, value);
  }

  static Goal atLeast(double value, String unit) {
    return new Goal(unit, Bound.AT_LEAST, value);
  }

  static Goal reported(String unit) {
    return new Goal(unit, Bound.REPORTED, null);
  }

  boolean isReachedBy(double figure) {
    return switch (bound) {
      case AT_MOST -> figure <= value;
      case AT_LEAST -> figure >= value;
      case REPORTED -> true;
    };
  }

  @Override
  public String toString() {
    return value == null
        ? "%s %s".formatted(unit, bound.words)
        : "%s %s %s".formatted(bound.words, value, unit);
  }
}
