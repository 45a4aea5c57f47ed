package io.ciranda.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences as a network reads them: numbers standardised, what is missing marked, symbols as rows
 * of embeddings. What it knows, it has from the training examples.
 *
 * <p>A number becomes {@code (x - shift) / scale}; one that is missing becomes the mean of its
 * column. A column in which training saw missing numbers has one more feature, behind all numbers:
 * 1 where the number is missing, else 0.
 *
 * @param shift {@code [N]}: the mean, or 0 where numbers are left as they are
 * @param scale {@code [N]}: the standard deviation, or 1 where it is 0 or numbers are left
 * @param fill {@code [N]}: what stands for a missing number
 * @param marked the columns with an indicator, rising
 * @param tables {@code [K]}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Encoder(float[] shift, float[] scale, float[] fill, int[] marked, List<SymbolTable> tables) {

  /** Learns from sequences that are alike in form. */
  static Encoder learn(List<Sequence> sequences, SequenceOptions options) {
    int n = sequences.getFirst().features();
    float[] shift = new float[n];
    float[] scale = new float[n];
    float[] fill = new float[n];
    var marked = new ArrayList<Integer>();
    for (int j = 0; j < n; j++) {
      Statistics column = Statistics.of(sequences, j);
      shift[j] = options.standardise ? column.mean() : 0;
      scale[j] = options.standardise ? column.scale() : 1;
      fill[j] = options.standardise ? 0 : column.mean();
      if (column.missing() > 0) {
        marked.add(j);
      }
    }
    var tables = new ArrayList<SymbolTable>();
    for (int k = 0; k < sequences.getFirst().columns(); k++) {
      tables.add(SymbolTable.learn(sequences, k, options.minCount));
    }
    return new Encoder(
        shift, scale, fill, marked.stream().mapToInt(Integer::intValue).toArray(), tables);
  }

  /** N. */
  int numbers() {
    return shift.length;
  }

  /** F: the numbers and the indicators. */
  int features() {
    return shift.length + marked.length;
  }

  boolean isNamed() {
    return !tables.isEmpty() && tables.getFirst().isNamed();
  }

  boolean knows(int k, String name) {
    return isNamed() && tables.get(k).row(name) > 0;
  }

  String form() {
    return Sequence.form(numbers(), tables.size(), isNamed());
  }

  /** Throws unless a sequence has the form of those that were learned from. */
  void require(Sequence sequence, String which) {
    boolean named = sequence.names() != null;
    if (sequence.features() != numbers()
        || sequence.columns() != tables.size()
        || (named != isNamed() && sequence.columns() > 0)) {
      throw new IllegalArgumentException(
          "%s: expected %s in a step, actual %s".formatted(which, form(), sequence.form()));
    }
  }

  /** The features of one step, whose numbers begin at {@code from}, written from {@code to} on. */
  void encode(float[] numbers, int from, float[] features, int to) {
    for (int j = 0; j < shift.length; j++) {
      float x = numbers[from + j];
      features[to + j] = Float.isNaN(x) ? fill[j] : (x - shift[j]) / scale[j];
    }
    for (int i = 0; i < marked.length; i++) {
      features[to + shift.length + i] = Float.isNaN(numbers[from + marked[i]]) ? 1 : 0;
    }
  }

  /** A sequence and the labels that are wanted of it. */
  Encoded encode(Sequence sequence, int[] labels) {
    return new Encoded(sequence.steps(), features(sequence), rows(sequence), labels, null);
  }

  /** A sequence and the standardised numbers that are wanted of it. */
  Encoded encode(Sequence sequence, float[] wanted) {
    return new Encoded(sequence.steps(), features(sequence), rows(sequence), null, wanted);
  }

  /** The features of all steps, {@code [T][F]}. */
  private float[] features(Sequence sequence) {
    float[] features = new float[sequence.steps() * features()];
    for (int t = 0; t < sequence.steps(); t++) {
      encode(sequence.numbers(), t * numbers(), features, t * features());
    }
    return features;
  }

  /** The rows of all symbols, {@code [T][K]}. */
  int[] rows(Sequence sequence) {
    int[] rows = new int[sequence.steps() * tables.size()];
    Arrays.setAll(rows, i -> tables.get(i % tables.size()).row(sequence, i));
    return rows;
  }
}
