package io.ciranda.samples.lecture.activity;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A movement as a sensor on the wrist tells it, made up: three directions, 60 steps. All swing as
 * fast and as far, and begin anywhere, so that means and deviations say nothing; they differ in the
 * order in which the directions follow each other, and in their time.
 */
enum Movement {
  /** A circle: sideways follows forwards. */
  STIRRING,
  /** The same circle the other way round. */
  WINDING,
  /** To and fro, both directions together. */
  SAWING,
  /** To and fro, and after half of the time across. */
  WIPING;

  static final int STEPS = 60;

  private static final double NOISE = 0.3;

  /** As many examples of each movement, in random order. */
  static List<Example<String>> make(int each, Random random) {
    var examples = new ArrayList<Example<String>>();
    for (Movement movement : values()) {
      for (int i = 0; i < each; i++) {
        String label = movement.name().toLowerCase(Locale.ROOT);
        examples.add(new Example<>(Sequence.of(movement.steps(random)), label));
      }
    }
    Collections.shuffle(examples, random);
    return examples;
  }

  private float[][] steps(Random random) {
    double speed = random.nextDouble(0.4, 0.8); // radians a step
    double phase = random.nextDouble(2 * Math.PI);
    double far = random.nextDouble(0.7, 1.3);
    float[][] steps = new float[STEPS][3];
    for (int t = 0; t < STEPS; t++) {
      double angle = phase + speed * t;
      double sideways =
          switch (this) {
            case STIRRING -> Math.sin(angle);
            case WINDING -> -Math.sin(angle);
            case SAWING -> Math.cos(angle);
            case WIPING -> t < STEPS / 2 ? Math.cos(angle) : -Math.cos(angle);
          };
      steps[t][0] = noisy(far * Math.cos(angle), random);
      steps[t][1] = noisy(far * sideways, random);
      steps[t][2] = noisy(0, random);
    }
    return steps;
  }

  private static float noisy(double value, Random random) {
    return (float) (value + NOISE * random.nextGaussian());
  }
}
