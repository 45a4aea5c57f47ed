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
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The losses of a training, step by step, as numbers ({@code NAME.csv}) and as a picture ({@code
 * NAME.png}).
 */
public final class LossCurve {
  /** Points of the drawn training loss; more are not told apart on 1,000 pixels. */
  private static final int DRAWN_POINTS = 400;

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

  /**
   * Writes {@code NAME.csv} and {@code NAME.png}. Where pictures cannot be drawn, as on a server
   * without fonts, {@code console} says what to install; the numbers are there.
   *
   * @param name folder and name of both files, without an ending
   */
  public void write(Path name, Console console) throws IOException {
    Path numbers = Path.of(name + ".csv");
    writeNumbers(numbers);
    Charts.write("loss curve", this::chart, name, numbers, console);
  }

  /** {@code series,step,loss}; the levels have no step. */
  private void writeNumbers(Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("series,step,loss\n");
      for (Point point : training) {
        out.write(row("training", point));
      }
      for (Point point : validation) {
        out.write(row("validation", point));
      }
      for (Level level : levels) {
        out.write("%s,,%s\n".formatted(level.name, number(level.loss)));
      }
    }
  }

  private static String row(String series, Point point) {
    return "%s,%d,%s\n".formatted(series, point.step, number(point.loss));
  }

  private static String number(double loss) {
    return String.format(Locale.ROOT, "%.6f", loss);
  }

  private XYChart chart() {
    XYChart chart = Charts.chart(title, "training steps", "loss, " + unit);
    List<Point> averaged = averaged(finite(training));
    List<Point> validation = finite(this.validation);
    if (!averaged.isEmpty()) {
      draw(chart, "training (averaged)", averaged, Charts.FIRST, Charts.SOLID);
    }
    if (!validation.isEmpty()) {
      draw(chart, "validation", validation, Charts.SECOND, Charts.SOLID)
          .setMarker(SeriesMarkers.CIRCLE);
    }
    long last =
        Stream.concat(training.stream(), validation.stream())
            .mapToLong(Point::step)
            .max()
            .orElse(1);
    for (Level level : levels) {
      List<Point> line = List.of(new Point(0, level.loss), new Point(last, level.loss));
      draw(
          chart,
          String.format(Locale.ROOT, "%s: %.3f", level.name, level.loss),
          line,
          Charts.LEVEL,
          Charts.DASHED);
    }
    XYStyler style = chart.getStyler();
    style.setXAxisMax((double) last);
    style.setYAxisMax(top(averaged, validation));
    return chart;
  }

  /**
   * The loss falls from ln V within the first steps: they may leave the picture, so that the rest
   * can be told apart.
   */
  private double top(List<Point> averaged, List<Point> validation) {
    Stream<Point> afterTheFall = averaged.stream().skip(averaged.size() / 50);
    double highest =
        Stream.concat(afterTheFall, validation.stream()).mapToDouble(Point::loss).max().orElse(0);
    double highestLevel = levels.stream().mapToDouble(Level::loss).max().orElse(0);
    return 1.05 * Math.max(highest, highestLevel);
  }

  private static XYSeries draw(
      XYChart chart, String name, List<Point> points, Color color, BasicStroke stroke) {
    double[] steps = points.stream().mapToDouble(Point::step).toArray();
    double[] losses = points.stream().mapToDouble(Point::loss).toArray();
    return Charts.draw(chart, name, steps, losses, color, stroke);
  }

  /** A training that diverged is drawn as far as it can be. */
  private static List<Point> finite(List<Point> points) {
    return points.stream().filter(point -> Double.isFinite(point.loss)).toList();
  }

  /**
   * At most {@link #DRAWN_POINTS} means of as many neighbours each, at the middle of their steps.
   */
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
