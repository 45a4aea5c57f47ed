package io.ciranda.samples.text;

import io.ciranda.samples.cli.UserException;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the {@code .ts} files of timeseriesclassification.com: a line is an example, its dimensions
 * and at last its label separated by colons, the steps of a dimension by commas.
 */
public final class TimeSeriesFile {
  private TimeSeriesFile() {}

  /**
   * The examples of a file, plain or gzip'ed; a value {@code ?} is missing, not a number.
   *
   * @throws UserException where the file is missing or a line holds something else
   */
  public static List<Example<String>> read(Path file) throws IOException {
    var examples = new ArrayList<Example<String>>();
    List<String> lines = TextFile.read(file).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isBlank() && !line.startsWith("#") && !line.startsWith("@")) {
        examples.add(example("%s, line %d: ".formatted(file, i + 1), line));
      }
    }
    if (examples.isEmpty()) {
      throw new UserException(file + ": expected examples, a line each, but there are none");
    }
    return examples;
  }

  private static Example<String> example(String place, String line) {
    List<String> parts = List.of(line.split(":", -1));
    if (parts.size() < 2) {
      throw new UserException(
          place + "expected dimensions and a label separated by colons, actual " + start(line));
    }
    List<String[]> dimensions =
        parts.subList(0, parts.size() - 1).stream().map(values -> values.split(",", -1)).toList();
    float[][] steps = new float[dimensions.getFirst().length][dimensions.size()];
    for (int j = 0; j < dimensions.size(); j++) {
      String[] values = dimensions.get(j);
      if (values.length != steps.length) {
        throw new UserException(
            "%sexpected %d steps in dimension %d as in the first, actual %d"
                .formatted(place, steps.length, j + 1, values.length));
      }
      for (int t = 0; t < steps.length; t++) {
        steps[t][j] = number(place, values[t].strip());
      }
    }
    return new Example<>(Sequence.of(steps), parts.getLast().strip());
  }

  private static float number(String place, String value) {
    try {
      return value.equals("?") ? Float.NaN : Float.parseFloat(value);
    } catch (NumberFormatException e) {
      throw new UserException(place + "expected a number or ?, actual " + start(value), e);
    }
  }

  private static String start(String text) {
    return "'%s'".formatted(text.length() <= 20 ? text : text.substring(0, 20) + "...");
  }
}
