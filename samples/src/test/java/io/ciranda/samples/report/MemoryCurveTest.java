package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ciranda.samples.cli.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCurveTest {
  private static final long MEGABYTE = 1 << 20;

  @TempDir private Path folder;

  @Test
  void whatIsHeldIsGrowthAndGarbageIsNot() throws IOException {
    long garbage = growth(false);
    assertTrue(Math.abs(garbage) < MEGABYTE, "garbage: " + garbage);
    long held = growth(true);
    assertTrue(held > 15 * MEGABYTE && held < 17 * MEGABYTE, "held: " + held);
  }

  /**
   * A megabyte after each of 32 samples: the least of the last quarter is 16 above the second's.
   */
  private static long growth(boolean hold) throws IOException {
    var curve = new MemoryCurve("a test");
    List<byte[][]> held = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      curve.sample();
      held.add(new byte[8][1 << 17]); // small enough to share a region of the heap
      if (!hold) {
        held.clear();
      }
    }
    assertEquals(hold ? 32 : 0, held.size());
    return curve.growth().heap();
  }

  @Test
  void numbersAndPictureAreWritten() throws IOException {
    var curve = new MemoryCurve("a test");
    MemoryCurve.Sample first = curve.sample();
    curve.sample();
    var err = new PrintWriter(new StringWriter());
    curve.write(folder.resolve("memory"), new Console(err, err, false, false));
    List<String> numbers = Files.readAllLines(folder.resolve("memory.csv"));
    assertEquals(3, numbers.size());
    assertEquals(
        "%.1f,%d,%d".formatted(first.seconds(), first.heap(), first.resident()), numbers.get(1));
    assumeTrue(LossCurveTest.hasFonts(), "this machine has no fonts");
    assertTrue(Files.size(folder.resolve("memory.png")) > 1000);
  }
}
