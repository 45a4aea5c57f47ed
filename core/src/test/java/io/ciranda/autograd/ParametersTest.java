package io.ciranda.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.Values;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ParametersTest {
  @AutoClose private final Parameters parameters = parameters(1);

  private static Parameters parameters(long seed) {
    var builder = new Parameters.Builder();
    builder.declare("a", Initializer.uniform(0.5), 3, 7);
    builder.declare("b", Initializer.zeros(), 5);
    builder.declare("c", Initializer.normal(2), 40, 50);
    return builder.build(Values.random(seed));
  }

  @Test
  void keepTheOrderOfDeclarationAndCountOnlyWeights() {
    assertEquals(List.of("a", "b", "c"), List.copyOf(parameters.tensors().keySet()));
    assertEquals(21 + 5 + 2000, parameters.count());
  }

  @Test
  void areViewsIntoOneArrayWithoutOverlapEachOnACacheLine() {
    for (Parameter p : parameters.all()) {
      p.value().fill(p.index() + 1);
      assertEquals(0, p.value().address() % 64);
    }
    float sum = 0;
    for (float v : parameters.values().toArray()) {
      sum += v;
    }
    assertEquals(21 + 2 * 5 + 3 * 2000, sum);
    assertEquals(2, parameters.values().get((int) parameters.get("b").offset()));
  }

  @Test
  void startAsTheirInitializersSay() {
    float[] a = parameters.get("a").value().toArray();
    for (float v : a) {
      assertTrue(v >= -0.5 && v < 0.5);
    }
    assertArrayEquals(new float[5], parameters.get("b").value().toArray());
    double sum = 0;
    double squares = 0;
    for (float v : parameters.get("c").value().toArray()) {
      sum += v;
      squares += v * v;
    }
    assertEquals(0, sum / 2000, 0.2); // 4.5 standard errors
    assertEquals(2, Math.sqrt(squares / 2000), 0.15);
  }

  @Test
  void areTheSameForTheSameSeedAndOthersForAnother() {
    try (Parameters same = parameters(1);
        Parameters other = parameters(2)) {
      assertArrayEquals(parameters.values().toArray(), same.values().toArray());
      assertTrue(parameters.get("a").value().get(0, 0) != other.get("a").value().get(0, 0));
    }
  }

  @Test
  void sayWhatThereIsWhenAskedForSomethingElse() {
    var e = assertThrows(IllegalArgumentException.class, () -> parameters.get("d"));
    assertEquals("no parameter 'd'; there are [a, b, c]", e.getMessage());
  }

  @Test
  void refuseANameThatIsTaken() {
    var builder = new Parameters.Builder();
    builder.declare("a", Initializer.zeros(), 1);
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> builder.declare("a", Initializer.zeros(), 2));
    assertEquals("parameter 'a' is declared twice", e.getMessage());
  }

  @Test
  void gradientsHaveTheShapesOfTheWeights() {
    try (var gradients = new Parameters.Like(parameters)) {
      gradients.flat().fill(1);
      gradients.of(parameters.get("c")).fill(2);
      assertArrayEquals(new int[] {40, 50}, gradients.of(parameters.get("c")).shape());
      assertEquals(1, gradients.of(parameters.get("b")).get(4));
      gradients.zero();
      assertArrayEquals(new float[21], gradients.of(parameters.get("a")).toArray());
    }
  }
}
