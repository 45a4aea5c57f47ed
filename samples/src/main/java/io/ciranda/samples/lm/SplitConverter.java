package io.ciranda.samples.lm;

import io.ciranda.samples.text.Split;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 0.9,0.05} as the fractions to learn from and to validate on, of a number of pieces. */
final class SplitConverter implements ITypeConverter<Split.Fractions> {
  @Override
  public Split.Fractions convert(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 2 || parts.length == 3) {
        return new Split.Fractions(
            Double.parseDouble(parts[0]),
            Double.parseDouble(parts[1]),
            parts.length == 2 ? 1 : Integer.parseInt(parts[2]));
      }
    } catch (NumberFormatException e) {
      // Told below.
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
    throw new TypeConversionException(
        "expected two fractions such as 0.9,0.05, or 0.9,0.05,100 for those of 100 pieces, actual '%s'"
            .formatted(text));
  }
}
