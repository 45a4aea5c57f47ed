package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Scores of several models over a quantity, as a picture: a colour a family, a stroke a member. */
public final class ScoreLines {
  private static final List<Color> COLORS = List.of(Charts.FIRST, Charts.SECOND);
  private static final List<BasicStroke> STROKES = List.of(Charts.DASHED, Charts.SOLID);

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Line(String name, double[] x, double[] y, Color color, BasicStroke stroke) {}

  private final String title;
  private final String quantity;
  private final String score;
  private final List<Line> lines = new ArrayList<>();

  /**
   * Without lines.
   *
   * @param quantity on the x axis
   * @param score on the y axis, 0 or more
   */
  public ScoreLines(String title, String quantity, String score) {
    this.title = title;
    this.quantity = quantity;
    this.score = score;
  }

  /**
   * Adds a line.
   *
   * @param family 0 or 1
   * @param member 0 or 1
   */
  public void add(String name, int family, int member, double[] x, double[] y) {
    lines.add(new Line(name, x, y, COLORS.get(family), STROKES.get(member)));
  }

  /**
   * Writes {@code NAME.png}, if pictures can be drawn.
   *
   * @param numbers where the scores are as numbers
   */
  public void write(Path name, Path numbers, Console console) throws IOException {
    Charts.write("scores", this::chart, name, numbers, console);
  }

  private XYChart chart() {
    XYChart chart = Charts.chart(title, quantity, score);
    for (Line line : lines) {
      Charts.draw(chart, line.name, line.x, line.y, line.color, line.stroke)
          .setMarker(SeriesMarkers.CIRCLE);
    }
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setXAxisMin(null); // where the quantity begins
    // No corner is free of lines for sure.
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    return chart;
  }
}
