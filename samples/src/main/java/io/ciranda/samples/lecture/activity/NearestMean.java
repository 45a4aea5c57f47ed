package io.ciranda.samples.lecture.activity;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The baseline: an example is what the label is whose examples have the nearest means and
 * deviations of each feature over time, on the average. The order of the steps plays no part.
 */
final class NearestMean {
  private final Map<String, double[]> means = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();

  NearestMean(List<Example<String>> examples) {
    for (Example<String> example : examples) {
      double[] summary = summary(example.sequence());
      means.merge(example.target(), summary, NearestMean::sum);
      counts.merge(example.target(), 1, Integer::sum);
    }
    means.forEach(
        (label, sums) -> {
          for (int i = 0; i < sums.length; i++) {
            sums[i] /= counts.get(label);
          }
        });
  }

  double accuracy(List<Example<String>> examples) {
    long right = examples.stream().filter(e -> label(e.sequence()).equals(e.target())).count();
    return (double) right / examples.size();
  }

  private String label(Sequence sequence) {
    double[] summary = summary(sequence);
    String nearest = "";
    double least = Double.POSITIVE_INFINITY;
    for (Map.Entry<String, double[]> mean : means.entrySet()) {
      double distance = 0;
      for (int i = 0; i < summary.length; i++) {
        distance += Math.pow(summary[i] - mean.getValue()[i], 2);
      }
      if (distance < least) {
        least = distance;
        nearest = mean.getKey();
      }
    }
    return nearest;
  }

  /** {@code [2 features]}: the mean of each feature, then the deviation of each; gaps are 0. */
  private static double[] summary(Sequence sequence) {
    int features = sequence.features();
    double[] summary = new double[2 * features];
    for (int j = 0; j < features; j++) {
      double sum = 0;
      double squares = 0;
      for (int t = 0; t < sequence.steps(); t++) {
        float value = sequence.number(t, j);
        sum += Float.isNaN(value) ? 0 : value;
        squares += Float.isNaN(value) ? 0 : value * value;
      }
      double mean = sum / sequence.steps();
      summary[j] = mean;
      summary[features + j] = Math.sqrt(Math.max(0, squares / sequence.steps() - mean * mean));
    }
    return summary;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }
}
