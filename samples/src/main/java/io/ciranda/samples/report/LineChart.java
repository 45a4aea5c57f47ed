package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines over one axis, as numbers ({@code NAME.csv}) and as a picture ({@code NAME.png}). */
public final class LineChart {
  private enum Style {
    LINE,
    DASHES,
    POINTS
  }

  private static final class Series {
    final String name;
    final double[] x;
    final double[] y;
    final Style style;

    Series(String name, double[] x, double[] y, Style style) {
      this.name = name;
      this.x = x.clone();
      this.y = y.clone();
      this.style = style;
    }
  }

  private final String title;
  private final String x;
  private final String y;
  private final List<Series> series = new ArrayList<>();
  private boolean logarithmic;

  /**
   * @param title stands above the picture
   * @param x what the horizontal axis counts
   * @param y what the vertical axis measures
   */
  public LineChart(String title, String x, String y) {
    this.title = title;
    this.x = x;
    this.y = y;
  }

  /** The vertical axis counts powers of ten; what is not above 0 is not drawn. */
  public LineChart logarithmic() {
    logarithmic = true;
    return this;
  }

  /** A line through these points. */
  public LineChart line(String name, double[] xs, double[] ys) {
    return add(name, xs, ys, Style.LINE);
  }

  /** A dashed line: what is expected, a baseline. */
  public LineChart dashes(String name, double[] xs, double[] ys) {
    return add(name, xs, ys, Style.DASHES);
  }

  /** The points alone. */
  public LineChart points(String name, double[] xs, double[] ys) {
    return add(name, xs, ys, Style.POINTS);
  }

  private LineChart add(String name, double[] xs, double[] ys, Style style) {
    if (xs.length != ys.length) {
      throw new IllegalArgumentException(
          "%s: expected as many values as places, %d, actual %d"
              .formatted(name, xs.length, ys.length));
    }
    series.add(new Series(name, xs, ys, style));
    return this;
  }

  /**
   * Writes {@code NAME.csv}, with the columns series, x and y, and {@code NAME.png}. Where pictures
   * cannot be drawn, as on a server without fonts, {@code console} says what to install.
   *
   * @param name folder and name of both files, without an ending
   */
  public void write(Path name, Console console) throws IOException {
    Path numbers = Path.of(name + ".csv");
    try (Writer out = Files.newBufferedWriter(numbers)) {
      out.write("series,x,y\n");
      for (Series s : series) {
        for (int i = 0; i < s.x.length; i++) {
          out.write(String.format(Locale.ROOT, "\"%s\",%s,%s\n", s.name, s.x[i], s.y[i]));
        }
      }
    }
    Charts.write(title, this::chart, name, numbers, console);
  }

  private XYChart chart() {
    // XChart's own logarithmic axis labels each power, illegible where there are eighty.
    XYChart chart = Charts.chart(title, x, logarithmic ? y + " (power of ten)" : y);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
    int colour = 0;
    for (Series s : series) {
      boolean dashes = s.style == Style.DASHES;
      Color color = dashes ? Charts.LEVEL : Charts.COLOURS.get(colour++ % Charts.COLOURS.size());
      BasicStroke stroke = dashes ? Charts.DASHED : Charts.SOLID;
      int[] drawn = IntStream.range(0, s.x.length).filter(i -> isDrawn(s.y[i])).toArray();
      if (drawn.length > 0) {
        double[] xs = choose(s.x, drawn);
        double[] ys = heights(s.y, drawn);
        if (chart.getSeriesMap().isEmpty()) {
          keepRoundNumbers(chart, xs, ys);
        }
        XYSeries line = Charts.draw(chart, s.name, xs, ys, color, stroke);
        if (s.style == Style.POINTS) {
          line.setMarker(SeriesMarkers.CIRCLE).setLineStyle(Charts.NONE);
        }
      }
    }
    return chart;
  }

  /**
   * Where all places are equally far apart XChart labels every n-th of them, be it 34, 68, 102; one
   * more that is not drawn brings the round numbers back.
   */
  private static void keepRoundNumbers(XYChart chart, double[] xs, double[] ys) {
    int last = xs.length - 1;
    double between = xs[0] + (xs[last] - xs[0]) / Math.PI;
    chart
        .addSeries("not drawn", new double[] {between}, new double[] {ys[0]})
        .setMarker(SeriesMarkers.NONE)
        .setShowInLegend(false);
  }

  private boolean isDrawn(double value) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  private double[] heights(double[] ys, int[] places) {
    double[] chosen = choose(ys, places);
    return logarithmic ? DoubleStream.of(chosen).map(Math::log10).toArray() : chosen;
  }

  private static double[] choose(double[] values, int[] places) {
    return IntStream.of(places).mapToDouble(i -> values[i]).toArray();
  }
}
