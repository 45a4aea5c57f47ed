package io.ciranda.samples.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.samples.cli.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapEstimateTest {
  private static String warning(HeapEstimate estimate, long heap) {
    var err = new StringWriter();
    var nobody = new PrintWriter(new StringWriter());
    estimate.warn(new Console(nobody, new PrintWriter(err), false, false), heap);
    return err.toString().strip();
  }

  @Test
  void saysWhatToTypeWhereTheHeapLooksTooSmall() {
    var features =
        List.of(new TableSchema.Feature("load", true), new TableSchema.Feature("day", false));
    var schema =
        new TableSchema(Task.FORECAST, null, "hour", features, List.of("load"), 24, List.of());
    HeapEstimate estimate = HeapEstimate.of(schema, 5_000_000);
    assertEquals(5_000_000L * (16 + 16 + 12 + 2 * 4 * 24), estimate.bytes());
    assertEquals("", warning(estimate, 2_000_000_000));
    assertEquals(
        "warning: 5,000,000 rows take about 1,180 MB of heap, of which the JVM has 1,500 MB; give it more: CIRANDA_OPTS=-Xmx3g",
        warning(estimate, 1_500_000_000));
  }
}
