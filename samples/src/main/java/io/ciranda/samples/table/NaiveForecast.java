package io.ciranda.samples.table;

import io.ciranda.sequence.Sequence;
import java.util.List;

/** The errors of the forecast that a number will be what it was, which every model has to beat. */
record NaiveForecast(long count, double mae, double rmse) {

  /**
   * Measures it as {@code SequenceForecaster.evaluateSeries} does a model.
   *
   * @param from the first row whose numbers are compared
   * @param season rows after which they are the same; 1 for the last value there is
   */
  static NaiveForecast of(List<Sequence> series, TableSchema schema, int from, int season) {
    long count = 0;
    double absolute = 0;
    double squares = 0;
    for (Sequence s : series) {
      for (int target = from; target < s.steps(); target++) {
        for (int ahead = 1; ahead <= Math.min(schema.horizon(), target); ahead++) {
          for (int column : schema.targets()) {
            double error =
                (double) s.number(target, column) - past(s, column, target, ahead, season);
            if (!Double.isNaN(error)) {
              count++;
              absolute += Math.abs(error);
              squares += error * error;
            }
          }
        }
      }
    }
    return new NaiveForecast(count, absolute / count, Math.sqrt(squares / count));
  }

  /** The number that many seasons before that it is known {@code ahead} rows before. */
  private static float past(Sequence s, int column, int target, int ahead, int season) {
    int t = target - Math.ceilDiv(ahead, season) * season;
    while (t >= 0 && Float.isNaN(s.number(t, column))) {
      t -= season;
    }
    return t < 0 ? Float.NaN : s.number(t, column);
  }

  @Override
  public String toString() {
    return "MAE %.4g, RMSE %.4g, %d numbers".formatted(mae, rmse, count);
  }
}
