package io.ciranda.train;

import io.ciranda.kernel.Kernels;
import io.ciranda.memory.Tensor;

/**
 * An exponential moving average of a model's weights over the steps of its training (Polyak and
 * Juditsky 1992): after step n
 *
 * <pre>
 * average = d average + (1 - d) weights        d = min(decay, (1 + n) / (10 + n))
 * </pre>
 *
 * <p>So the first steps are soon forgotten, and the average can be used as it is: Adam's correction
 * by {@code 1 - decay^n} would have to be applied anew at every use.
 */
public final class AveragedWeights {
  private final Kernels kernels;
  private final Tensor weights;
  private final Tensor average;
  private final double decay;

  /**
   * Before the first step.
   *
   * @param weights in training, of a shape without gaps
   * @param average of the same size, equal to them at the beginning
   * @param decay in (0, 1)
   */
  public AveragedWeights(Kernels kernels, Tensor weights, Tensor average, double decay) {
    this.kernels = kernels;
    this.weights = weights;
    this.average = average;
    this.decay = decay;
  }

  /** Does part {@code part} of {@code parts} of what follows step {@code n}, counted from 1. */
  public void follow(long n, int part, int parts) {
    float gain = (float) (1 - Math.min(decay, (1.0 + n) / (10 + n)));
    long size = weights.size();
    long from = size * part / parts;
    long count = size * (part + 1) / parts - from;
    long to = average.address() + 4 * from;
    kernels.axpy(to, -gain, to, count);
    kernels.axpy(to, gain, weights.address() + 4 * from, count);
  }
}
