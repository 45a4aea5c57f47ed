package io.ciranda.sequence;

/** Scores of labels as probabilities. */
final class Scores {
  private Scores() {}

  /**
   * {@code exp(x) / sum exp(x)}, the greatest taken out. {@link StrictMath} has the same bits,
   * compiled or not.
   *
   * @param scores C of them, from {@code from} on
   * @param probabilities out {@code [C]}
   * @return the likeliest label, the first of several
   */
  static int softmax(float[] scores, int from, float[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = scores[from + c] > scores[from + best] ? c : best;
    }
    double sum = 0;
    for (int c = 0; c < probabilities.length; c++) {
      sum += StrictMath.exp((double) scores[from + c] - scores[from + best]);
    }
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] =
          (float) (StrictMath.exp((double) scores[from + c] - scores[from + best]) / sum);
    }
    return best;
  }
}
