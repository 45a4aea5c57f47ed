package io.ciranda.samples.sequence;

import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/** Forecasts of the next step of a series that a network has to be better than. */
final class Baselines {
  private Baselines() {}

  /** The error of "as it was a period ago", from step {@code from} on. */
  static double asBefore(float[] series, int period, int from) {
    double squares = 0;
    for (int t = from; t < series.length; t++) {
      squares += Math.pow(series[t] - series[t - period], 2);
    }
    return Math.sqrt(squares / (series.length - from));
  }

  /**
   * The error, from step {@code from} on, of {@code x(t) = a0 + a1 x(t-1) + .. + ap x(t-p)}, fitted
   * by least squares to the steps before.
   */
  static double autoregression(float[] series, int p, int from) {
    double[][] before = new double[from - p][p]; // x(t-1) .. x(t-p) for each t
    double[] x = new double[from - p];
    for (int t = p; t < from; t++) {
      for (int i = 1; i <= p; i++) {
        before[t - p][i - 1] = series[t - i];
      }
      x[t - p] = series[t];
    }
    var regression = new OLSMultipleLinearRegression();
    regression.newSampleData(x, before);
    double[] a = regression.estimateRegressionParameters();
    double squares = 0;
    for (int t = from; t < series.length; t++) {
      double forecast = a[0];
      for (int i = 1; i <= p; i++) {
        forecast += a[i] * series[t - i];
      }
      squares += Math.pow(series[t] - forecast, 2);
    }
    return Math.sqrt(squares / (series.length - from));
  }
}
