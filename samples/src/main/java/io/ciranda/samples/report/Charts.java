package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How the pictures of this program look. */
final class Charts {
  static final Color FIRST = new Color(0x4477AA);
  static final Color SECOND = new Color(0xEE6677);

  /** Told apart by the colour-blind as well (Paul Tol's "bright", then others: ten digits). */
  static final List<Color> COLOURS =
      List.of(
          FIRST,
          SECOND,
          new Color(0x228833),
          new Color(0xCCBB44),
          new Color(0x66CCEE),
          new Color(0xAA3377),
          new Color(0xBBBBBB),
          new Color(0x222222),
          new Color(0xEE7733),
          new Color(0x885533));

  static final Color LEVEL = new Color(0x555555);
  static final BasicStroke SOLID =
      new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  static final BasicStroke DASHED =
      new BasicStroke(
          1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0);
  static final BasicStroke NONE = new BasicStroke(0);

  private static final int DPI = 144;
  private static final Color GRID = new Color(0xDDDDDD);

  private Charts() {}

  /** An empty chart whose x axis begins at 0. */
  static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(540)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    XYStyler style = chart.getStyler();
    style.setLegendPosition(LegendPosition.InsideNE);
    style.setLegendBorderColor(GRID);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderColor(GRID);
    style.setPlotGridLinesColor(GRID);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setMarkerSize(6);
    style.setXAxisTickMarkSpacingHint(90);
    style.setXAxisMin(0.0);
    return chart;
  }

  /** Draws a line without markers. */
  static XYSeries draw(
      XYChart chart, String name, double[] x, double[] y, Color color, BasicStroke stroke) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color);
    series.setLineStyle(stroke);
    series.setMarker(SeriesMarkers.NONE);
    series.setMarkerColor(color);
    return series;
  }

  /** Makes a chart; AWT throws where it has no font, even while it is built. */
  interface Drawing {
    XYChart draw();
  }

  /** Draws a picture and writes it to a file. */
  interface Picture {
    void write() throws IOException;
  }

  /**
   * Writes {@code NAME.png}, if pictures can be drawn.
   *
   * @param what the picture shows
   */
  static void write(String what, Drawing drawing, Path name, Path numbers, Console console)
      throws IOException {
    Picture picture =
        () -> BitmapEncoder.saveBitmapWithDPI(drawing.draw(), name + ".png", BitmapFormat.PNG, DPI);
    write(what, picture, "the numbers are in " + numbers, console);
  }

  /**
   * Writes a picture. Where it cannot be drawn, as on a server without fonts, {@code console} says
   * what to install, and what there is instead.
   */
  static void write(String what, Picture picture, String instead, Console console)
      throws IOException {
    try {
      picture.write();
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What AWT throws without a font, a font configuration or its native libraries.
      console.narrate(
          "No picture of the %s, %s (%s).%nTo have one: apt-get install fontconfig fonts-dejavu-core"
              .formatted(what, instead, e));
    }
  }
}
