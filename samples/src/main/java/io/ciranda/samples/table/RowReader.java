package io.ciranda.samples.table;

import java.io.IOException;
import java.time.DateTimeException;
import java.util.List;
import java.util.function.Consumer;

/** The rows of a table as a model reads them. Its arrays are used again for the next row. */
final class RowReader implements AutoCloseable {
  private static final int NONE = -1;

  private final CsvSource source;
  private final int id;
  private final int time;
  private final int label;
  private final int[] numeric; // [N] columns
  private final int[] named; // [K] columns
  private final float[] numbers; // [N]
  private final String[] names; // [K]
  private final Consumer<String[]> namesListener;
  private Boolean numericTimes; // null before the first
  private long rows;

  /**
   * Finds the columns of a model. Takes over the source.
   *
   * @param labelled whether the label is read too
   * @param namesListener is shown the names of each row
   */
  RowReader(
      CsvSource source, TableSchema schema, boolean labelled, Consumer<String[]> namesListener)
      throws IOException {
    this.source = source;
    this.namesListener = namesListener;
    try {
      id = schema.id() == null ? NONE : source.column(schema.id());
      time = schema.time() == null ? NONE : source.column(schema.time());
      numeric = columns(schema.features(true));
      named = columns(schema.features(false));
      boolean reads = labelled && schema.task() != Task.FORECAST;
      label = reads ? source.column(schema.labels().getFirst()) : NONE;
    } catch (Throwable e) {
      source.close();
      throw e;
    }
    numbers = new float[numeric.length];
    names = new String[named.length];
  }

  private int[] columns(List<String> wanted) {
    return wanted.stream().mapToInt(source::column).toArray();
  }

  /** Goes to the next row; false at the end. */
  boolean next() {
    if (!source.next()) {
      return false;
    }
    rows++;
    for (int j = 0; j < numbers.length; j++) {
      try {
        numbers[j] = Fields.number(source.field(numeric[j]));
      } catch (NumberFormatException e) {
        throw source.unexpected(numeric[j], "a number");
      }
    }
    for (int k = 0; k < names.length; k++) {
      String name = source.field(named[k]);
      names[k] = Fields.isMissing(name) ? "" : name;
    }
    namesListener.accept(names);
    return true;
  }

  /** Where the row is. */
  CsvSource source() {
    return source;
  }

  /** Rows read so far. */
  long rows() {
    return rows;
  }

  /** The value that all rows of a sequence share. */
  String id() {
    return id == NONE ? "" : present(id, "an id");
  }

  /** The time as it stands there; empty where there is no such column. */
  String timeText() {
    return time == NONE ? "" : source.field(time);
  }

  /** The time as a number that grows; 0 where there is no such column. */
  double time() {
    if (time == NONE) {
      return 0;
    }
    String text = timeText();
    if (numericTimes == null) {
      numericTimes = Fields.isNumericTime(text);
    }
    try {
      return numericTimes ? Fields.numericTime(text) : Fields.isoTime(text);
    } catch (NumberFormatException e) {
      throw source.unexpected(time, "a number, as in the first row");
    } catch (DateTimeException e) {
      throw source.unexpected(time, "a number, or a date or time such as 2026-01-31T08:30:00Z");
    }
  }

  /** What to throw where a time comes before the last of its id. */
  RuntimeException late(String last) {
    return source.unexpected(time, "a time not before '%s', the last of its id".formatted(last));
  }

  /** The numbers, NaN for one that is missing. */
  float[] numbers() {
    return numbers;
  }

  /** The names, empty for one that is missing. */
  String[] names() {
    return names;
  }

  /** The label; null where none is read. */
  String label() {
    return label == NONE ? null : present(label, "a label");
  }

  /** What to throw where the label is not that of the rows before. */
  RuntimeException otherLabel(String expected) {
    return source.unexpected(
        label, "'%s', as in the rows of id '%s' before".formatted(expected, id()));
  }

  private String present(int column, String expected) {
    String text = source.field(column);
    if (text.isBlank()) {
      throw source.unexpected(column, expected);
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
