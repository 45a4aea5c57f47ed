package io.ciranda.train;

/** What is done to a gradient that is too large (Pascanu et al. 2013). */
public sealed interface Clipping {
  /** Nothing. */
  record None() implements Clipping {}

  /** The whole gradient is scaled down to the Euclidean norm {@code max} if it is longer. */
  record ByNorm(double max) implements Clipping {
    /** Checks the bound. */
    public ByNorm {
      requirePositive(max);
    }
  }

  /** Every element is cut to {@code [-limit, limit]}. */
  record ByValue(double limit) implements Clipping {
    /** Checks the bound. */
    public ByValue {
      requirePositive(limit);
    }
  }

  private static void requirePositive(double bound) {
    if (!(bound > 0)) {
      throw new IllegalArgumentException("clip: expected a bound above 0, actual " + bound);
    }
  }
}
