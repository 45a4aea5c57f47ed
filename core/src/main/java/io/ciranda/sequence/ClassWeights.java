package io.ciranda.sequence;

/** How much an example of each label counts in training. */
public enum ClassWeights {
  /** 1. */
  NONE,
  /**
   * {@code n / (C * n_c)}, for n examples, C labels, and n_c examples of label c: all labels
   * together count the same.
   */
  BALANCED
}
