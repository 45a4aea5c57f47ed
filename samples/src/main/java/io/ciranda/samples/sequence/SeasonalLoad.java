package io.ciranda.samples.sequence;

import io.ciranda.sequence.Sequence;
import java.util.SplittableRandom;

/**
 * A made-up load, hour by hour: a daily pattern with two sharp peaks, and noise, which nobody can
 * forecast. So the best error that there can be is known.
 */
final class SeasonalLoad {
  private static final int DAY = 24;
  private static final double NOISE = 0.5;

  private final float[] load;

  /** That many hours. */
  SeasonalLoad(int hours, long seed) {
    var random = new SplittableRandom(seed);
    load = new float[hours];
    for (int t = 0; t < hours; t++) {
      load[t] = (float) (pattern(t) + NOISE * random.nextGaussian());
    }
  }

  private static double pattern(int t) {
    int hour = t % DAY;
    double peaks = Math.exp(-Math.pow(hour - 8, 2)) + 2 * Math.exp(-0.5 * Math.pow(hour - 19, 2));
    return 10 + 3 * peaks - Math.cos(2 * Math.PI * hour / DAY);
  }

  /** A number an hour. */
  Sequence series() {
    return Sequence.of(load, 1);
  }

  /**
   * Errors of forecasts of the next hour, each the root of the mean square.
   *
   * @param rmse of a network
   * @param noise of one who knows the pattern
   * @param asBefore of "as it was a day ago"
   * @param autoregression of a linear function of the last two days
   */
  record Errors(double rmse, double noise, double asBefore, double autoregression) {}

  /** A network's error from hour {@code from} on, and those of others. */
  Errors beside(double rmse, int from) {
    return new Errors(
        rmse,
        noise(from),
        Baselines.asBefore(load, DAY, from),
        Baselines.autoregression(load, 2 * DAY, from));
  }

  private double noise(int from) {
    double squares = 0;
    for (int t = from; t < load.length; t++) {
      squares += Math.pow(load[t] - pattern(t), 2);
    }
    return Math.sqrt(squares / (load.length - from));
  }
}
