package io.ciranda.infer;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How to choose the next symbol from logits: {@code p = softmax(logits / temperature)}, cut to the
 * {@code topK} most probable symbols, then to the smallest set of those whose probability reaches
 * {@code topP} (nucleus sampling, Holtzman et al. 2020).
 *
 * @param temperature above 0 to sample; 0 for the most probable symbol
 * @param topK how many symbols at most; 0 for all
 * @param topP probability to keep, in (0, 1]
 */
public record Sampling(double temperature, int topK, double topP) {
  /** Checks the ranges. */
  public Sampling {
    if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature: expected 0 or more, actual " + temperature);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top-k: expected 0 or more, actual " + topK);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p: expected in (0, 1], actual " + topP);
    }
  }

  /** Always the most probable symbol. */
  public static Sampling greedy() {
    return new Sampling(0, 0, 1);
  }

  /** The index of the chosen symbol; equal logits are taken in order of their index. */
  public int choose(float[] logits, RandomGenerator random) {
    if (temperature == 0) {
      return argMax(logits);
    }
    Integer[] order = new Integer[logits.length];
    Arrays.setAll(order, i -> i);
    if (topK > 0 || topP < 1) {
      Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
    }
    int kept = topK > 0 ? Math.min(topK, logits.length) : logits.length;
    double max = logits[argMax(logits)];
    double[] p = new double[kept];
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      p[i] = StrictMath.exp((logits[order[i]] - max) / temperature);
      sum += p[i];
    }
    if (topP < 1) {
      double reach = topP * sum;
      sum = 0;
      int i = 0;
      while (i < kept && sum < reach) {
        sum += p[i++];
      }
      kept = Math.max(1, i);
    }
    double at = random.nextDouble() * sum;
    for (int i = 0; i < kept - 1; i++) {
      at -= p[i];
      if (at < 0) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  private static int argMax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }
}
