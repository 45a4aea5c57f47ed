package io.ciranda.samples.sequence;

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
  private static final int PERIOD = 24;
  private static final double NOISE = 0.5;

  private SeasonalForecast() {}

  /**
   * Errors of forecasts of the next hour.
   *
   * @param rmse of the network
   * @param noise of one who knows the pattern
   * @param asBefore of "as it was a day ago"
   * @param autoregression of a linear function of the last two days
   */
  record Errors(double rmse, double noise, double asBefore, double autoregression) {}

  /** Prints how well it does on the last 1000 of 6000 hours. */
  public static void main(String[] args) {
    System.out.println(run(5000, 6000, args.length > 0 ? Long.parseLong(args[0]) : 1));
  }

  static SequenceForecaster fit(Sequence past, long seed) {
    SequenceOptions options = SequenceOptions.standard().withDropout(0).withSeed(seed);
    return SequenceForecaster.fitSeries(List.of(past), 1, options);
  }

  static Errors run(int train, int hours, long seed) {
    float[] load = load(hours, seed);
    Sequence series = Sequence.of(load, 1);
    try (var model = fit(series.slice(0, train), seed)) {
      return new Errors(
          model.evaluateSeries(List.of(series), train).rmse(),
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
  private static double noise(float[] load, int from) {
    double squares = 0;
    for (int t = from; t < load.length; t++) {
      squares += Math.pow(load[t] - pattern(t), 2);
    }
    return Math.sqrt(squares / (load.length - from));
  }
}
