package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinearEmbeddingTest {
  private static final int V = 300;
  private static final int E = 25;
  private static final int O = 40;

  private final Parameters parameters = parameters();
  private final Workspace workspace = new Workspace("test");
  private final Tape tape = Tape.inference(Backend.best(), workspace);

  private static Parameters parameters() {
    var builder = new Parameters.Builder();
    Embedding.declare(builder, V, E, "embedding.");
    Linear.declare(builder, E, O, "output.");
    return builder.build(Values.random(1));
  }

  @AfterEach
  void close() {
    workspace.close();
    parameters.close();
  }

  @Test
  void theirParametersAreThoseOfPyTorch() {
    assertEquals(
        List.of("embedding.weight", "output.weight", "output.bias"),
        List.copyOf(parameters.tensors().keySet()));
    assertArrayEquals(new int[] {V, E}, parameters.get("embedding.weight").value().shape());
    assertArrayEquals(new int[] {O, E}, parameters.get("output.weight").value().shape());
    assertArrayEquals(new int[] {O}, parameters.get("output.bias").value().shape());
  }

  @Test
  void theyBeginAsPyTorchsDo() {
    double square =
        Arrays.stream(values("embedding.weight")).map(w -> w * w).average().orElseThrow();
    assertEquals(1, square, 0.05);
    double bound = 1 / Math.sqrt(E);
    for (String name : List.of("output.weight", "output.bias")) {
      double most = Arrays.stream(values(name)).map(Math::abs).max().orElseThrow();
      assertTrue(most <= bound && most > 0.9 * bound, name + ": " + most);
    }
  }

  @Test
  void anEmbeddingThenALinearLayer() {
    IntTensor ids = workspace.ints(3, 2).copyFrom(new int[] {7, 0, V - 1, 7, 1, 2});
    var embedding = new Embedding(parameters, "embedding.");
    Tensor y =
        new Linear(parameters, "output.").forward(tape, embedding.forward(tape, ids)).value();
    assertArrayEquals(new int[] {3, 2, O}, y.shape());
    double[] x = Reference.embedding(values("embedding.weight"), E, 7, 0, V - 1, 7, 1, 2);
    double[] expected = Reference.linear(x, values("output.weight"), values("output.bias"), E, O);
    Values.assertClose("y", expected, Values.doubles(y), 1e-5);
  }

  private double[] values(String name) {
    return Values.doubles(parameters.get(name).value());
  }
}
