package io.ciranda.translation;

import java.util.List;

/**
 * A translated sentence.
 *
 * @param text the target
 * @param source the symbols that were read, {@code </s>} included
 * @param target the symbols that were written, {@code </s>} included if it was
 * @param logProbability of the target, in nats
 * @param isComplete whether {@code </s>} ended it; else the maximum length did
 * @param attention {@code [T][S]}, rows for {@code target}, columns for {@code source}; empty
 *     without attention
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Translation(
    String text,
    List<String> source,
    List<String> target,
    double logProbability,
    boolean isComplete,
    float[][] attention) {

  /** What becomes of an empty sentence. */
  static final Translation EMPTY =
      new Translation("", List.of(), List.of(), 0, true, new float[0][]);
}
