package io.ciranda.samples.lecture;

import io.ciranda.samples.report.Xml;
import java.util.Locale;

/** A drawing of nodes, arrows and coloured cells, written as SVG: no font is needed to make it. */
public final class Svg {
  private final StringBuilder body = new StringBuilder();
  private final int width;
  private final int height;

  /** An empty sheet of that many pixels. */
  public Svg(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** The sheet's width in pixels. */
  public int width() {
    return width;
  }

  /** Text around the point (x, y). */
  public Svg text(double x, double y, int size, String text) {
    return add(
        String.format(
            Locale.ROOT,
            "<text x='%.1f' y='%.1f' font-size='%d' text-anchor='middle' dominant-baseline='central'>%s</text>",
            x,
            y,
            size,
            Xml.escaped(text)));
  }

  /** Text that begins at x, around the height y. */
  public Svg textFrom(double x, double y, int size, String text) {
    return add(
        String.format(
            Locale.ROOT,
            "<text x='%.1f' y='%.1f' font-size='%d' dominant-baseline='central'>%s</text>",
            x,
            y,
            size,
            Xml.escaped(text)));
  }

  /** A circle with a text in it. */
  public Svg node(double x, double y, double radius, String colour, String text) {
    add(
        String.format(
            Locale.ROOT,
            "<circle cx='%.1f' cy='%.1f' r='%.1f' fill='%s' stroke='#555'/>",
            x,
            y,
            radius,
            colour));
    return text(x, y, 15, text);
  }

  /** A straight arrow, with a text to the right of its middle. */
  public Svg arrow(double x1, double y1, double x2, double y2, String text) {
    add(
        String.format(
            Locale.ROOT, "<path d='M%.1f %.1f L%.1f %.1f' class='arrow'/>", x1, y1, x2, y2));
    // Beside an upright arrow, above one that lies.
    return x1 == x2
        ? text(x1 + 12, (y1 + y2) / 2, 13, text)
        : text((x1 + x2) / 2, (y1 + y2) / 2 - 11, 13, text);
  }

  /** An arrow in a curve by way of two points. */
  public Svg loop(
      double x1, double y1, double cx1, double cy1, double cx2, double cy2, double x2, double y2) {
    return add(
        String.format(
            Locale.ROOT,
            "<path d='M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f' class='arrow'/>",
            x1,
            y1,
            cx1,
            cy1,
            cx2,
            cy2,
            x2,
            y2));
  }

  /**
   * A coloured cell.
   *
   * @param shade 0 for white, 1 for the darkest blue, -1 for the darkest red
   */
  public Svg cell(double x, double y, double width, double height, double shade) {
    double depth = Math.min(1, Math.abs(shade));
    int[] dark = shade < 0 ? new int[] {0xB2, 0x18, 0x2B} : new int[] {0x21, 0x66, 0xAC};
    return add(
        String.format(
            Locale.ROOT,
            "<rect x='%.0f' y='%.0f' width='%.0f' height='%.0f' fill='#%02x%02x%02x'/>",
            x,
            y,
            width,
            height,
            mixed(dark[0], depth),
            mixed(dark[1], depth),
            mixed(dark[2], depth)));
  }

  private static int mixed(int dark, double depth) {
    return (int) Math.round(255 + depth * (dark - 255));
  }

  private Svg add(String element) {
    body.append(element).append('\n');
    return this;
  }

  /** The document. */
  public String text() {
    return """
        <svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' \
        font-family='sans-serif' fill='#222'>
        <defs><marker id='tip' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='7' markerHeight='7' \
        orient='auto'><path d='M0 1 L9 5 L0 9 z' fill='#555'/></marker>
        <style>.arrow { fill: none; stroke: #555; stroke-width: 1.4; marker-end: url(#tip) }</style></defs>
        <rect width='100%%' height='100%%' fill='white'/>
        %s</svg>
        """
        .formatted(width, height, width, height, body);
  }
}
