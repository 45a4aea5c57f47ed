package io.ciranda.text;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * BLEU of a corpus (Papineni et al. 2002), as sacrebleu computes it by default (Post 2018; {@code
 * eff:no|tok:13a|smooth:exp}):
 *
 * <pre>
 * BLEU = BP exp(1/4 sum of log p(n), n = 1..4)      BP = min(1, exp(1 - r / c))
 * </pre>
 *
 * with p(n) the fraction of the hypotheses' n-grams that a reference has too, c and r the tokens of
 * the hypotheses and of the references nearest in length. Of an order without a match, p(n) is half
 * a match the first time, then a quarter and so on; without any match BLEU is 0, and so it is where
 * no hypothesis has four tokens.
 *
 * @param score in [0, 100]
 * @param precisions p(n) for n = 1..4, in [0, 100]
 * @param brevityPenalty BP, in [0, 1]
 * @param hypothesisLength c
 * @param referenceLength r
 * @param matches of n-grams, n = 1..4
 * @param totals the hypotheses' n-grams, n = 1..4
 */
public record Bleu(
    double score,
    List<Double> precisions,
    double brevityPenalty,
    long hypothesisLength,
    long referenceLength,
    List<Long> matches,
    List<Long> totals) {
  private static final int ORDER = 4;

  /** What a precision of 0 counts as, so that the score is 0. */
  private static final double LOG_ZERO = -9999999999.0;

  /** Copies the lists. */
  public Bleu {
    precisions = List.copyOf(precisions);
    matches = List.copyOf(matches);
    totals = List.copyOf(totals);
  }

  /**
   * BLEU with one reference for each line, upper and lower case differing.
   *
   * @throws IllegalArgumentException if there are no lines or not as many references
   */
  public static Bleu of(List<String> hypotheses, List<String> references) {
    return of(hypotheses, List.of(references), false);
  }

  /**
   * BLEU with one or several references for each line.
   *
   * @param hypotheses text as it is to be read, not tokenised
   * @param references sets of references, each with a line for each hypothesis
   * @param lowercase whether upper and lower case are the same
   * @throws IllegalArgumentException if there are no lines or not as many references
   */
  public static Bleu of(List<String> hypotheses, List<List<String>> references, boolean lowercase) {
    UnaryOperator<String> change = lowercase ? s -> s.toLowerCase(Locale.ROOT) : s -> s;
    long[] matches = new long[ORDER];
    long[] totals = new long[ORDER];
    long c = 0;
    long r = 0;
    for (NGrams.Segment segment : NGrams.Segment.of(hypotheses, references, change)) {
      List<String> tokens = tokens(segment.hypothesis());
      List<List<String>> others = segment.references().stream().map(Bleu::tokens).toList();
      for (int n = 1; n <= ORDER; n++) {
        Map<List<String>, Integer> counts = NGrams.count(tokens, n);
        Map<List<String>, Integer> most = new HashMap<>();
        for (List<String> other : others) {
          NGrams.count(other, n).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
        }
        matches[n - 1] += NGrams.matches(counts, most);
        totals[n - 1] += NGrams.sum(counts);
      }
      c += tokens.size();
      r += nearest(tokens.size(), others);
    }
    return of(matches, totals, c, r);
  }

  /** Of two equally near the shorter one. */
  private static int nearest(int length, List<List<String>> others) {
    int nearest = others.getFirst().size();
    for (List<String> other : others) {
      int closer = Math.abs(nearest - length) - Math.abs(other.size() - length);
      if (closer > 0 || (closer == 0 && other.size() < nearest)) {
        nearest = other.size();
      }
    }
    return nearest;
  }

  private static Bleu of(long[] matches, long[] totals, long c, long r) {
    double penalty = c >= r ? 1 : c == 0 ? 0 : Math.exp(1 - (double) r / c);
    double[] precisions = new double[ORDER];
    double sum = 0;
    double smoothed = 1;
    boolean any = IntStream.range(0, ORDER).anyMatch(n -> matches[n] > 0);
    for (int n = 0; n < ORDER; n++) {
      if (any && totals[n] > 0) {
        smoothed = matches[n] > 0 ? smoothed : smoothed / 2;
        precisions[n] = 100 * (matches[n] > 0 ? matches[n] : smoothed) / totals[n];
      }
      sum += precisions[n] == 0 ? LOG_ZERO : Math.log(precisions[n]);
    }
    return new Bleu(
        penalty * Math.exp(sum / ORDER),
        IntStream.range(0, ORDER).mapToObj(n -> precisions[n]).toList(),
        penalty,
        c,
        r,
        IntStream.range(0, ORDER).mapToObj(n -> matches[n]).toList(),
        IntStream.range(0, ORDER).mapToObj(n -> totals[n]).toList());
  }

  // ---- the tokens of mteval-v13a ----

  /** ASCII but letters, digits, and what may belong to a word or number. */
  private static final Pattern SYMBOL = Pattern.compile("[\\p{Punct} &&[^',.-]]");

  private static final Pattern POINT_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])-");

  private static List<String> tokens(String line) {
    String text =
        line.replaceAll(NGrams.BLANKS + "$", "")
            .replace("<skipped>", "")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    text = SYMBOL.matcher(" " + text + " ").replaceAll(" $0 ");
    text = POINT_AFTER_NO_DIGIT.matcher(text).replaceAll("$1 $2 ");
    text = POINT_BEFORE_NO_DIGIT.matcher(text).replaceAll(" $1 $2");
    text = HYPHEN_AFTER_DIGIT.matcher(text).replaceAll("$1 - ");
    return NGrams.words(text);
  }

  /** As sacrebleu prints it: the score, the precisions, the penalty and the lengths. */
  @Override
  public String toString() {
    double ratio = referenceLength == 0 ? 0 : (double) hypothesisLength / referenceLength;
    return "BLEU = %s %s (BP = %s ratio = %s hyp_len = %d ref_len = %d)"
        .formatted(
            NGrams.fixed(score, 2),
            precisions.stream().map(p -> NGrams.fixed(p, 1)).collect(Collectors.joining("/")),
            NGrams.fixed(brevityPenalty, 3),
            NGrams.fixed(ratio, 3),
            hypothesisLength,
            referenceLength);
  }
}
