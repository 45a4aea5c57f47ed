package io.ciranda.samples.table;

import io.ciranda.samples.cli.Console;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts the names that a model has not seen in training, which it reads as the unknown one. */
final class UnseenNames {
  private final TaskModel model;
  private final List<String> columns; // [K]
  private final long[] counts; // [K]
  private final String[] first; // [K]
  private long rows;

  UnseenNames(TaskModel model, TableSchema schema) {
    this.model = model;
    columns = schema.features(false);
    counts = new long[columns.size()];
    first = new String[columns.size()];
  }

  /** Looks at the names of a row, {@code [K]}. */
  void count(String[] names) {
    rows++;
    for (int k = 0; k < names.length; k++) {
      if (!model.knows(k, names[k])) {
        if (counts[k] == 0) {
          first[k] = names[k];
        }
        counts[k]++;
      }
    }
  }

  /** How many there were in each column that had any. */
  Map<String, Long> byColumn() {
    var unseen = new LinkedHashMap<String, Long>();
    for (int k = 0; k < counts.length; k++) {
      if (counts[k] > 0) {
        unseen.put(columns.get(k), counts[k]);
      }
    }
    return unseen;
  }

  /** Says so, a line for each of those columns. */
  void tell(Console console) {
    for (int k = 0; k < counts.length; k++) {
      if (counts[k] > 0) {
        console.narrate(
            "column '%s': %s in %,d of %,d rows, which training has not seen and which is read as unknown"
                .formatted(
                    columns.get(k),
                    first[k].isEmpty() ? "nothing" : "'" + first[k] + "' or the like",
                    counts[k],
                    rows));
      }
    }
  }
}
