package io.ciranda.samples.sequence;

import io.ciranda.samples.text.TextFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the {@code .ts} files of timeseriesclassification.com: a line is an example, its dimensions
 * and at last its label separated by colons, the steps of a dimension by commas.
 */
final class TimeSeriesFile {
  private TimeSeriesFile() {}

  static List<Example<String>> read(Path file) throws IOException {
    return TextFile.read(file)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith("@"))
        .map(TimeSeriesFile::example)
        .toList();
  }

  private static Example<String> example(String line) {
    List<String> parts = List.of(line.split(":", -1));
    List<String[]> dimensions =
        parts.subList(0, parts.size() - 1).stream().map(values -> values.split(",", -1)).toList();
    float[][] steps = new float[dimensions.getFirst().length][dimensions.size()];
    for (int t = 0; t < steps.length; t++) {
      for (int j = 0; j < dimensions.size(); j++) {
        String value = dimensions.get(j)[t];
        steps[t][j] = value.equals("?") ? Float.NaN : Float.parseFloat(value);
      }
    }
    return new Example<>(Sequence.of(steps), parts.getLast());
  }
}
