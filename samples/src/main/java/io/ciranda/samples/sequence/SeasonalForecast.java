package io.ciranda.samples.sequence;

import io.ciranda.sequence.ForecastMetrics;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceForecaster;
import io.ciranda.sequence.SequenceOptions;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Forecasts the next hour of a made-up load: a daily pattern with two sharp peaks, and noise, which
 * nobody can forecast. Argument: a seed.
 */
public final class SeasonalForecast {
  static final int PERIOD = 24;
  static final double NOISE = 0.5;

  private SeasonalForecast() {}

  /** Trains on the first 5000 hours, tests on the 1000 after them, prints. */
  public static void main(String[] args) {
    long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
    int train = 5000;
    float[] load = load(6000, seed);
    Sequence series = Sequence.of(load, 1);
    SequenceOptions options = SequenceOptions.standard().withDropout(0).withSeed(seed);
    try (var model = SequenceForecaster.fitSeries(List.of(series.slice(0, train)), 1, options)) {
      ForecastMetrics metrics = model.evaluateSeries(List.of(series), train);
      System.out.printf(
          "RMSE %.4f; noise %.4f, as a day ago %.4f, linear autoregression of two days %.4f%n",
          metrics.rmse(),
          noise(load, train),
          Baselines.asBefore(load, PERIOD, train),
          Baselines.autoregression(load, 2 * PERIOD, train));
    }
  }

  /** Hours of load. */
  static float[] load(int hours, long seed) {
    var random = new SplittableRandom(seed);
    float[] load = new float[hours];
    for (int t = 0; t < hours; t++) {
      load[t] = (float) (pattern(t) + NOISE * random.nextGaussian());
    }
    return load;
  }

  private static double pattern(int t) {
    int hour = t % PERIOD;
    double peaks = Math.exp(-Math.pow(hour - 8, 2)) + 2 * Math.exp(-0.5 * Math.pow(hour - 19, 2));
    return 10 + 3 * peaks - Math.cos(2 * Math.PI * hour / PERIOD);
  }

  /** The error that is left to one who knows the pattern, from {@code from} on. */
  static double noise(float[] load, int from) {
    double squares = 0;
    for (int t = from; t < load.length; t++) {
      squares += Math.pow(load[t] - pattern(t), 2);
    }
    return Math.sqrt(squares / (load.length - from));
  }
}
