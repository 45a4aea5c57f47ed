package io.ciranda.samples.lecture.speech;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The baseline: the digit whose mean frame, over all recordings, is nearest to this one's. */
final class NearestCentroid {
  private final Map<String, double[]> centroids;

  NearestCentroid(List<Example<String>> examples) {
    centroids =
        examples.stream()
            .collect(
                Collectors.groupingBy(
                    Example::target,
                    TreeMap::new,
                    Collectors.collectingAndThen(
                        Collectors.mapping(e -> mean(e.sequence()), Collectors.toList()),
                        NearestCentroid::mean)));
  }

  private static double[] mean(Sequence sequence) {
    double[] mean = new double[sequence.features()];
    for (int t = 0; t < sequence.steps(); t++) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += sequence.number(t, j) / sequence.steps();
      }
    }
    return mean;
  }

  private static double[] mean(List<double[]> all) {
    double[] mean = new double[all.getFirst().length];
    for (double[] one : all) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += one[j] / all.size();
      }
    }
    return mean;
  }

  double accuracy(List<Example<String>> examples) {
    return examples.stream().filter(e -> digit(e.sequence()).equals(e.target())).count()
        / (double) examples.size();
  }

  private String digit(Sequence sequence) {
    double[] own = mean(sequence);
    return centroids.entrySet().stream()
        .min(
            Map.Entry.comparingByValue(
                (a, b) -> Double.compare(distance(own, a), distance(own, b))))
        .orElseThrow()
        .getKey();
  }

  private static double distance(double[] a, double[] b) {
    double distance = 0;
    for (int j = 0; j < a.length; j++) {
      distance += (a[j] - b[j]) * (a[j] - b[j]);
    }
    return distance;
  }
}
