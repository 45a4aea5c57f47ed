package io.ciranda.samples.sequence;

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
    double[][] normal = new double[p + 1][p + 2]; // the normal equations, the right side last
    for (int t = p; t < from; t++) {
      for (int i = 0; i <= p; i++) {
        for (int j = 0; j <= p; j++) {
          normal[i][j] += lag(series, t, i) * lag(series, t, j);
        }
        normal[i][p + 1] += lag(series, t, i) * series[t];
      }
    }
    double[] a = solve(normal);
    double squares = 0;
    for (int t = from; t < series.length; t++) {
      double forecast = 0;
      for (int i = 0; i <= p; i++) {
        forecast += a[i] * lag(series, t, i);
      }
      squares += Math.pow(series[t] - forecast, 2);
    }
    return Math.sqrt(squares / (series.length - from));
  }

  private static double lag(float[] series, int t, int i) {
    return i == 0 ? 1 : series[t - i];
  }

  /** Gauss and Jordan, without pivots: the matrix is positive definite. */
  private static double[] solve(double[][] equations) {
    int n = equations.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double factor = equations[j][i] / equations[i][i];
        for (int k = i; k <= n && j != i; k++) {
          equations[j][k] -= factor * equations[i][k];
        }
      }
    }
    double[] solution = new double[n];
    for (int i = 0; i < n; i++) {
      solution[i] = equations[i][n] / equations[i][i];
    }
    return solution;
  }
}
