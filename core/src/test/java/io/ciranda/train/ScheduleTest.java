package io.ciranda.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static double factor(Schedule schedule, long step, int epoch, int reductions) {
    return schedule.factor(new Schedule.Position(step, 100, epoch, reductions));
  }

  @Test
  void constantNeverChanges() {
    assertEquals(1, factor(new Schedule.Constant(), 99, 9, 9));
  }

  @Test
  void stepDecaysBeforeEachEpochAfterTheFirstOnes() {
    var schedule = new Schedule.Step(4, 0.5);
    double[] expected = {1, 1, 1, 1, 0.5, 0.25, 0.125};
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertEquals(expected[epoch], factor(schedule, 7, epoch, 3));
    }
  }

  @Test
  void plateauDecaysWithEachReduction() {
    var schedule = new Schedule.Plateau(2, 0.1);
    assertEquals(1, factor(schedule, 50, 5, 0));
    assertEquals(0.01, factor(schedule, 50, 5, 2), 1e-15);
  }

  @Test
  void cosineRisesThenFallsToItsFloor() {
    var schedule = new Schedule.Cosine(20, 0.1);
    assertEquals(1 / 20.0, factor(schedule, 0, 0, 0));
    assertEquals(1, factor(schedule, 19, 0, 0));
    assertEquals(1, factor(schedule, 20, 0, 0));
    assertEquals(0.55, factor(schedule, 60, 0, 0), 1e-15);
    assertEquals(0.1 + 0.9 * (2 + Math.sqrt(2)) / 4, factor(schedule, 40, 0, 0), 1e-15);
    assertEquals(0.1, factor(schedule, 100, 0, 0), 1e-15);
    assertEquals(0.1, factor(schedule, 200, 0, 0), 1e-15);
  }

  @Test
  void cosineWithoutWarmupBeginsAtOne() {
    assertEquals(1, factor(new Schedule.Cosine(0, 0), 0, 0, 0));
  }

  @Test
  void cosineOfARunThatIsAllWarmupStaysFinite() {
    assertEquals(1, factor(new Schedule.Cosine(100, 0), 99, 0, 0));
    assertEquals(1, factor(new Schedule.Cosine(100, 0), 100, 0, 0));
  }

  @Test
  void aClippingBoundIsAboveZero() {
    for (double bound : new double[] {0, -1, Double.NaN}) {
      String message = "clip: expected a bound above 0, actual " + bound;
      assertEquals(
          message,
          assertThrows(IllegalArgumentException.class, () -> new Clipping.ByNorm(bound))
              .getMessage());
      assertEquals(
          message,
          assertThrows(IllegalArgumentException.class, () -> new Clipping.ByValue(bound))
              .getMessage());
    }
  }
}
