package io.ciranda.samples.sequence;

/** Forecasts a series with a daily pattern, a slow swing of its height, and noise. */
public final class SeasonalForecast {
  private SeasonalForecast() {}
}
