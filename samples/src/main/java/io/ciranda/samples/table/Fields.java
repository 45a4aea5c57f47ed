package io.ciranda.samples.table;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;

/** What the text of a field means. */
final class Fields {
  private static final double NANOS = 1e-9;

  private Fields() {}

  /** Whether nothing is known: an empty field, NA, NaN or null, in any case of letters. */
  static boolean isMissing(String text) {
    return switch (text.length()) {
      case 0 -> true;
      case 2 -> text.equalsIgnoreCase("NA");
      case 3 -> text.equalsIgnoreCase("NaN");
      case 4 -> text.equalsIgnoreCase("null");
      default -> text.isBlank();
    };
  }

  /** Whether {@link #number} reads it. */
  static boolean isNumber(String text) {
    try {
      number(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * A decimal number; NaN where it is missing.
   *
   * @throws NumberFormatException if it is none, or too large for a float: what Java alone takes
   *     for a number, such as 1f and Infinity, is none
   */
  static float number(String text) {
    if (isMissing(text)) {
      return Float.NaN;
    }
    requireDecimal(text);
    float x = Float.parseFloat(text);
    if (Float.isInfinite(x)) {
      throw new NumberFormatException(text);
    }
    return x;
  }

  private static void requireDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      if ("0123456789.+-eE ".indexOf(text.charAt(i)) < 0) {
        throw new NumberFormatException(text);
      }
    }
  }

  /** Whether a time is a number; else it is to be of ISO-8601. */
  static boolean isNumericTime(String text) {
    return !isMissing(text) && isNumber(text);
  }

  /**
   * A time that is a number.
   *
   * @throws NumberFormatException if it is not
   */
  static double numericTime(String text) {
    requireDecimal(text);
    return Double.parseDouble(text);
  }

  /**
   * Seconds since 1970 of a date, a date and time, or an instant, as ISO-8601 has it, a blank being
   * as good as the T; in UTC where there is no zone.
   *
   * @throws DateTimeException if it is none
   */
  static double isoTime(String text) {
    String iso = text.strip().replace(' ', 'T');
    TemporalAccessor time =
        iso.indexOf('T') < 0
            ? LocalDate.parse(iso)
            : DateTimeFormatter.ISO_DATE_TIME.parseBest(
                iso, OffsetDateTime::from, LocalDateTime::from);
    Instant instant =
        switch (time) {
          case OffsetDateTime zoned -> zoned.toInstant();
          case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
          case LocalDate date -> date.atStartOfDay().toInstant(ZoneOffset.UTC);
          default -> throw new DateTimeException(text);
        };
    return instant.getEpochSecond() + NANOS * instant.getNano();
  }
}
