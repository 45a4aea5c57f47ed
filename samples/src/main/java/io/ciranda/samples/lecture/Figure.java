package io.ciranda.samples.lecture;

import java.util.Locale;

/**
 * A number that an example came to, beside what must hold of it and a trivial baseline.
 *
 * @param name what was measured
 * @param value the number
 * @param must {@code "at most"} or {@code "at least"}; null where nothing must hold
 * @param bound of the value; null where nothing must hold
 * @param holds whether the value keeps to its bound; true where it has none
 * @param baselineName what reaches {@code baseline} without learning anything; null for none
 * @param baseline the baseline's value; null for none
 */
public record Figure(
    String name,
    double value,
    String must,
    Double bound,
    boolean holds,
    String baselineName,
    Double baseline) {

  /** A number that is only reported. */
  public static Figure of(String name, double value) {
    return new Figure(name, value, null, null, true, null, null);
  }

  /** It must be {@code most} or less. */
  public Figure atMost(double most) {
    return new Figure(name, value, "at most", most, value <= most, baselineName, baseline);
  }

  /** It must be {@code least} or more. */
  public Figure atLeast(double least) {
    return new Figure(name, value, "at least", least, value >= least, baselineName, baseline);
  }

  /** With a trivial baseline. */
  public Figure beside(String trivial, double reached) {
    return new Figure(name, value, must, bound, holds, trivial, reached);
  }

  /** One line of the table of results; {@code width} of its first column. */
  String line(int width) {
    String expected = must == null ? "" : "%s %s".formatted(must, number(bound));
    String verdict = must == null ? "" : holds ? "holds" : "MISSED";
    String trivial = baseline == null ? "" : "(%s: %s)".formatted(baselineName, number(baseline));
    return "%%-%ds  %%10s  %%-18s %%-6s  %%s"
        .formatted(width)
        .formatted(name, number(value), expected, verdict, trivial)
        .stripTrailing();
  }

  private static String number(double value) {
    double size = Math.abs(value);
    boolean plain = value == 0 || (size >= 1e-3 && size < 1e6);
    boolean whole = plain && value == Math.rint(value);
    return String.format(Locale.ROOT, whole ? "%.0f" : plain ? "%.4f" : "%.1e", value);
  }
}
