package io.ciranda.sequence;

import io.ciranda.text.EditDistance;
import java.util.List;
import java.util.Locale;

/** How well sequences were transcribed, by the edits from what was given to what was wanted. */
public final class TranscriptionMetrics {
  private long total;
  private long right;
  private long labels;
  private long edits;

  /** Before the first sequence. */
  public TranscriptionMetrics() {}

  /** Counts one more sequence. */
  public void add(List<String> wanted, List<String> given) {
    int distance = EditDistance.of(given, wanted);
    total++;
    right += distance == 0 ? 1 : 0;
    labels += wanted.size();
    edits += distance;
  }

  /** How many sequences there were. */
  public long total() {
    return total;
  }

  /** How many labels were wanted. */
  public long labels() {
    return labels;
  }

  /** How many labels have to be replaced, dropped or inserted. */
  public long edits() {
    return edits;
  }

  /**
   * The edits over the labels that were wanted: the word error rate where labels are words. Above 1
   * where too many are given.
   */
  public double errorRate() {
    return ClassificationMetrics.ratio(edits, labels);
  }

  /** The fraction of the sequences that was right from end to end. */
  public double accuracy() {
    return ClassificationMetrics.ratio(right, total);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "error rate %.4f, %d edits of %d labels; %d of %d sequences right",
        errorRate(),
        edits,
        labels,
        right,
        total);
  }
}
