package io.ciranda.sequence;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How well labels were predicted: the confusion matrix and what follows from it. A ratio of nothing
 * to nothing counts as 0, as in scikit-learn.
 */
public final class ClassificationMetrics {
  private final List<String> labels;
  private final long[][] confusion; // [actual][predicted]

  ClassificationMetrics(List<String> labels) {
    this.labels = List.copyOf(labels);
    confusion = new long[labels.size()][labels.size()];
  }

  void add(String actual, String predicted) {
    confusion[index(actual)][index(predicted)]++;
  }

  private int index(String label) {
    int c = labels.indexOf(label);
    if (c < 0) {
      throw new IllegalArgumentException(
          "label: expected one of %s, actual '%s'".formatted(labels, label));
    }
    return c;
  }

  /** The labels, in the order of the matrix. */
  public List<String> labels() {
    return labels;
  }

  /** How many were of the first label and predicted to be of the second. */
  public long count(String actual, String predicted) {
    return confusion[index(actual)][index(predicted)];
  }

  /** How many there were. */
  public long total() {
    return Arrays.stream(confusion).flatMapToLong(Arrays::stream).sum();
  }

  /** How many there were of a label. */
  public long support(String label) {
    return Arrays.stream(confusion[index(label)]).sum();
  }

  private long predicted(String label) {
    int c = index(label);
    return Arrays.stream(confusion).mapToLong(row -> row[c]).sum();
  }

  /** The fraction that was right. */
  public double accuracy() {
    return ratio(labels.stream().mapToLong(label -> count(label, label)).sum(), total());
  }

  /** Of those predicted to be of a label, the fraction that was. */
  public double precision(String label) {
    return ratio(count(label, label), predicted(label));
  }

  /** Of those of a label, the fraction that was found. */
  public double recall(String label) {
    return ratio(count(label, label), support(label));
  }

  /** The harmonic mean of precision and recall. */
  public double f1(String label) {
    return ratio(2 * count(label, label), predicted(label) + support(label));
  }

  /** The mean of F1 over all labels that occurred or were predicted. */
  public double macroF1() {
    return labels.stream()
        .filter(label -> support(label) + predicted(label) > 0)
        .mapToDouble(this::f1)
        .average()
        .orElse(0);
  }

  static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** A table: a row for each label with its precision, recall, F1 and row of the matrix. */
  @Override
  public String toString() {
    int width = Math.max(9, labels.stream().mapToInt(String::length).max().orElse(0));
    String name = "%-" + width + "s";
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "accuracy %.4f, macro F1 %.4f, %d examples%n",
            accuracy(),
            macroF1(),
            total()));
    text.append(name.formatted("")).append("  precision  recall      F1  | predicted");
    labels.forEach(label -> text.append(' ').append(("%" + width + "s").formatted(label)));
    for (int c = 0; c < labels.size(); c++) {
      String label = labels.get(c);
      text.append(System.lineSeparator())
          .append(name.formatted(label))
          .append(
              String.format(
                  Locale.ROOT,
                  "  %9.4f  %6.4f  %6.4f  |          ",
                  precision(label),
                  recall(label),
                  f1(label)));
      for (long count : confusion[c]) {
        text.append(' ').append(("%" + width + "d").formatted(count));
      }
    }
    return text.toString();
  }
}
