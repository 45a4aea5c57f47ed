package io.ciranda.bench;

import io.ciranda.bench.InferenceGoal.Shape;
import io.ciranda.kernel.Precision;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Ratios of {@link CompareInference} as bars, a panel for what differs in H alone, a line at the
 * rival's time.
 */
final class InferenceChart {
  private record Panel(
      String benchmark, String cell, int layers, int steps, int batch, int threads, String rival) {
    static Panel of(InferenceGoal goal) {
      Shape s = goal.shape();
      return new Panel(
          s.benchmark(), s.cell(), s.layers(), s.steps(), s.batch(), s.threads(), goal.rival());
    }

    String title() {
      return "%s: %d x %s, T = %d, B = %d, threads: %d"
          .formatted(benchmark, layers, cell, steps, batch, threads);
    }
  }

  private static final Map<Precision, Color> COLORS =
      Map.of(
          Precision.F32, new Color(0x4477AA),
          Precision.BF16, new Color(0x66CCEE),
          Precision.INT8, new Color(0x228833));

  private static final Color RIVAL = new Color(0xEE6677);
  private static final Color GRID = new Color(0xDDDDDD);

  private InferenceChart() {}

  /** Draws the ratios of those goals into a PNG file. */
  static void write(List<InferenceGoal> goals, ToDoubleFunction<InferenceGoal> ratio, Path file)
      throws IOException {
    Map<Panel, List<InferenceGoal>> panels =
        goals.stream()
            .collect(Collectors.groupingBy(Panel::of, LinkedHashMap::new, Collectors.toList()));
    List<CategoryChart> charts = new ArrayList<>();
    panels.forEach((panel, its) -> charts.add(chart(panel, its, ratio)));
    // XChart leaves no place of its grid empty.
    int columns = charts.size() % 2 == 0 ? 2 : 1;
    BitmapEncoder.saveBitmap(
        charts, charts.size() / columns, columns, file.toString(), BitmapFormat.PNG);
  }

  private static CategoryChart chart(
      Panel panel, List<InferenceGoal> goals, ToDoubleFunction<InferenceGoal> ratio) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(600)
            .height(300)
            .title(panel.title())
            .xAxisTitle("H")
            .yAxisTitle("time / " + panel.rival)
            .build();
    List<Integer> sizes =
        goals.stream().map(goal -> goal.shape().hidden()).distinct().sorted().toList();
    for (Precision precision : Precision.values()) {
      Map<Integer, Double> ratios =
          goals.stream()
              .filter(goal -> goal.precision() == precision)
              .collect(Collectors.toMap(goal -> goal.shape().hidden(), ratio::applyAsDouble));
      if (!ratios.isEmpty()) {
        // A size without a ratio is null, and no bar.
        chart
            .addSeries(
                precision.label(),
                sizes.stream().map(String::valueOf).toList(),
                sizes.stream().map(ratios::get).toList())
            .setFillColor(COLORS.get(precision));
      }
    }
    chart.addAnnotation(new AnnotationLine(1, false, false));
    var style = chart.getStyler();
    style.setYAxisMin(0.0);
    style.setYAxisMax(1.1 * goals.stream().mapToDouble(ratio).reduce(1, Math::max));
    style.setAnnotationLineColor(RIVAL);
    style.setLegendPosition(LegendPosition.OutsideE);
    style.setLegendBorderColor(GRID);
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderColor(GRID);
    style.setPlotGridLinesColor(GRID);
    return chart;
  }
}
