package io.ciranda.sequence;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Mean and standard deviation of numbers.
 *
 * @param mean of those that are there; 0 where there are none
 * @param deviation of those that are there
 * @param missing how many were NaN
 */
record Statistics(float mean, float deviation, long missing) {

  /** Of column {@code j} of all sequences. */
  static Statistics of(List<Sequence> sequences, int j) {
    return of(
        sequences.stream()
            .flatMapToDouble(
                s ->
                    java.util.stream.IntStream.range(0, s.steps()).mapToDouble(t -> s.number(t, j)))
            .toArray());
  }

  static Statistics of(double[] values) {
    double[] there = DoubleStream.of(values).filter(x -> !Double.isNaN(x)).toArray();
    double mean = DoubleStream.of(there).average().orElse(0);
    double variance = DoubleStream.of(there).map(x -> (x - mean) * (x - mean)).average().orElse(0);
    return new Statistics((float) mean, (float) Math.sqrt(variance), values.length - there.length);
  }

  /** What to divide by: the deviation, or 1 of numbers that are all the same. */
  float scale() {
    return deviation > 0 ? deviation : 1;
  }
}
