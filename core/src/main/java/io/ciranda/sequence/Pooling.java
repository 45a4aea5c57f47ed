package io.ciranda.sequence;

/** How the outputs of all steps become one answer for a sequence. */
public enum Pooling {
  /** That of the last step: what the network has kept of all before. */
  LAST,
  /** The mean over all steps. */
  MEAN
}
