package io.ciranda.sequence;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Labels as numbers. */
final class Labels {
  private Labels() {}

  /**
   * The labels there are, in alphabetical order.
   *
   * @throws IllegalArgumentException if that is one alone
   */
  static List<String> of(Stream<String> all) {
    var labels = List.copyOf(new TreeSet<>(all.toList()));
    if (labels.size() < 2) {
      throw new IllegalArgumentException(
          "labels: expected at least 2 different ones in the training examples, actual " + labels);
    }
    return labels;
  }

  /** The labels of a model, and those of examples that it does not know. */
  static List<String> union(List<String> labels, Stream<String> others) {
    return Stream.concat(labels.stream(), others.filter(label -> !labels.contains(label)).sorted())
        .distinct()
        .toList();
  }

  /** The number of a label of example {@code i}. */
  static int index(List<String> labels, String label, String what, int i) {
    int c = labels.indexOf(label);
    if (c < 0) {
      throw new IllegalArgumentException(
          "%s example %d: expected a label of the training examples %s, actual '%s'"
              .formatted(what, i, labels, label));
    }
    return c;
  }

  /** The weight of each label in training. */
  static float[] weights(int labels, List<Encoded> train, ClassWeights rule) {
    long[] counts = new long[labels];
    long n = 0;
    for (Encoded example : train) {
      for (int label : example.labels()) {
        counts[label]++;
        n++;
      }
    }
    float[] weights = new float[labels];
    for (int c = 0; c < labels; c++) {
      weights[c] = rule == ClassWeights.NONE ? 1 : (float) n / labels / counts[c];
    }
    return weights;
  }
}
