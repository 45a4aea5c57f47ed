package io.ciranda.samples.table;

import io.ciranda.samples.cli.UserException;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The rows of one id, in order of time.
 *
 * @param labels of the rows; of the sequence, one; none where they were not read
 * @param times as they stand in the file; none where they are not wanted
 */
record Group(String id, Sequence sequence, List<String> labels, List<String> times) {

  /**
   * Reads all rows into memory. Numbers take 4 bytes, as do names and labels, each different text
   * being kept once; rows of one time stay in the order of their lines.
   *
   * @param keepTimes whether the times' texts are wanted
   * @throws UserException where there are no rows, or an id of a classifier has two labels
   */
  static List<Group> readAll(RowReader rows, Task task, boolean keepTimes) throws IOException {
    var texts = new HashMap<String, String>();
    Map<String, Builder> builders = new LinkedHashMap<>();
    try (rows) {
      while (rows.next()) {
        builders.computeIfAbsent(rows.id(), Builder::new).add(rows, task, keepTimes, texts);
      }
      if (builders.isEmpty()) {
        throw new UserException(
            "%s has a header only: expected rows after it".formatted(rows.source().name()));
      }
    }
    var groups = new ArrayList<Group>();
    for (var builder = builders.values().iterator(); builder.hasNext(); ) {
      groups.add(builder.next().build());
      builder.remove(); // its arrays are not held twice
    }
    return groups;
  }

  /** The rows of all. */
  static long rows(List<Group> groups) {
    return groups.stream().mapToLong(group -> group.sequence.steps()).sum();
  }

  /** Rows of one id as they come. */
  private static final class Builder {
    private static final int FIRST_ROWS = 8;

    private final String id;
    private final List<String> labels = new ArrayList<>();
    private final List<String> timeTexts = new ArrayList<>();
    private int steps;
    private double[] times = new double[FIRST_ROWS];
    private float[] numbers; // [T][N]
    private String[] names; // [T][K]
    private int n;
    private int k;
    private boolean sorted = true;

    Builder(String id) {
      this.id = id;
    }

    void add(RowReader rows, Task task, boolean keepTimes, Map<String, String> texts) {
      if (steps == 0) {
        n = rows.numbers().length;
        k = rows.names().length;
        numbers = new float[FIRST_ROWS * n];
        names = new String[FIRST_ROWS * k];
      } else if (steps == times.length) {
        times = Arrays.copyOf(times, 2 * steps);
        numbers = Arrays.copyOf(numbers, 2 * steps * n);
        names = Arrays.copyOf(names, 2 * steps * k);
      }
      times[steps] = rows.time();
      sorted &= steps == 0 || times[steps - 1] <= times[steps];
      System.arraycopy(rows.numbers(), 0, numbers, steps * n, n);
      for (int i = 0; i < k; i++) {
        names[steps * k + i] = once(rows.names()[i], texts);
      }
      if (rows.label() != null) {
        addLabel(rows, task, texts);
      }
      if (keepTimes) {
        timeTexts.add(rows.timeText());
      }
      steps++;
    }

    private void addLabel(RowReader rows, Task task, Map<String, String> texts) {
      if (task == Task.TAG || labels.isEmpty()) {
        labels.add(once(rows.label(), texts));
      } else if (!labels.getFirst().equals(rows.label())) {
        throw rows.otherLabel(labels.getFirst());
      }
    }

    private static String once(String text, Map<String, String> texts) {
      String known = texts.putIfAbsent(text, text);
      return known == null ? text : known;
    }

    Group build() {
      int[] order = order();
      float[] x = new float[steps * n];
      var symbols = new String[steps][k];
      for (int t = 0; t < steps; t++) {
        System.arraycopy(numbers, order[t] * n, x, t * n, n);
        System.arraycopy(names, order[t] * k, symbols[t], 0, k);
      }
      return new Group(id, sequence(x, symbols), inOrder(labels, order), inOrder(timeTexts, order));
    }

    private Sequence sequence(float[] x, String[][] symbols) {
      if (n == 0) {
        return Sequence.ofSymbols(symbols);
      }
      Sequence plain = Sequence.of(x, n);
      return k == 0 ? plain : plain.withSymbols(symbols);
    }

    private int[] order() {
      IntStream lines = IntStream.range(0, steps);
      return sorted
          ? lines.toArray()
          : lines
              .boxed()
              .sorted(Comparator.comparingDouble(t -> times[t]))
              .mapToInt(Integer::intValue)
              .toArray();
    }

    /** Texts of the rows; none, or one of the sequence, stay as they are. */
    private static List<String> inOrder(List<String> texts, int[] order) {
      return texts.size() < order.length
          ? List.copyOf(texts)
          : Arrays.stream(order).mapToObj(texts::get).toList();
    }
  }
}
