package io.ciranda.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The F-score of character n-grams, n = 1..6 (Popović 2015), as sacrebleu computes it by default
 * ({@code eff:yes|nc:6|nw:0|space:no}); chrF++ (Popović 2017) also has words and pairs of words:
 *
 * <pre>
 * chrF = 100 (1 + beta^2) P R / (beta^2 P + R)      beta = 2
 * </pre>
 *
 * with P and R the means over n of the fraction of the hypotheses' n-grams that the references have
 * and of the references' that the hypotheses have. Blanks do not count. Of several references, the
 * one with the best score of its line counts.
 *
 * @param score in [0, 100]
 * @param wordOrder 0 for chrF, 2 for chrF++
 */
public record Chrf(double score, int wordOrder) {
  private static final int CHARACTER_ORDER = 6;
  private static final int BETA = 2;
  private static final String PUNCTUATION = "\\p{Punct}";

  /**
   * chrF2 with one reference for each line, upper and lower case differing.
   *
   * @throws IllegalArgumentException if there are no lines or not as many references
   */
  public static Chrf of(List<String> hypotheses, List<String> references) {
    return of(hypotheses, List.of(references), 0, false);
  }

  /**
   * chrF2 or chrF2++ with one or several references for each line.
   *
   * @param hypotheses text as it is to be read, not tokenised
   * @param references sets of references, each with a line for each hypothesis
   * @param wordOrder up to how many words count together: 0 for chrF, 2 for chrF++
   * @param lowercase whether upper and lower case are the same
   * @throws IllegalArgumentException if there are no lines or not as many references, or {@code
   *     wordOrder < 0}
   */
  public static Chrf of(
      List<String> hypotheses, List<List<String>> references, int wordOrder, boolean lowercase) {
    if (wordOrder < 0) {
      throw new IllegalArgumentException("wordOrder: expected >= 0, actual " + wordOrder);
    }
    UnaryOperator<String> change = lowercase ? s -> s.toLowerCase(Locale.ROOT) : s -> s;
    var all = new Counts(wordOrder);
    for (NGrams.Segment segment : NGrams.Segment.of(hypotheses, references, change)) {
      Counts best = null;
      for (String reference : segment.references()) {
        var counts = new Counts(wordOrder);
        counts.count(segment.hypothesis(), reference);
        if (best == null || counts.score() > best.score()) {
          best = counts;
        }
      }
      all.add(best);
    }
    return new Chrf(all.score(), wordOrder);
  }

  /** Of each order; those of words after those of characters. */
  private static final class Counts {
    private final long[] hypothesis;
    private final long[] reference;
    private final long[] matches;

    Counts(int wordOrder) {
      hypothesis = new long[CHARACTER_ORDER + wordOrder];
      reference = new long[CHARACTER_ORDER + wordOrder];
      matches = new long[CHARACTER_ORDER + wordOrder];
    }

    void count(String line, String other) {
      for (int i = 0; i < matches.length; i++) {
        boolean words = i >= CHARACTER_ORDER;
        int n = 1 + (words ? i - CHARACTER_ORDER : i);
        var a = NGrams.count(words ? words(line) : characters(line), n);
        var b = NGrams.count(words ? words(other) : characters(other), n);
        hypothesis[i] = b.isEmpty() ? 0 : NGrams.sum(a); // no hit was possible
        reference[i] = NGrams.sum(b);
        matches[i] = NGrams.matches(a, b);
      }
    }

    void add(Counts other) {
      for (int i = 0; i < matches.length; i++) {
        hypothesis[i] += other.hypothesis[i];
        reference[i] += other.reference[i];
        matches[i] += other.matches[i];
      }
    }

    /** Over the orders that both sides have. */
    double score() {
      double precision = 0;
      double recall = 0;
      int orders = 0;
      for (int i = 0; i < matches.length; i++) {
        if (hypothesis[i] > 0 && reference[i] > 0) {
          precision += (double) matches[i] / hypothesis[i];
          recall += (double) matches[i] / reference[i];
          orders++;
        }
      }
      if (precision + recall == 0) {
        return 0;
      }
      precision /= orders;
      recall /= orders;
      int weight = BETA * BETA;
      return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
    }
  }

  private static List<String> characters(String line) {
    return line.replaceAll(NGrams.BLANKS, "").codePoints().mapToObj(Character::toString).toList();
  }

  /** A mark at the end of a word is a word; if there is none, one at its begin. */
  private static List<String> words(String line) {
    var words = new ArrayList<String>();
    for (String word : NGrams.words(line)) {
      int last = word.length() - 1;
      if (last > 0 && word.substring(last).matches(PUNCTUATION)) {
        words.add(word.substring(0, last));
        words.add(word.substring(last));
      } else if (last > 0 && word.substring(0, 1).matches(PUNCTUATION)) {
        words.add(word.substring(0, 1));
        words.add(word.substring(1));
      } else {
        words.add(word);
      }
    }
    return words;
  }

  /** As sacrebleu prints it. */
  @Override
  public String toString() {
    return "chrF%d%s = %s".formatted(BETA, "+".repeat(wordOrder), NGrams.fixed(score, 2));
  }
}
