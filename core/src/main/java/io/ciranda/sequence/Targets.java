package io.ciranda.sequence;

import java.util.List;

/**
 * What the outputs of a network mean: scores of labels, or numbers, {@code [steps][columns]
 * [quantiles]}.
 *
 * @param labels C of them; none where the outputs are numbers
 * @param steps forecast; 1 where the numbers are of the sequence
 * @param columns of the series that are forecast; none where the numbers are of the sequence
 * @param mean of each number, by which the network's outputs are shifted
 * @param deviation of each number, by which they are scaled
 * @param quantiles rising; none for the mean
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Targets(
    List<String> labels,
    int steps,
    int[] columns,
    float[] mean,
    float[] deviation,
    float[] quantiles) {

  static Targets ofLabels(List<String> labels) {
    return new Targets(
        List.copyOf(labels), 0, new int[0], new float[0], new float[0], new float[0]);
  }

  /** The numbers for each target: quantiles, or one. */
  int levels() {
    return Math.max(1, quantiles.length);
  }

  /** O, the outputs of the network. */
  int outputs() {
    return labels.isEmpty() ? steps * mean.length * levels() : labels.size();
  }
}
