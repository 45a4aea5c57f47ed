package io.ciranda.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

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
 * @param spelled the column that is read letter by letter, whose table is of letters; -1 for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Encoder(
    float[] shift,
    float[] scale,
    float[] fill,
    int[] marked,
    List<SymbolTable> tables,
    int spelled) {

  /**
   * Learns from sequences that are alike in form, unless the options say how another model reads.
   */
  static Encoder learn(List<Sequence> sequences, SequenceOptions options) {
    if (options.beginning != null) {
      Encoder encoder = options.beginning.encoder();
      encoder.require(sequences.getFirst(), "the training's sequences, by their beginning");
      return encoder;
    }
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
    Sequence first = sequences.getFirst();
    if (options.spelled >= first.columns() || (options.spelled >= 0 && first.names() == null)) {
      throw new IllegalArgumentException(
          "spelled column: expected one of names, actual column %d of steps with %s"
              .formatted(options.spelled, first.form()));
    }
    var tables = new ArrayList<SymbolTable>();
    for (int k = 0; k < first.columns(); k++) {
      tables.add(
          k == options.spelled
              ? SymbolTable.ofNames(letters(sequences, k))
              : SymbolTable.learn(sequences, k, options.minCount));
    }
    return new Encoder(
        shift,
        scale,
        fill,
        marked.stream().mapToInt(Integer::intValue).toArray(),
        tables,
        options.spelled);
  }

  /** The letters of column {@code k}, in alphabetical order. */
  private static List<String> letters(List<Sequence> sequences, int k) {
    var letters = new TreeSet<String>();
    for (Sequence sequence : sequences) {
      for (int i = k; i < sequence.names().length; i += sequence.columns()) {
        sequence.names()[i].codePoints().mapToObj(Character::toString).forEach(letters::add);
      }
    }
    return List.copyOf(letters);
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
    return k == spelled ? spelling(name).indexOf(0) < 0 : isNamed() && tables.get(k).row(name) > 0;
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
    return encode(sequence, labels, null);
  }

  /** A sequence and the standardised numbers that are wanted of it. */
  Encoded encode(Sequence sequence, float[] wanted) {
    return encode(sequence, null, wanted);
  }

  private Encoded encode(Sequence sequence, int[] labels, float[] wanted) {
    return new Encoded(
        sequence.steps(),
        features(sequence),
        rows(sequence),
        spelled < 0 ? null : spellings(sequence),
        labels,
        wanted);
  }

  /** The features of all steps, {@code [T][F]}. */
  private float[] features(Sequence sequence) {
    float[] features = new float[sequence.steps() * features()];
    for (int t = 0; t < sequence.steps(); t++) {
      encode(sequence.numbers(), t * numbers(), features, t * features());
    }
    return features;
  }

  /** The rows of all symbols, {@code [T][K]}; 0 in the column that is read letter by letter. */
  int[] rows(Sequence sequence) {
    int columns = tables.size();
    int[] rows = new int[sequence.steps() * columns];
    Arrays.setAll(rows, i -> i % columns == spelled ? 0 : tables.get(i % columns).row(sequence, i));
    return rows;
  }

  /** The names of the column that is read letter by letter, {@code [T]}. */
  private String[] spellings(Sequence sequence) {
    String[] spellings = new String[sequence.steps()];
    Arrays.setAll(spellings, t -> spelling(spelled(sequence, t)));
    return spellings;
  }

  /** The name of step {@code t} that is read letter by letter; null where none is. */
  String spelled(Sequence sequence, int t) {
    return spelled < 0 ? null : sequence.names()[t * tables.size() + spelled];
  }

  /**
   * A name as a string whose chars are the rows of its letters; never empty, so that there is a
   * step to read.
   */
  String spelling(String name) {
    SymbolTable letters = tables.get(spelled);
    var rows = new StringBuilder();
    name.codePoints().forEach(c -> rows.append((char) letters.row(Character.toString(c))));
    return rows.isEmpty() ? "\0" : rows.toString();
  }
}
