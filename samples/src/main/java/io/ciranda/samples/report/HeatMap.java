package io.ciranda.samples.report;

import io.ciranda.io.AtomicFile;
import io.ciranda.samples.cli.Console;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A matrix as a picture: the darker a cell, the nearer its value to 1. Columns are named above,
 * rows on the left.
 *
 * @param columns names, from the left
 * @param rows names, from the top
 * @param values {@code [rows][columns]}, in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HeatMap(List<String> columns, List<String> rows, float[][] values) {
  private static final int CELL = 24;
  private static final int FONT = 14;
  private static final int GAP = 8; // between a name and its cells, and around all
  private static final int SCALE = 2; // pixels of a bitmap to a unit of the drawing
  private static final int SHADES = 10; // of the legend
  private static final Color DARK = new Color(0x1F4468);
  private static final Color LINE = new Color(0xDDDDDD);
  private static final int FIRST_WIDE = 0x1100; // code points as wide as high come after this one

  /** Checks the sizes. */
  public HeatMap {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    if (values.length != rows.size()) {
      throw new IllegalArgumentException(
          "expected a row of values for each of %d names, actual %d"
              .formatted(rows.size(), values.length));
    }
    for (float[] row : values) {
      if (row.length != columns.size()) {
        throw new IllegalArgumentException(
            "expected a value for each of %d columns, actual %d"
                .formatted(columns.size(), row.length));
      }
    }
  }

  /** Whether {@link #write} knows the format that the ending asks for. */
  public static boolean canWrite(Path file) {
    return isSvg(file) || ending(file).equals("png");
  }

  private static boolean isSvg(Path file) {
    return ending(file).equals("svg");
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * Writes an SVG or PNG file, as the ending asks for. Where bitmaps cannot be drawn, as on a
   * server without fonts, {@code console} says what to do.
   *
   * @throws IllegalArgumentException if it is another ending
   */
  public void write(Path file, Console console) throws IOException {
    if (!canWrite(file)) {
      throw new IllegalArgumentException(
          "expected a file that ends with .svg or .png, actual " + file);
    }
    if (isSvg(file)) {
      var svg = new Svg();
      draw(svg);
      write(file, svg.text().getBytes(StandardCharsets.UTF_8));
    } else {
      Charts.Picture picture =
          () -> {
            var bitmap = new Bitmap(width(), height());
            draw(bitmap);
            write(file, bitmap.png());
          };
      Charts.write("attention", picture, "one that ends with .svg needs no fonts", console);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    AtomicFile.write(file, bytes.length, channel -> channel.write(ByteBuffer.wrap(bytes)));
  }

  // ---- the layout ----

  private int left() {
    return GAP + widest(rows) + GAP;
  }

  private int top() {
    return GAP + widest(columns) + GAP;
  }

  private int width() {
    return Math.max(left() + columns.size() * CELL, legendRight()) + 2 * GAP;
  }

  private int legendRight() {
    return left() + SHADES * CELL / 2 + 2 * GAP;
  }

  private int height() {
    return top() + rows.size() * CELL + 2 * GAP + CELL + GAP;
  }

  private static int widest(List<String> names) {
    return names.stream().mapToInt(HeatMap::width).max().orElse(0);
  }

  /** An estimate: an SVG file does not know the fonts of those who look at it. */
  private static int width(String name) {
    return name.codePoints().map(c -> c < FIRST_WIDE ? 2 * FONT / 3 : FONT).sum();
  }

  private void draw(Canvas canvas) {
    int baseline = CELL / 2 + FONT / 3;
    for (int j = 0; j < columns.size(); j++) {
      canvas.upwards(columns.get(j), left() + j * CELL + baseline, top() - GAP);
    }
    for (int i = 0; i < rows.size(); i++) {
      canvas.leftwards(rows.get(i), left() - GAP, top() + i * CELL + baseline);
      for (int j = 0; j < columns.size(); j++) {
        canvas.cell(left() + j * CELL, top() + i * CELL, CELL, shade(values[i][j]));
      }
    }
    int y = top() + rows.size() * CELL + 2 * GAP;
    canvas.leftwards("0", left() - GAP, y + FONT - 2);
    for (int shade = 0; shade <= SHADES; shade++) {
      int x = left() + shade * CELL / 2;
      canvas.cell(x, y, CELL / 2, shade((float) shade / SHADES));
    }
    canvas.leftwards("1", left() + (SHADES + 1) * CELL / 2 + 2 * GAP, y + FONT - 2);
  }

  private static Color shade(float value) {
    float v = Math.clamp(value, 0f, 1f);
    return new Color(mix(DARK.getRed(), v), mix(DARK.getGreen(), v), mix(DARK.getBlue(), v));
  }

  private static int mix(int dark, float value) {
    return Math.round(255 + (dark - 255) * value);
  }

  /** Where a map is drawn; in units of the drawing, y downwards. */
  private interface Canvas {
    /** A square whose left upper corner is at (x, y). */
    void cell(int x, int y, int size, Color color);

    /** A text that ends at x, on the line y. */
    void leftwards(String text, int x, int y);

    /** A text that begins at y and goes up, on the line x. */
    void upwards(String text, int x, int y);
  }

  private final class Svg implements Canvas {
    private final StringBuilder text = new StringBuilder();

    Svg() {
      text.append(
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"%d\">\n"
              .formatted(width(), height(), width(), height(), FONT));
      text.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    }

    @Override
    public void cell(int x, int y, int size, Color color) {
      text.append(
          "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"%s\"/>\n"
              .formatted(x, y, size, size, hex(color), hex(LINE)));
    }

    private static String hex(Color color) {
      return "#%06x".formatted(color.getRGB() & 0xffffff);
    }

    @Override
    public void leftwards(String name, int x, int y) {
      text.append(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n"
              .formatted(x, y, Xml.escaped(name)));
    }

    @Override
    public void upwards(String name, int x, int y) {
      text.append(
          "<text transform=\"translate(%d %d) rotate(-90)\">%s</text>\n"
              .formatted(x, y, Xml.escaped(name)));
    }

    String text() {
      return text + "</svg>\n";
    }
  }

  private static final class Bitmap implements Canvas {
    private final BufferedImage image;
    private final Graphics2D graphics;

    Bitmap(int width, int height) {
      image = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
      graphics = image.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.scale(SCALE, SCALE);
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, width, height);
      graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT));
    }

    @Override
    public void cell(int x, int y, int size, Color color) {
      graphics.setColor(color);
      graphics.fillRect(x, y, size, size);
      graphics.setColor(LINE);
      graphics.drawRect(x, y, size, size);
    }

    @Override
    public void leftwards(String text, int x, int y) {
      FontMetrics metrics = graphics.getFontMetrics();
      graphics.setColor(Color.BLACK);
      graphics.drawString(text, x - metrics.stringWidth(text), y);
    }

    @Override
    public void upwards(String text, int x, int y) {
      Graphics2D turned = (Graphics2D) graphics.create();
      turned.translate(x, y);
      turned.rotate(-Math.PI / 2);
      turned.setColor(Color.BLACK);
      turned.drawString(text, 0, 0);
      turned.dispose();
    }

    byte[] png() throws IOException {
      graphics.dispose();
      var bytes = new ByteArrayOutputStream();
      ImageIO.write(image, "png", bytes);
      return bytes.toByteArray();
    }
  }
}
