package io.ciranda.sequence;

import java.util.Arrays;
import java.util.Locale;

/**
 * Numbers that are expected: of a series, its next steps; of a sequence with numbers as target,
 * these, as one step.
 */
public final class Forecast {
  private final int steps;
  private final int columns;
  private final float[] quantiles;
  private final float[] values; // [steps][columns][levels]

  /** Takes over the array. */
  Forecast(Targets targets, float[] values) {
    steps = targets.steps();
    columns = targets.mean().length;
    quantiles = targets.quantiles();
    this.values = values;
  }

  /** Of a network's outputs for one place, which begin at {@code from}. */
  static Forecast of(Targets targets, float[] outputs, int from) {
    float[] values = new float[targets.outputs()];
    targets.decode(outputs, from, values);
    return new Forecast(targets, values);
  }

  /** How many steps are forecast; 1 where the numbers are of a sequence. */
  public int steps() {
    return steps;
  }

  /** How many numbers are forecast for each step. */
  public int columns() {
    return columns;
  }

  /** The quantiles that are forecast, rising, a copy; none where it is the mean. */
  public float[] quantiles() {
    return quantiles.clone();
  }

  /**
   * The number expected: the mean, or the quantile nearest to the median.
   *
   * @param step from 0, the one after the last that was read
   * @param column from 0
   */
  public float value(int step, int column) {
    return at(step, column, middle(quantiles));
  }

  /** Number {@code column} where there is one step: that of a sequence, or the next of a series. */
  public float value(int column) {
    return value(0, column);
  }

  /**
   * A quantile.
   *
   * @param level its number among {@link #quantiles}, from 0
   */
  public float quantile(int step, int column, int level) {
    java.util.Objects.checkIndex(level, quantiles.length);
    return at(step, column, level);
  }

  private float at(int step, int column, int level) {
    return values[place(step, steps, column, columns) * Math.max(1, quantiles.length) + level];
  }

  static int place(int step, int steps, int column, int columns) {
    return java.util.Objects.checkIndex(step, steps) * columns
        + java.util.Objects.checkIndex(column, columns);
  }

  /** The level that stands for all: the nearest to 0.5. */
  static int middle(float[] quantiles) {
    int middle = 0;
    for (int q = 1; q < quantiles.length; q++) {
      middle = Math.abs(quantiles[q] - 0.5) < Math.abs(quantiles[middle] - 0.5) ? q : middle;
    }
    return middle;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Forecast that
        && steps == that.steps
        && Arrays.equals(quantiles, that.quantiles)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int step = 0; step < steps; step++) {
      for (int column = 0; column < columns; column++) {
        text.append(text.isEmpty() ? "" : " ")
            .append(String.format(Locale.ROOT, "%.4g", value(step, column)));
      }
    }
    return text.toString();
  }
}
