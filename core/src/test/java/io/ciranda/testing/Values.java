package io.ciranda.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Numbers to test with, and what it means that two arrays agree. */
public final class Values {
  private Values() {}

  /** A source of chance that gives the same numbers in every run. */
  public static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  /** Uniform in [-0.8, 0.8), the same for the same name. */
  public static float[] floats(String name, long n) {
    RandomGenerator random = random(name.hashCode());
    float[] values = new float[Math.toIntExact(n)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1.6 * random.nextDouble() - 0.8);
    }
    return values;
  }

  /** Ids in [0, v), the same for the same name. */
  public static int[] ids(String name, int n, int v) {
    return random(name.hashCode()).ints(n, 0, v).toArray();
  }

  /** Leaves NaN in the memory of a workspace, as a step before might. */
  public static void soil(Workspace workspace) {
    workspace.tensor(1 << 18).fill(Float.NaN);
    workspace.reset();
  }

  public static double[] doubles(Tensor tensor) {
    return doubles(tensor.toArray());
  }

  public static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  /** Every element is within {@code tolerance} times the largest expected element. */
  public static void assertClose(
      String name, double[] expected, double[] actual, double tolerance) {
    assertEquals(expected.length, actual.length, name + ": number of elements");
    double largest = 0;
    double distance = 0;
    int worst = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double d = Math.abs(expected[i] - actual[i]);
      if (!(d <= distance) && !Double.isNaN(distance)) { // a NaN is the worst of all
        distance = d;
        worst = i;
      }
    }
    String message =
        String.format(
            Locale.ROOT,
            "%s[%d]: expected within %.1e of the largest element %.3g, actual distance %.2e",
            name,
            worst,
            tolerance,
            largest,
            distance);
    assertTrue(distance <= tolerance * largest, message);
  }

  public static void assertClose(String name, Tensor expected, Tensor actual, double tolerance) {
    assertClose(name, doubles(expected), doubles(actual), tolerance);
  }

  /** Every element is within {@code tolerance}. */
  public static void assertWithin(
      String name, double[] expected, double[] actual, double tolerance) {
    assertEquals(expected.length, actual.length, name + ": number of elements");
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance, name + " " + i);
    }
  }
}
