package io.ciranda.infer;

import java.util.Objects;

/** The greatest of many scores: what a caller of a softmax mostly wants to know. */
public final class TopK {
  private TopK() {}

  /**
   * Finds the k greatest of a row of scores, the greatest first; of equal ones the first. Allocates
   * nothing. NaN is below all numbers.
   *
   * @param scores {@code [n]} from index {@code from}
   * @param ids out {@code [k]}: their places in the row
   * @param values out {@code [k]}: the scores themselves
   * @throws IllegalArgumentException if ids and values differ in length, or k is not in [1, n]
   * @throws IndexOutOfBoundsException if the row is not within {@code scores}
   */
  public static void select(float[] scores, int from, int n, int[] ids, float[] values) {
    Objects.checkFromIndexSize(from, n, scores.length);
    int k = ids.length;
    if (values.length != k || k < 1 || k > n) {
      throw new IllegalArgumentException(
          "expected as many ids as values, 1 to %d, actual %d and %d"
              .formatted(n, k, values.length));
    }
    int found = 0;
    float least = Float.NaN; // of k, once they are found: mostly one comparison decides
    for (int i = 0; i < n; i++) {
      float score = scores[from + i];
      if (score <= least || (found == k && !above(score, values[k - 1]))) {
        continue;
      }
      int at = found < k ? found++ : k - 1;
      for (; at > 0 && above(score, values[at - 1]); at--) {
        ids[at] = ids[at - 1];
        values[at] = values[at - 1];
      }
      ids[at] = i;
      values[at] = score;
      least = found == k ? values[k - 1] : least;
    }
  }

  private static boolean above(float a, float b) {
    return a > b || (Float.isNaN(b) && !Float.isNaN(a));
  }
}
