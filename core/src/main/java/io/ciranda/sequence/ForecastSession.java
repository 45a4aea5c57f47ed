package io.ciranda.sequence;

/** A stream of which numbers are expected: after each step, those for what has been read so far. */
public final class ForecastSession extends SequenceSession {
  private final Targets targets;
  private final float[] values; // [steps][columns][levels]
  private final int middle;

  ForecastSession(SequenceModel model) {
    super(model);
    targets = model.targets();
    values = new float[targets.outputs()];
    middle = Forecast.middle(targets.quantiles());
  }

  @Override
  void answer(float[] outputs) {
    targets.decode(outputs, 0, values);
  }

  /**
   * The number expected: the mean, or the quantile nearest to the median.
   *
   * @param step from 0, the one after the last that was read
   * @param column from 0
   * @throws IllegalStateException before the first step
   */
  public float value(int step, int column) {
    requireAnswer();
    int place = Forecast.place(step, targets.steps(), column, targets.mean().length);
    return values[place * targets.levels() + middle];
  }

  /** All that is expected, as a copy; allocates, unlike the others. */
  public Forecast forecast() {
    requireAnswer();
    return new Forecast(targets, values.clone());
  }
}
