package io.ciranda.samples.lecture.execute;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The name of a curriculum, or {@code all}. */
final class CurriculumConverter implements ITypeConverter<CurriculumConverter.Curricula> {
  /** Those to learn with, in the order of {@link Curriculum}. */
  record Curricula(List<Curriculum> each) {}

  @Override
  public Curricula convert(String text) {
    List<Curriculum> all = List.of(Curriculum.values());
    String name = text.toLowerCase(Locale.ROOT);
    List<Curriculum> named = all.stream().filter(c -> c.toString().equals(name)).toList();
    if (named.isEmpty() && !name.equals("all")) {
      throw new TypeConversionException(
          "expected one of %s or all, actual '%s'".formatted(all, text));
    }
    return new Curricula(named.isEmpty() ? all : named);
  }
}
