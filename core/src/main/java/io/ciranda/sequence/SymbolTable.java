package io.ciranda.sequence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The symbols of a column that a model knows, and their rows in its embedding. Row 0 is for all
 * that it does not know. A look-up allocates nothing.
 */
final class SymbolTable {
  private final int[] ids; // rising, or null where symbols are names
  private final List<String> names; // or null where symbols are ids
  private final Map<String, Integer> rows = new HashMap<>(); // of names

  private SymbolTable(int[] ids, List<String> names) {
    this.ids = ids;
    this.names = names;
    if (names != null) {
      for (String name : names) {
        rows.put(name, rows.size() + 1);
      }
    }
  }

  static SymbolTable ofIds(int[] rising) {
    return new SymbolTable(rising, null);
  }

  static SymbolTable ofNames(List<String> names) {
    return new SymbolTable(null, List.copyOf(names));
  }

  /** The symbols of column {@code k} that occur at least {@code minCount} times. */
  static SymbolTable learn(List<Sequence> sequences, int k, int minCount) {
    return sequences.getFirst().names() == null
        ? ofIds(
            frequent(sequences, k, minCount, (s, i) -> s.ids()[i]).stream()
                .mapToInt(Integer::intValue)
                .toArray())
        : ofNames(frequent(sequences, k, minCount, (s, i) -> s.names()[i]));
  }

  private interface Column<S> {
    S symbol(Sequence sequence, int i);
  }

  private static <S extends Comparable<S>> List<S> frequent(
      List<Sequence> sequences, int k, int minCount, Column<S> column) {
    var counts = new TreeMap<S, Integer>(Comparator.naturalOrder());
    for (Sequence sequence : sequences) {
      for (int t = 0; t < sequence.steps(); t++) {
        counts.merge(column.symbol(sequence, t * sequence.columns() + k), 1, Integer::sum);
      }
    }
    return counts.keySet().stream().filter(symbol -> counts.get(symbol) >= minCount).toList();
  }

  /** V, with the row of the unknown. */
  int size() {
    return 1 + (ids == null ? names.size() : ids.length);
  }

  boolean isNamed() {
    return ids == null;
  }

  int[] ids() {
    return ids;
  }

  List<String> names() {
    return names;
  }

  int row(int id) {
    return Math.max(Arrays.binarySearch(ids, id), -1) + 1;
  }

  int row(String name) {
    Integer row = rows.get(name);
    return row == null ? 0 : row;
  }

  /** The row of symbol {@code i} of a sequence, {@code t * K + k}. */
  int row(Sequence sequence, int i) {
    return ids == null ? row(sequence.names()[i]) : row(sequence.ids()[i]);
  }
}
