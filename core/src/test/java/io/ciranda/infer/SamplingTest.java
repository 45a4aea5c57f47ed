package io.ciranda.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.Values;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final int DRAWS = 20_000;
  private static final double[] P = {0.1, 0.5, 0.05, 0.3, 0.05};
  private static final float[] LOGITS = logits(P);

  private static float[] logits(double... p) {
    float[] logits = new float[p.length];
    for (int i = 0; i < p.length; i++) {
      logits[i] = (float) (Math.log(p[i]) + 3); // any constant
    }
    return logits;
  }

  private static int[] counts(Sampling sampling, float[] logits) {
    RandomGenerator random = Values.random(4);
    int[] counts = new int[logits.length];
    for (int i = 0; i < DRAWS; i++) {
      counts[sampling.choose(logits, random)]++;
    }
    return counts;
  }

  /** Pearson's statistic stays below the 0.1 % point, and what has no probability never comes. */
  private static void assertDistribution(Sampling sampling, double... expected) {
    int[] counts = counts(sampling, LOGITS);
    double total = Arrays.stream(expected).sum();
    double chiSquare = 0;
    for (int i = 0; i < expected.length; i++) {
      double mean = DRAWS * expected[i] / total;
      if (mean == 0) {
        assertEquals(0, counts[i], "symbol " + i);
      } else {
        chiSquare += (counts[i] - mean) * (counts[i] - mean) / mean;
      }
    }
    assertTrue(chiSquare < 18.5, "chi-square " + chiSquare + " of " + Arrays.toString(counts));
  }

  @Test
  void greedyTakesTheMostProbableAndTheFirstOfEquals() {
    assertEquals(1, Sampling.greedy().choose(LOGITS, Values.random(0)));
    assertEquals(0, Sampling.greedy().choose(new float[] {2, 2, 1}, Values.random(0)));
    assertEquals(0, Sampling.greedy().choose(new float[] {-5}, Values.random(0)));
  }

  @Test
  void temperatureOneSamplesTheSoftmax() {
    assertDistribution(new Sampling(1, 0, 1), P);
  }

  @Test
  void temperatureFlattensOrSharpens() {
    for (double temperature : new double[] {0.5, 2}) {
      assertDistribution(
          new Sampling(temperature, 0, 1),
          Arrays.stream(P).map(p -> Math.pow(p, 1 / temperature)).toArray());
    }
  }

  @Test
  void topKKeepsTheMostProbable() {
    assertDistribution(new Sampling(1, 2, 1), 0, 0.5, 0, 0.3, 0);
    assertDistribution(new Sampling(1, 1, 1), 0, 1, 0, 0, 0);
    assertDistribution(new Sampling(1, 5, 1), P);
    assertDistribution(new Sampling(1, 100, 1), P);
  }

  @Test
  void ofEqualsTopKKeepsTheFirst() {
    int[] counts = counts(new Sampling(1, 2, 1), new float[] {0, 1, 1, 1});
    assertEquals(0, counts[0] + counts[3]);
    assertTrue(counts[1] > 0 && counts[2] > 0);
  }

  @Test
  void topPKeepsTheSmallestSetThatReachesIt() {
    assertDistribution(new Sampling(1, 0, 0.4), 0, 1, 0, 0, 0);
    assertDistribution(new Sampling(1, 0, 0.6), 0, 0.5, 0, 0.3, 0);
    assertDistribution(new Sampling(1, 0, 0.85), 0.1, 0.5, 0, 0.3, 0);
    assertDistribution(new Sampling(1, 0, 1), P);
    assertDistribution(new Sampling(1, 0, 1e-9), 0, 1, 0, 0, 0);
  }

  @Test
  void topPCutsWhatTopKHasLeft() {
    // Of 0.5 and 0.3 the first has 62 %.
    assertDistribution(new Sampling(1, 2, 0.6), 0, 1, 0, 0, 0);
    assertDistribution(new Sampling(1, 2, 0.7), 0, 0.5, 0, 0.3, 0);
  }

  @Test
  void theSameSeedChoosesTheSame() {
    var sampling = new Sampling(0.9, 3, 0.9);
    assertArrayEquals(counts(sampling, LOGITS), counts(sampling, LOGITS));
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    float[] logits = {-1e30f, 1e30f, 1e30f};
    int[] counts = counts(new Sampling(1e-3, 0, 1), logits);
    assertEquals(0, counts[0]);
    assertTrue(counts[1] > 0 && counts[2] > 0);
  }

  @Test
  void impossibleSettingsAreRefused() {
    for (double temperature : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var e = assertThrows(IllegalArgumentException.class, () -> new Sampling(temperature, 0, 1));
      assertEquals("temperature: expected 0 or more, actual " + temperature, e.getMessage());
    }
    for (double p : new double[] {0, -1, 1.1, Double.NaN}) {
      var e = assertThrows(IllegalArgumentException.class, () -> new Sampling(1, 0, p));
      assertEquals("top-p: expected in (0, 1], actual " + p, e.getMessage());
    }
    var e = assertThrows(IllegalArgumentException.class, () -> new Sampling(1, -1, 1));
    assertEquals("top-k: expected 0 or more, actual -1", e.getMessage());
  }
}
