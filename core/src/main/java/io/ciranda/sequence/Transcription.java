package io.ciranda.sequence;

import java.util.List;

/**
 * What a {@link SequenceTranscriber} makes of a sequence.
 *
 * @param labels in order
 * @param steps what the network says of each step: a label, or {@link SequenceTranscriber#BLANK}
 */
public record Transcription(List<String> labels, List<LabelPrediction> steps) {
  /** Copies the lists. */
  public Transcription {
    labels = List.copyOf(labels);
    steps = List.copyOf(steps);
  }

  @Override
  public String toString() {
    return String.join(" ", labels);
  }
}
