package io.ciranda.sequence;

import java.util.Arrays;
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

  /** The standardised value of number {@code j}. */
  float standardised(float x, int j) {
    return (x - mean[j]) / deviation[j];
  }

  /**
   * Makes a forecast of the network's outputs. Quantiles are put in order, so that they never cross
   * (Chernozhukov et al. 2010).
   *
   * @param outputs that begin at {@code from}
   * @param values out {@code [steps][columns][levels]}
   */
  void decode(float[] outputs, int from, float[] values) {
    int levels = levels();
    for (int i = 0; i < values.length; i += levels) {
      int j = i / levels % mean.length;
      for (int q = 0; q < levels; q++) {
        values[i + q] = mean[j] + deviation[j] * outputs[from + i + q];
      }
      Arrays.sort(values, i, i + levels);
    }
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
