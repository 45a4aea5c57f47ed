package io.ciranda.sequence;

import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How far forecasts were from what came. The overall figures are over all steps ahead and columns;
 * what was missing counts for nothing.
 */
public final class ForecastMetrics {
  private final int steps;
  private final float[] quantiles;
  private final long[] count; // [steps]
  private final double[] absolute; // [steps]
  private final double[] squares; // [steps]
  private double pinball;
  private long covered;

  ForecastMetrics(Targets targets) {
    steps = targets.steps();
    quantiles = targets.quantiles();
    count = new long[steps];
    absolute = new double[steps];
    squares = new double[steps];
  }

  /** Compares one number; NaN is one that is missing. */
  void add(Forecast forecast, int step, int column, float actual) {
    if (Float.isNaN(actual)) {
      return;
    }
    double error = (double) actual - forecast.value(step, column);
    count[step]++;
    absolute[step] += Math.abs(error);
    squares[step] += error * error;
    if (quantiles.length > 0) {
      for (int q = 0; q < quantiles.length; q++) {
        double distance = (double) actual - forecast.quantile(step, column, q);
        pinball += distance > 0 ? quantiles[q] * distance : (quantiles[q] - 1) * distance;
      }
      boolean inside =
          actual >= forecast.quantile(step, column, 0)
              && actual <= forecast.quantile(step, column, quantiles.length - 1);
      covered += inside ? 1 : 0;
    }
  }

  /** How many numbers were compared. */
  public long count() {
    return IntStream.range(0, steps).mapToLong(step -> count[step]).sum();
  }

  /** The mean absolute error; NaN of nothing. */
  public double mae() {
    return IntStream.range(0, steps).mapToDouble(step -> absolute[step]).sum() / count();
  }

  /** The root of the mean squared error; NaN of nothing. */
  public double rmse() {
    return Math.sqrt(IntStream.range(0, steps).mapToDouble(step -> squares[step]).sum() / count());
  }

  /** The mean absolute error of one step ahead, from 0. */
  public double mae(int step) {
    return absolute[step] / count[step];
  }

  /** The root of the mean squared error of one step ahead, from 0. */
  public double rmse(int step) {
    return Math.sqrt(squares[step] / count[step]);
  }

  /**
   * The mean quantile loss (Koenker and Bassett 1978) over all quantiles; NaN where none are
   * forecast.
   */
  public double pinball() {
    return quantiles.length == 0 ? Double.NaN : pinball / quantiles.length / count();
  }

  /**
   * The fraction that came between the least and the greatest quantile, both included; NaN where
   * none are forecast. Expected: their distance, such as 0.8 for 0.1 and 0.9.
   */
  public double coverage() {
    return quantiles.length == 0 ? Double.NaN : (double) covered / count();
  }

  @Override
  public String toString() {
    String errors =
        String.format(Locale.ROOT, "MAE %.4g, RMSE %.4g, %d numbers", mae(), rmse(), count());
    return quantiles.length == 0
        ? errors
        : errors
            + String.format(
                Locale.ROOT,
                ", quantile loss %.4g, coverage %.3f (expected %.3f)",
                pinball(),
                coverage(),
                quantiles[quantiles.length - 1] - quantiles[0]);
  }
}
