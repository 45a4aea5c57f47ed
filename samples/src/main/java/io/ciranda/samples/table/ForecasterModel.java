package io.ciranda.samples.table;

import io.ciranda.sequence.Estimate;
import io.ciranda.sequence.Forecast;
import io.ciranda.sequence.ForecastMetrics;
import io.ciranda.sequence.ForecastSession;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceForecaster;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tells the numbers of the next rows.
 *
 * @param from the first row of each sequence whose numbers are compared, those before being only
 *     read
 * @param season rows after which things are as before, to compare with; 0 for none
 */
record ForecasterModel(SequenceForecaster model, TableSchema schema, int from, int season)
    implements TaskModel {

  /** The errors of a number of rows ahead, from 1. */
  record Ahead(int rows, double mae, double rmse) {}

  /**
   * What {@code --json} prints.
   *
   * @param quantileLoss null where the mean is forecast, as is {@code coverage}
   * @param seasonalNaive null without a season
   */
  record Figures(
      long count,
      double mae,
      double rmse,
      Double quantileLoss,
      Double coverage,
      List<Ahead> ahead,
      NaiveForecast lastValue,
      NaiveForecast seasonalNaive) {}

  static Estimate estimate(TableSchema schema, List<Group> train, SequenceOptions options) {
    return SequenceForecaster.estimateSeries(
        series(train), schema.horizon(), forecasting(schema, options));
  }

  static ForecasterModel fit(TableSchema schema, List<Group> train, SequenceOptions options) {
    return new ForecasterModel(
        SequenceForecaster.fitSeries(series(train), schema.horizon(), forecasting(schema, options)),
        schema,
        0,
        0);
  }

  private static SequenceOptions forecasting(TableSchema schema, SequenceOptions options) {
    return options
        .withTargetColumns(schema.targets())
        .withQuantiles(schema.quantiles().stream().mapToDouble(Double::doubleValue).toArray());
  }

  static ForecasterModel load(Path file, TableSchema schema) throws IOException {
    return new ForecasterModel(SequenceForecaster.load(file), schema, 0, 0);
  }

  /** The same to be measured otherwise. */
  ForecasterModel measuredFrom(int row, int rowsOfSeason) {
    return new ForecasterModel(model, schema, row, rowsOfSeason);
  }

  private static List<Sequence> series(List<Group> groups) {
    return groups.stream().map(Group::sequence).toList();
  }

  @Override
  public void save(Path file, TableSchema columns) throws IOException {
    model.save(file, columns.metadata());
  }

  @Override
  public Evaluation evaluate(List<Group> groups) {
    List<Sequence> series = series(groups);
    // Where all know enough of the past, so that all are measured on the same numbers.
    int first = Math.max(from, season == 0 ? 1 : season + schema.horizon() - 1);
    ForecastMetrics metrics = model.evaluateSeries(series, first);
    NaiveForecast last = NaiveForecast.of(series, schema, first, 1);
    NaiveForecast seasonal = season == 0 ? null : NaiveForecast.of(series, schema, first, season);
    var figures =
        new Figures(
            metrics.count(),
            metrics.mae(),
            metrics.rmse(),
            finite(metrics.pinball()),
            finite(metrics.coverage()),
            IntStream.range(0, schema.horizon())
                .mapToObj(i -> new Ahead(i + 1, metrics.mae(i), metrics.rmse(i)))
                .toList(),
            last,
            seasonal);
    return new Evaluation(text(metrics, figures), figures);
  }

  private static Double finite(double x) {
    return Double.isFinite(x) ? x : null;
  }

  private String text(ForecastMetrics metrics, Figures figures) {
    var lines = new ArrayList<String>();
    lines.add("model           " + metrics);
    lines.add("last value      " + figures.lastValue);
    if (figures.seasonalNaive != null) {
      lines.add("%,4d rows before %s".formatted(season, figures.seasonalNaive));
    }
    Ahead nearest = figures.ahead.getFirst();
    Ahead farthest = figures.ahead.getLast();
    for (Ahead ahead : nearest.equals(farthest) ? List.of(nearest) : List.of(nearest, farthest)) {
      lines.add(
          "%,4d rows ahead  MAE %.4g, RMSE %.4g".formatted(ahead.rows, ahead.mae, ahead.rmse));
    }
    return String.join(System.lineSeparator(), lines);
  }

  @Override
  public boolean knows(int column, String name) {
    return model.knows(column, name);
  }

  @Override
  public SequenceSession newSession() {
    return model.newSession();
  }

  /** {@code load+1} for the next row, {@code load+1_q0.1} for a quantile of it. */
  @Override
  public List<String> answerNames() {
    var names = new ArrayList<String>();
    for (int step = 1; step <= schema.horizon(); step++) {
      for (String label : schema.labels()) {
        if (schema.quantiles().isEmpty()) {
          names.add("%s+%d".formatted(label, step));
        }
        for (double quantile : schema.quantiles()) {
          names.add("%s+%d_q%s".formatted(label, step, quantile));
        }
      }
    }
    return names;
  }

  @Override
  public List<String> answer(SequenceSession session) {
    return fields(((ForecastSession) session).forecast());
  }

  @Override
  public List<List<String>> answers(Group group) {
    return List.of(fields(model.predict(group.sequence())));
  }

  private static List<String> fields(Forecast forecast) {
    int levels = forecast.quantiles().length;
    var fields = new ArrayList<String>();
    for (int step = 0; step < forecast.steps(); step++) {
      for (int column = 0; column < forecast.columns(); column++) {
        if (levels == 0) {
          fields.add(Float.toString(forecast.value(step, column)));
        }
        for (int level = 0; level < levels; level++) {
          fields.add(Float.toString(forecast.quantile(step, column, level)));
        }
      }
    }
    return fields;
  }

  @Override
  public void close() {
    model.close();
  }
}
