package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ciranda.samples.cli.Console;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LossCurveTest {
  @TempDir private Path folder;

  private final StringWriter err = new StringWriter();
  private final LossCurve curve = new LossCurve("An LSTM", "nats per character");

  @Test
  void writesEveryNumber() throws IOException {
    curve.training(1, 4.5);
    curve.training(2, 4.25);
    curve.validation(2, 4.3);
    curve.level("6-gram model", 1.5);
    write();
    assertEquals(
        List.of(
            "series,step,loss",
            "training,1,4.500000",
            "training,2,4.250000",
            "validation,2,4.300000",
            "6-gram model,,1.500000"),
        Files.readAllLines(folder.resolve("loss.csv")));
  }

  /** The three lines are in the picture, in their colours. */
  @Test
  void drawsEverySeries() throws IOException {
    for (int step = 1; step <= 3000; step++) {
      curve.training(step, 1.3 + 3 * Math.exp(-step / 300.0));
    }
    curve.validation(1500, 1.5);
    curve.validation(3000, 1.4);
    curve.level("6-gram model", 1.6);
    BufferedImage picture = write();
    assertEquals(1800, picture.getWidth());
    assertTrue(pixels(picture, 0x4477AA) > 300);
    assertTrue(pixels(picture, 0xEE6677) > 300);
    assertTrue(pixels(picture, 0x555555) > 300);
  }

  @Test
  void drawsARunOfNoSteps() throws IOException {
    curve.level("6-gram model", 1.6);
    assertTrue(pixels(write(), 0x555555) > 300);
  }

  @Test
  void drawsATrainingThatDiverged() throws IOException {
    curve.training(1, 4);
    curve.training(2, 3);
    curve.training(3, Double.NaN);
    curve.validation(3, Double.POSITIVE_INFINITY);
    assertTrue(pixels(write(), 0x4477AA) > 300);
    assertTrue(Files.readString(folder.resolve("loss.csv")).contains("training,3,NaN"));
  }

  /** Another JVM, whose font configuration knows no font. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutFontsTheNumbersAreThere() throws Exception {
    Path noFonts =
        Files.writeString(
            folder.resolve("fonts.conf"), "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
    var java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.awt.headless=true",
            "-Duser.home=" + folder, // AWT keeps what it found about fonts there
            "-cp",
            System.getProperty("java.class.path"),
            Fontless.class.getName(),
            folder.toString());
    java.environment().put("FONTCONFIG_FILE", noFonts.toString());
    Process process = java.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("No picture of the loss curve"), said);
    assertTrue(said.contains("apt-get install"), said);
    assertEquals(2, Files.readAllLines(folder.resolve("loss.csv")).size());
  }

  static final class Fontless {
    public static void main(String[] arguments) throws IOException {
      var fontless = new LossCurve("An LSTM", "nats per character");
      fontless.training(1, 4.5);
      var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
      fontless.write(Path.of(arguments[0], "loss"), new Console(err, err, false, false));
    }
  }

  private BufferedImage write() throws IOException {
    assumeTrue(hasFonts(), "this machine has no fonts");
    curve.write(
        folder.resolve("loss"),
        new Console(new PrintWriter(err), new PrintWriter(err), false, false));
    assertEquals("", err.toString());
    return ImageIO.read(folder.resolve("loss.png").toFile());
  }

  static boolean hasFonts() {
    try {
      return new Font(Font.SANS_SERIF, Font.PLAIN, 12).canDisplay('A');
    } catch (RuntimeException | LinkageError | InternalError e) {
      return false;
    }
  }

  private static long pixels(BufferedImage picture, int rgb) {
    int[] all =
        picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
    return Arrays.stream(all).filter(pixel -> (pixel & 0xFFFFFF) == rgb).count();
  }
}
