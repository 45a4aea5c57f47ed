package io.ciranda.train;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Kernels;
import java.io.IOException;

/**
 * An exponential moving average of a model's weights over the steps of its training (Polyak and
 * Juditsky 1992), in the weights of a second model of that kind: after step n
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
  private final Parameters weights;
  private final Parameters average;
  private final double decay;

  /**
   * Before the first step.
   *
   * @param weights in training
   * @param average of the same names and shapes, as they are at the beginning
   * @param decay in (0, 1)
   */
  public AveragedWeights(Kernels kernels, Parameters weights, Parameters average, double decay) {
    this.kernels = kernels;
    this.weights = weights;
    this.average = average;
    this.decay = decay;
  }

  /** Does part {@code part} of {@code parts} of what follows step {@code n}, counted from 1. */
  public void follow(long n, int part, int parts) {
    float gain = (float) (1 - Math.min(decay, (1.0 + n) / (10 + n)));
    long size = weights.values().size();
    long from = size * part / parts;
    long count = size * (part + 1) / parts - from;
    long to = average.values().address() + 4 * from;
    kernels.axpy(to, -gain, to, count);
    kernels.axpy(to, gain, weights.values().address() + 4 * from, count);
  }

  /** Adds the average to a checkpoint. */
  public void addTo(SafetensorsWriter writer) {
    for (Parameter p : average.all()) {
      writer.add(name(p), p.value());
    }
  }

  /** Goes on from a checkpoint. */
  public void restore(SafetensorsFile in) throws IOException {
    for (Parameter p : average.all()) {
      in.loadInto(name(p), p.value());
    }
    average.changed();
  }

  private static String name(Parameter p) {
    return "average." + p.name();
  }
}
