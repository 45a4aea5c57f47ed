package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineChartTest {
  @TempDir private Path folder;

  @Test
  void numbersAreWrittenAsTheyAreAndWhatHasNoLogarithmIsNotDrawn() throws IOException {
    var silent =
        new Console(
            new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false, true);
    double[] x = {1, 2, 3};
    new LineChart("a title", "x", "y")
        .logarithmic()
        .line("some", x, new double[] {0, 1e-300, Double.POSITIVE_INFINITY})
        .points("others", x, new double[] {1, 10, 100})
        .dashes("none", x, new double[] {0, 0, 0})
        .write(folder.resolve("chart"), silent);
    List<String> numbers = Files.readAllLines(folder.resolve("chart.csv"));
    assertEquals("series,x,y", numbers.getFirst());
    assertEquals("\"some\",2.0,1.0E-300", numbers.get(2));
    assertEquals(10, numbers.size());
    assertTrue(ImageIO.read(folder.resolve("chart.png").toFile()).getWidth() > 800);
  }

  @Test
  void everyPlaceHasAValue() {
    var chart = new LineChart("a title", "x", "y");
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> chart.line("some", new double[2], new double[3]));
    assertEquals("some: expected as many values as places, 2, actual 3", e.getMessage());
  }
}
