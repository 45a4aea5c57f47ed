package io.ciranda.sequence;

import java.util.Arrays;

/**
 * What a model reads: T steps, at least one, each with N numbers and K symbols. N or K may be 0,
 * not both. Numbers may be NaN, which means that they are missing, but not infinite. Symbols are
 * categories, each of the K columns with categories of its own: either ids, any ints, or names.
 * Immutable.
 *
 * <pre>
 * Sequence.of(new float[][] {{0.1f, 20}, {0.3f, 21}})                  // T=2, N=2: sensor frames
 * Sequence.ofSymbols(17, 4, 4, 93)                                    // T=4, K=1: token ids
 * Sequence.ofSymbols("open", "click", "close")                        // T=3, K=1: events
 * Sequence.of(amounts, 1).withSymbols(new String[][] {{"ATM"}, {"shop"}})   // both
 * </pre>
 */
public final class Sequence {
  private final int steps;
  private final int features;
  private final int columns;
  private final float[] numbers; // [T][N]
  private final int[] ids; // [T][K], or null
  private final String[] names; // [T][K], or null

  private Sequence(
      int steps, int features, float[] numbers, int columns, int[] ids, String[] names) {
    if (steps < 1) {
      throw new IllegalArgumentException("an empty sequence: expected at least 1 step, actual 0");
    }
    if (features == 0 && columns == 0) {
      throw new IllegalArgumentException(
          "expected numbers or symbols in each step, actual neither");
    }
    for (int i = 0; i < numbers.length; i++) {
      if (Float.isInfinite(numbers[i])) {
        throw new IllegalArgumentException(
            "step %d, number %d: expected a finite value, or NaN for a missing one, actual %s"
                .formatted(i / features, i % features, numbers[i]));
      }
    }
    this.steps = steps;
    this.features = features;
    this.columns = columns;
    this.numbers = numbers;
    this.ids = ids;
    this.names = names;
  }

  /**
   * Numbers alone.
   *
   * @param numbers {@code [T][N]}
   * @throws IllegalArgumentException if there are no steps, no numbers in a step, not the same
   *     count of them in all steps, or infinite ones
   */
  public static Sequence of(float[][] numbers) {
    int features = numbers.length == 0 ? 0 : numbers[0].length;
    float[] flat = new float[numbers.length * features];
    for (int t = 0; t < numbers.length; t++) {
      requireWidth("numbers", t, numbers[t].length, features);
      System.arraycopy(numbers[t], 0, flat, t * features, features);
    }
    return new Sequence(numbers.length, features, flat, 0, null, null);
  }

  /**
   * Numbers alone, one step after the other.
   *
   * @param numbers {@code [T][N]}, row-major
   * @param features N
   * @throws IllegalArgumentException if there are no steps, a part of one, or infinite numbers
   */
  public static Sequence of(float[] numbers, int features) {
    if (features < 1 || numbers.length % features != 0) {
      throw new IllegalArgumentException(
          "numbers: expected a multiple of %d, the numbers of a step, actual %d"
              .formatted(features, numbers.length));
    }
    return new Sequence(numbers.length / features, features, numbers.clone(), 0, null, null);
  }

  /** Symbols alone, one id a step: tokens. */
  public static Sequence ofSymbols(int... ids) {
    return new Sequence(ids.length, 0, new float[0], 1, ids.clone(), null);
  }

  /** Symbols alone, one name a step: events, words. */
  public static Sequence ofSymbols(String... names) {
    return new Sequence(names.length, 0, new float[0], 1, null, requireNames(names.clone()));
  }

  /**
   * Symbols alone.
   *
   * @param ids {@code [T][K]}
   */
  public static Sequence ofSymbols(int[][] ids) {
    int[] flat = Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
    int columns = requireWidths(Arrays.stream(ids).mapToInt(step -> step.length).toArray());
    return new Sequence(ids.length, 0, new float[0], columns, flat, null);
  }

  /**
   * Symbols alone.
   *
   * @param names {@code [T][K]}
   */
  public static Sequence ofSymbols(String[][] names) {
    String[] flat = Arrays.stream(names).flatMap(Arrays::stream).toArray(String[]::new);
    int columns = requireWidths(Arrays.stream(names).mapToInt(step -> step.length).toArray());
    return new Sequence(names.length, 0, new float[0], columns, null, requireNames(flat));
  }

  /** These numbers with symbols beside them, {@code [T][K]}, instead of any that there are. */
  public Sequence withSymbols(int[][] symbols) {
    return withSymbols(ofSymbols(symbols));
  }

  /** These numbers with symbols beside them, {@code [T][K]}, instead of any that there are. */
  public Sequence withSymbols(String[][] symbols) {
    return withSymbols(ofSymbols(symbols));
  }

  private Sequence withSymbols(Sequence symbols) {
    if (symbols.steps != steps) {
      throw new IllegalArgumentException(
          "symbols: expected %d steps, as there are numbers, actual %d"
              .formatted(steps, symbols.steps));
    }
    return new Sequence(steps, features, numbers, symbols.columns, symbols.ids, symbols.names);
  }

  private static int requireWidths(int[] widths) {
    for (int t = 0; t < widths.length; t++) {
      requireWidth("symbols", t, widths[t], widths[0]);
    }
    return widths.length == 0 ? 0 : widths[0];
  }

  private static void requireWidth(String what, int step, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(
          "step %d: expected %d %s, as in step 0, actual %d"
              .formatted(step, expected, what, actual));
    }
  }

  private static String[] requireNames(String[] names) {
    for (int i = 0; i < names.length; i++) {
      if (names[i] == null) {
        throw new IllegalArgumentException(
            "symbol %d: expected a name, actual null; name what is missing".formatted(i));
      }
    }
    return names;
  }

  /** T. */
  public int steps() {
    return steps;
  }

  /** N, the numbers of a step. */
  public int features() {
    return features;
  }

  /** K, the symbols of a step. */
  public int columns() {
    return columns;
  }

  /**
   * The steps from {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @throws IllegalArgumentException if that is none
   */
  public Sequence slice(int from, int to) {
    java.util.Objects.checkFromToIndex(from, to, steps);
    return new Sequence(
        to - from,
        features,
        Arrays.copyOfRange(numbers, from * features, to * features),
        columns,
        ids == null ? null : Arrays.copyOfRange(ids, from * columns, to * columns),
        names == null ? null : Arrays.copyOfRange(names, from * columns, to * columns));
  }

  /** Number {@code feature} of step {@code t}; NaN where it is missing. */
  public float number(int t, int feature) {
    return numbers[t * features + java.util.Objects.checkIndex(feature, features)];
  }

  /** All numbers, {@code [T][N]}: not to be changed. */
  float[] numbers() {
    return numbers;
  }

  /** {@code [T][K]}, or null where symbols are names: not to be changed. */
  int[] ids() {
    return ids;
  }

  /** {@code [T][K]}, or null where symbols are ids: not to be changed. */
  String[] names() {
    return names;
  }

  /** {@code 3 numbers and 1 symbol (name)}: what must be alike in all sequences of a model. */
  String form() {
    return form(features, columns, names != null);
  }

  static String form(int features, int columns, boolean named) {
    return "%d numbers and %d symbols%s"
        .formatted(features, columns, columns == 0 ? "" : named ? " (names)" : " (ids)");
  }

  @Override
  public String toString() {
    return "sequence of %d steps with %s".formatted(steps, form());
  }
}
