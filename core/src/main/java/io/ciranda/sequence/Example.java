package io.ciranda.sequence;

import java.util.Objects;

/**
 * A sequence and what a model should make of it.
 *
 * @param sequence the input
 * @param target a label, a label for each step, labels in order, or numbers
 * @param <T> {@code String} for a {@link SequenceClassifier}, {@code List<String>} for a {@link
 *     SequenceTagger} or {@link SequenceTranscriber}, {@code float[]} for a {@link
 *     SequenceForecaster}
 */
public record Example<T>(Sequence sequence, T target) {
  /** Refuses null. */
  public Example {
    Objects.requireNonNull(sequence, "sequence");
    Objects.requireNonNull(target, "target");
  }
}
