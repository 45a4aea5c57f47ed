package io.ciranda.samples.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The losses of a training, step by step, as numbers ({@code loss.csv}) and as a picture ({@code loss.png}, {@code
 * loss.svg}).
 */
public final class LossCurve {
  /** Points of the drawn training loss; more are not told apart on 1,000 pixels. */
  private static final int DRAWN_POINTS = 400;

  private static final Color TRAINING = new Color(0x4477AA);
  private static final Color VALIDATION = new Color(0xEE6677);
  private static final Color LEVEL = new Color(0x555555);
  private static final BasicStroke SOLID = new BasicStroke(1.8f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  private static final BasicStroke DASHED =
      new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 4}, 0);

  private record Point(long step, double loss) {}

  private record Level(String name, double loss) {}

  private final String title;
  private final String unit;
  private final List<Point> training = new ArrayList<>();
  private final List<Point> validation = new ArrayList<>();
  private final List<Level> levels = new ArrayList<>();

  /**
   * @param title stands above the picture: what was trained on what
   * @param unit of the losses, such as {@code "nats per character"}
   */
  public LossCurve(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** The loss of training step {@code step}; steps come in ascending order. */
  public void training(long step, double loss) {
    training.add(new Point(step, loss));
  }

  /** The loss on the held-out text after {@code step} steps. */
  public void validation(long step, double loss) {
    validation.add(new Point(step, loss));
  }

  /** A loss to compare with, drawn as a horizontal line: a baseline, a published figure. */
  public void level(String name, double loss) {
    levels.add(new Level(name, loss));
  }

  /** Writes {@code loss.csv} into {@code folder}: {@code series,step,loss}, the levels without a step. */
  public void writeNumbers(Path folder) throws IOException {
    try (PrintWriter out =
        new PrintWriter(Files.newBufferedWriter(folder.resolve("loss.csv"), StandardCharsets.UTF_8))) {
      out.println("series,step,loss");
      training.forEach(point -> out.printf(Locale.ROOT, "training,%d,%.6f%n", point.step, point.loss));
      validation.forEach(point -> out.printf(Locale.ROOT, "validation,%d,%.6f%n", point.step, point.loss));
      levels.forEach(level -> out.printf(Locale.ROOT, "%s,,%.6f%n", level.name, level.loss));
    }
  }

  /**
   * Writes {@code loss.png} and {@code loss.svg} into {@code folder}; the training loss is averaged over neighbouring steps.
   */
  public void writePicture(Path folder) throws IOException {
    XYChart chart = chart();
    BitmapEncoder.saveBitmapWithDPI(
        chart, folder.resolve("loss.png").toString(), BitmapEncoder.BitmapFormat.PNG, 144);
    VectorGraphicsEncoder.saveVectorGraphic(
        chart, folder.resolve("loss.svg").toString(), VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
  }

  private XYChart chart() {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(540)
            .title(title)
            .xAxisTitle("training steps")
            .yAxisTitle("loss, " + unit)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);

    List<Point> drawn = averaged(training);
    if (!drawn.isEmpty()) {
      draw(chart, "training (averaged)", drawn, TRAINING, SOLID);
    }
    if (!validation.isEmpty()) {
      draw(chart, "validation", validation, VALIDATION, SOLID).setMarker(SeriesMarkers.CIRCLE);
    }
    long last = Stream.concat(training.stream(), validation.stream()).mapToLong(Point::step).max().orElse(1);
    for (Level level : levels) {
      List<Point> line = List.of(new Point(0, level.loss), new Point(last, level.loss));
      draw(chart, level.name, line, LEVEL, DASHED);
    }
    return chart;
  }

  private static XYSeries draw(XYChart chart, String name, List<Point> points, Color color, BasicStroke stroke) {
    double[] steps = points.stream().mapToDouble(Point::step).toArray();
    double[] losses = points.stream().mapToDouble(Point::loss).toArray();
    XYSeries series = chart.addSeries(name, steps, losses);
    series.setLineColor(color);
    series.setLineStyle(stroke);
    series.setMarker(SeriesMarkers.NONE);
    series.setMarkerColor(color);
    return series;
  }

  /** At most {@link #DRAWN_POINTS} means of as many neighbours each, at the middle of their steps. */
  private static List<Point> averaged(List<Point> points) {
    int window = Math.ceilDiv(points.size(), DRAWN_POINTS);
    List<Point> means = new ArrayList<>();
    for (int from = 0; from < points.size(); from += window) {
      List<Point> part = points.subList(from, Math.min(points.size(), from + window));
      double mean = part.stream().mapToDouble(Point::loss).average().orElseThrow();
      means.add(new Point((part.getFirst().step + part.getLast().step) / 2, mean));
    }
    return means;
  }
}
