package io.ciranda.samples.table;

import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.table.TableSchema.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options that say what a model is to make of which columns. */
final class TableOptions {
  @Option(
      names = "--task",
      required = true,
      paramLabel = "TASK",
      description = {
        "What is to be told:",
        "classify: a label for each sequence.",
        "tag: a label for each row.",
        "forecast: the numbers of the next rows, at every row."
      })
  Task task;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "CSV to learn from, plain or gzip'ed: a first line with names, commas, UTF-8. It is read twice, and kept in memory as numbers.")
  Path data;

  @Option(
      names = "--id",
      paramLabel = "COLUMN",
      description =
          "Rows with the same value here are a sequence, wherever they stand (default: all rows are one).")
  private String id;

  @Option(
      names = "--time",
      paramLabel = "COLUMN",
      description =
          "The rows of a sequence are sorted by this: numbers, or dates and times of ISO-8601 (default: they are in order).")
  private String time;

  @Option(
      names = "--label",
      required = true,
      split = ",",
      paramLabel = "COLUMN",
      description =
          "The label, for classify the same in all rows of a sequence. For forecast the columns of numbers to forecast, which are features as well.")
  private List<String> labels;

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "COLUMN",
      description = "What the model reads, separated by commas (default: all other columns).")
  private List<String> features;

  @Option(
      names = "--categorical",
      split = ",",
      paramLabel = "COLUMN",
      description = {
        "Features that are names although they look like numbers. A column is one of numbers where all its values are numbers or missing, else one of names.",
        "Missing are: nothing, NA, NaN, null. A missing name is a name of its own; a name that training has not seen is read as unknown."
      })
  private List<String> categorical = List.of();

  @Option(
      names = "--horizon",
      paramLabel = "N",
      description = "For forecast, which needs it: how many rows ahead.")
  private Integer horizon;

  @Option(
      names = "--quantiles",
      split = ",",
      paramLabel = "Q",
      description = "For forecast: quantiles such as 0.1,0.5,0.9 (default: the mean).")
  private List<Double> quantiles = List.of();

  /** Throws IllegalArgumentException where the options do not fit each other. */
  void check() {
    if (task == Task.FORECAST ? horizon == null || horizon < 1 : horizon != null) {
      throw new IllegalArgumentException(
          "--horizon: expected %s, actual %s"
              .formatted(
                  task == Task.FORECAST ? "1 or more for forecast" : "none for " + task.label(),
                  horizon));
    }
    if (task != Task.FORECAST && !quantiles.isEmpty()) {
      throw new IllegalArgumentException(
          "--quantiles: for forecast only, actual --task " + task.label());
    }
    if (task != Task.FORECAST && labels.size() > 1) {
      throw new IllegalArgumentException(
          "--label: expected one column for %s, actual %s".formatted(task.label(), labels));
    }
    if (task == Task.CLASSIFY && id == null) {
      throw new IllegalArgumentException(
          "--id: expected a column for classify, whose sequences have a label each, actual none");
    }
  }

  /**
   * Looks at the data once: which columns there are, which of them hold numbers, and whether the
   * heap looks large enough.
   *
   * @throws UserException where a column is missing, or one to forecast has something else than
   *     numbers
   */
  TableSchema learn(Console console) throws IOException {
    try (CsvSource source = CsvSource.open(data)) {
      List<String> names = featureNames(source);
      int[] columns = names.stream().mapToInt(source::column).toArray();
      boolean[] named = new boolean[columns.length];
      for (int f = 0; f < named.length; f++) {
        named[f] = categorical.contains(names.get(f));
      }
      long rows = 0;
      while (source.next()) {
        rows++;
        for (int f = 0; f < named.length; f++) {
          if (!named[f] && !Fields.isNumber(source.field(columns[f]))) {
            if (task == Task.FORECAST && labels.contains(names.get(f))) {
              throw source.unexpected(columns[f], "a number to forecast");
            }
            named[f] = true;
            console.narrate(
                "column '%s' holds names: '%s' in line %d"
                    .formatted(names.get(f), source.field(columns[f]), source.line()));
          }
        }
      }
      var found = new ArrayList<Feature>();
      for (int f = 0; f < named.length; f++) {
        found.add(new Feature(names.get(f), !named[f]));
      }
      var schema =
          new TableSchema(
              task,
              id,
              time,
              found,
              labels,
              horizon == null ? 0 : horizon,
              quantiles.stream().sorted().toList());
      HeapEstimate.of(schema, rows).warn(console, Runtime.getRuntime().maxMemory());
      return schema;
    }
  }

  private List<String> featureNames(CsvSource source) {
    Set<String> others = new LinkedHashSet<>();
    if (id != null) {
      others.add(id);
    }
    if (time != null) {
      others.add(time);
    }
    boolean forecast = task == Task.FORECAST;
    if (!forecast) {
      others.addAll(labels);
    }
    others.forEach(source::column);
    var names = new LinkedHashSet<>(features == null ? source.header() : features);
    if (features == null) {
      names.removeAll(others);
    }
    if (forecast) {
      names.addAll(labels);
    }
    for (String name : names) {
      source.column(name);
      if (others.contains(name)) {
        throw new UserException(
            "--features: expected other columns than --id, --time and --label, actual '%s'"
                .formatted(name));
      }
    }
    for (String name : categorical) {
      if (!names.contains(name) || (forecast && labels.contains(name))) {
        throw new UserException(
            "--categorical: expected features that are not forecast, %s, actual '%s'"
                .formatted(names, name));
      }
    }
    if (names.isEmpty()) {
      throw new UserException(
          "%s: expected columns to learn from beside %s, actual none"
              .formatted(source.name(), others));
    }
    return List.copyOf(names);
  }
}
