package io.ciranda.sequence;

import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Small tasks that a network must be able to learn. */
final class Tasks {
  private Tasks() {}

  /** Options with which a small task is learned within a second or two. */
  static SequenceOptions quick() {
    return SequenceOptions.standard().withHidden(16).withEpochs(30).withLearningRate(0.01);
  }

  /**
   * Two noisy numbers a step, 3 to 12 steps; the label is that of the frequency of the first: slow,
   * medium, fast.
   */
  static List<Example<String>> waves(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    String[] labels = {"slow", "medium", "fast"};
    var examples = new ArrayList<Example<String>>();
    for (int i = 0; i < n; i++) {
      int label = i % labels.length;
      float[][] steps = new float[3 + random.nextInt(10)][2];
      double phase = 0.5 * random.nextDouble();
      for (int t = 0; t < steps.length; t++) {
        double wave = Math.sin(phase + t * (0.3 + 0.6 * label));
        steps[t][0] = (float) (50 + 10 * wave + random.nextGaussian());
        steps[t][1] = (float) (0.01 * random.nextGaussian());
      }
      examples.add(new Example<>(Sequence.of(steps), labels[label]));
    }
    return examples;
  }
}
