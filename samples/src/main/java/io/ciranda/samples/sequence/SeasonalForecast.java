package io.ciranda.samples.sequence;

import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceForecaster;
import io.ciranda.sequence.SequenceOptions;
import java.util.List;

/** Forecasts the next hour of {@link SeasonalLoad}. Argument: a seed. */
public final class SeasonalForecast {
  private SeasonalForecast() {}

  /** Prints how well it does on the last 1000 of 6000 hours. */
  public static void main(String[] args) {
    System.out.println(run(5000, 6000, args.length > 0 ? Long.parseLong(args[0]) : 1));
  }

  static SeasonalLoad.Errors run(int train, int hours, long seed) {
    var load = new SeasonalLoad(hours, seed);
    try (var model = fit(load.series().slice(0, train), seed)) {
      return load.beside(model.evaluateSeries(List.of(load.series()), train).rmse(), train);
    }
  }

  static SequenceForecaster fit(Sequence past, long seed) {
    SequenceOptions options = SequenceOptions.standard().withDropout(0).withSeed(seed);
    return SequenceForecaster.fitSeries(List.of(past), 1, options);
  }
}
