package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.Console;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HeatMapTest {
  private static final HeatMap MAP =
      new HeatMap(
          List.of("<a>", "b & \"c\"", "漢"),
          List.of("x", "</s>"),
          new float[][] {{1, 0, 0.5f}, {0.25f, 0.75f, 0}});

  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();
  private final Console console =
      new Console(new PrintWriter(err), new PrintWriter(err), false, false);

  @Test
  void anSvgFileHasEveryNameAndCell() throws Exception {
    Path file = folder.resolve("map.SVG");
    MAP.write(file, console);
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    NodeList texts = document.getElementsByTagName("text");
    assertEquals("<a>", texts.item(0).getTextContent());
    assertEquals("b & \"c\"", texts.item(1).getTextContent());
    assertEquals("x", texts.item(3).getTextContent());
    NodeList cells = document.getElementsByTagName("rect");
    assertEquals(1 + 6 + 11, cells.getLength());
    assertEquals("#1f4468", ((Element) cells.item(1)).getAttribute("fill"));
    assertEquals("#ffffff", ((Element) cells.item(2)).getAttribute("fill"));
  }

  @Test
  void aPngFileIsAsDarkAsTheValues() throws IOException {
    Path file = folder.resolve("map.png");
    MAP.write(file, console);
    assertEquals("", err.toString());
    BufferedImage image = ImageIO.read(file.toFile());
    long dark = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        dark += (image.getRGB(x, y) & 0xffffff) == 0x1f4468 ? 1 : 0;
      }
    }
    // One cell of 24 units and the last of the legend, of 12; their lines are light.
    assertEquals(47 * 47 + 23 * 23, (double) dark, 150);
  }

  @Test
  void otherFormatsAndSizesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> MAP.write(Path.of("map.jpg"), console));
    assertTrue(HeatMap.canWrite(Path.of("a.b.PNG")) && !HeatMap.canWrite(Path.of("a.png.b")));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeatMap(List.of("a"), List.of("b"), new float[][] {{1, 2}}));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeatMap(List.of("a"), List.of("b"), new float[0][]));
  }
}
