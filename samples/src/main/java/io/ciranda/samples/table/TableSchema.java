package io.ciranda.samples.table;

import io.ciranda.io.SafetensorsFile;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which columns of a table a model reads. It is kept in the model's file, so that the columns are
 * found by name again, wherever they stand.
 *
 * @param id the column whose value the rows of a sequence share; null where all rows are one
 * @param time the column that the rows of a sequence are in order of; null for that of the lines
 * @param features what a model reads of a row
 * @param labels what it tells: one label, or numbers that are features too
 * @param horizon rows ahead that are forecast; 0 for labels
 * @param quantiles that are forecast, rising; none for the mean
 */
record TableSchema(
    Task task,
    String id,
    String time,
    List<Feature> features,
    List<String> labels,
    int horizon,
    List<Double> quantiles) {
  private static final String KEY = "table";

  /** A column of numbers or of names. */
  record Feature(String name, boolean numeric) {}

  /** That of a model's file. */
  static TableSchema of(Path model) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(model)) {
      String text = file.metadata().get(KEY);
      if (text == null) {
        throw new UserException(
            "%s: expected a model of 'ciranda sequence train', actual one without the names of columns"
                .formatted(model));
      }
      return Json.parse(model, text, TableSchema.class);
    }
  }

  /** What a model's file keeps. */
  Map<String, String> metadata() throws IOException {
    return Map.of(KEY, Json.text(this));
  }

  /** The names of the columns of numbers or of names. */
  List<String> features(boolean numeric) {
    return features.stream().filter(f -> f.numeric == numeric).map(Feature::name).toList();
  }

  /** Where the numbers to forecast stand among all numbers of a row. */
  int[] targets() {
    List<String> numbers = features(true);
    return IntStream.range(0, labels.size()).map(j -> numbers.indexOf(labels.get(j))).toArray();
  }
}
