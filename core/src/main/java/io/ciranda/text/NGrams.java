package io.ciranda.text;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What {@link Bleu} and {@link Chrf} share: counting n-grams, and lines that belong together. */
final class NGrams {
  /** As Python knows them, for the scores shall be equal. */
  static final String BLANKS = "[\\p{IsWhite_Space}\\x1c-\\x1f]+";

  private NGrams() {}

  /** How often each run of n tokens occurs. */
  static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  static long sum(Map<List<String>, Integer> counts) {
    return counts.values().stream().mapToLong(Integer::intValue).sum();
  }

  /** How many n-grams both have. */
  static long matches(Map<List<String>, Integer> a, Map<List<String>, Integer> b) {
    return a.entrySet().stream()
        .mapToLong(entry -> Math.min(entry.getValue(), b.getOrDefault(entry.getKey(), 0)))
        .sum();
  }

  /** What stands between blanks. */
  static List<String> words(String text) {
    return List.of(text.split(BLANKS, -1)).stream().filter(word -> !word.isEmpty()).toList();
  }

  /** Each line with its references, after a change to both. */
  record Segment(String hypothesis, List<String> references) {
    static List<Segment> of(
        List<String> hypotheses, List<List<String>> references, UnaryOperator<String> change) {
      if (hypotheses.isEmpty() || references.isEmpty()) {
        throw new IllegalArgumentException(
            "expected hypotheses and references, actual %d and %d"
                .formatted(hypotheses.size(), references.size()));
      }
      for (int i = 0; i < references.size(); i++) {
        if (references.get(i).size() != hypotheses.size()) {
          throw new IllegalArgumentException(
              "references %d: expected as many lines as hypotheses, %d, actual %d"
                  .formatted(i + 1, hypotheses.size(), references.get(i).size()));
        }
      }
      var segments = new ArrayList<Segment>();
      for (int i = 0; i < hypotheses.size(); i++) {
        int line = i;
        segments.add(
            new Segment(
                change.apply(hypotheses.get(i)),
                references.stream().map(lines -> change.apply(lines.get(line))).toList()));
      }
      return segments;
    }
  }

  /** Rounded as Python does: the exact value, half to even. */
  static String fixed(double value, int places) {
    return new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
  }
}
