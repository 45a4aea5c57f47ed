package io.ciranda.sequence;

/**
 * An example as a network trains on it.
 *
 * @param steps T
 * @param features {@code [T][F]}
 * @param rows of the embeddings, {@code [T][K]}
 * @param spellings of the column that is read letter by letter, {@code [T]}: see {@link
 *     Encoder#spelling}; null where there is none
 * @param labels the class of the sequence, {@code [1]}, or of each step, {@code [T]}, or those of
 *     the sequence in order, {@code [U]}; null where numbers are wanted
 * @param targets the numbers wanted of the sequence, {@code [R]}, or of each step, {@code [T][R]},
 *     standardised; NaN for one that does not count; null where labels are wanted
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Encoded(
    int steps, float[] features, int[] rows, String[] spellings, int[] labels, float[] targets) {

  /** How many targets count; that there are no labels counts as one. */
  int places() {
    if (labels != null) {
      return Math.max(1, labels.length);
    }
    int places = 0;
    for (float target : targets) {
      places += Float.isNaN(target) ? 0 : 1;
    }
    return places;
  }
}
