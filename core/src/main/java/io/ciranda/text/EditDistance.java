package io.ciranda.text;

import java.util.List;
import java.util.stream.IntStream;

/** The distance of Levenshtein (1966). */
public final class EditDistance {
  private EditDistance() {}

  /** The fewest symbols to replace, drop or insert that make {@code b} of {@code a}. */
  public static int of(List<?> a, List<?> b) {
    int[] before = IntStream.rangeClosed(0, b.size()).toArray(); // from the first i of a
    for (int i = 0; i < a.size(); i++) {
      int[] row = new int[b.size() + 1];
      row[0] = i + 1;
      for (int j = 0; j < b.size(); j++) {
        int replaced = before[j] + (a.get(i).equals(b.get(j)) ? 0 : 1);
        row[j + 1] = Math.min(replaced, 1 + Math.min(before[j + 1], row[j]));
      }
      before = row;
    }
    return before[b.size()];
  }
}
