package io.ciranda.samples.table;

import io.ciranda.samples.cli.Console;
import java.util.Locale;

/**
 * What the rows of a table take of the heap while a model learns from them: as they are read, in
 * arrays that grow by doubling, as sequences, and as what a network trains on. Texts of ids and
 * names come on top; a million rows of a number, a name and a hundred to an id do with a third
 * less.
 */
record HeapEstimate(long rows, long bytes) {
  private static final int NUMBER = 4 * Float.BYTES;
  private static final int NAME = 3 * Float.BYTES; // a reference is as long
  private static final int TIME = 2 * Double.BYTES;

  /** Above this part of the heap collections take longer and longer. */
  private static final double COMFORT = 0.7;

  static HeapEstimate of(TableSchema schema, long rows) {
    long row =
        TIME
            + (long) NUMBER * schema.features(true).size()
            + (long) NAME * schema.features(false).size()
            // Windows overlap by half: each number to tell stands there twice.
            + 2L * Float.BYTES * schema.horizon() * schema.labels().size();
    return new HeapEstimate(rows, rows * row);
  }

  /** Says what to type where the heap looks too small. */
  void warn(Console console, long heap) {
    if (bytes > COMFORT * heap) {
      console.narrate(
          String.format(
              Locale.ROOT,
              "warning: %,d rows take about %,d MB of heap, of which the JVM has %,d MB; give it more: CIRANDA_OPTS=-Xmx%dg",
              rows,
              bytes / 1_000_000,
              heap / 1_000_000,
              Math.ceilDiv(2 * bytes, 1L << 30)));
    }
  }
}
