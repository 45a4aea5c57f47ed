package io.ciranda.samples.text;

import io.ciranda.samples.cli.UserException;
import java.util.ArrayList;
import java.util.List;

/**
 * A text cut into parts: the model learns from {@code train}, settings are chosen on {@code valid},
 * and {@code test} is looked at once.
 *
 * @param test may be empty
 */
public record Split(String train, String valid, String test) {

  /**
   * How to cut a text; what both fractions leave over is the test part.
   *
   * @param train fraction to learn from
   * @param valid fraction to validate on
   * @param pieces how many equal pieces of the text are cut so, each by itself; with 1 the parts
   *     are contiguous
   */
  public record Fractions(double train, double valid, int pieces) {
    /**
     * Throws IllegalArgumentException where a fraction is not positive, both are more than 1 in
     * sum, or there is no piece.
     */
    public Fractions {
      if (!(train > 0 && valid > 0 && train + valid <= 1 + 1e-9)) {
        throw new IllegalArgumentException(
            "expected positive fractions with a sum of at most 1, actual %s and %s"
                .formatted(train, valid));
      }
      if (pieces < 1) {
        throw new IllegalArgumentException("expected at least 1 piece, actual " + pieces);
      }
    }

    /** Those of contiguous parts. */
    public Fractions(double train, double valid) {
      this(train, valid, 1);
    }

    /**
     * Where the parts of each piece are. A surrogate pair is never cut.
     *
     * @throws UserException if there are more pieces than characters
     */
    public List<Piece> cut(String text) {
      if (pieces > Math.max(1, text.length())) {
        throw new UserException(
            "--split: expected at most %,d pieces of a text of so many characters, actual %,d"
                .formatted(text.length(), pieces));
      }
      var cut = new ArrayList<Piece>();
      for (int i = 0; i < pieces; i++) {
        int start = place(text, (double) i / pieces);
        int end = place(text, (i + 1.0) / pieces);
        int first = Math.min(end, place(text, (i + train) / pieces));
        int second = Math.min(end, place(text, (i + train + valid) / pieces));
        cut.add(
            new Piece(new Range(start, first), new Range(first, second), new Range(second, end)));
      }
      return cut;
    }

    private static int place(String text, double fraction) {
      int at = Math.min(text.length(), (int) Math.round(text.length() * fraction));
      boolean insidePair =
          at > 0
              && at < text.length()
              && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
      return insidePair ? at + 1 : at;
    }
  }

  /** The parts of a piece of a text, one behind the other. */
  public record Piece(Range train, Range valid, Range test) {}

  /** The characters of a text from one to before another. */
  public record Range(int from, int to) {
    /** Their number. */
    public int length() {
      return to - from;
    }
  }

  /** Cuts {@code text} by fractions of its length. */
  public static Split of(String text, Fractions fractions) {
    List<Piece> pieces = fractions.cut(text);
    return new Split(
        join(text, pieces.stream().map(Piece::train).toList()),
        join(text, pieces.stream().map(Piece::valid).toList()),
        join(text, pieces.stream().map(Piece::test).toList()));
  }

  /** Some characters of {@code text}, one range behind the other. */
  public static String join(String text, List<Range> ranges) {
    var joined = new StringBuilder();
    for (Range range : ranges) {
      joined.append(text, range.from, range.to);
    }
    return joined.toString();
  }
}
