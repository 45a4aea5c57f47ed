package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the layer refuses; that its parts agree is a matter of the networks that are made of it. */
class TanhLayerTest {
  private static final int ROWS = 2;
  private static final int H = 5;
  private static final int E = 4;
  private static final int O = 3;

  @Test
  void whatDoesNotFitIsRefusedWithExpectedAndActual() {
    var builder = new Parameters.Builder();
    builder.declare("narrow", Initializer.normal(1), 8, E - 1);
    TanhLayer.declare(builder, "readout.", O, H, E);
    try (Parameters parameters = builder.build(Values.random(1));
        var layer = new TanhLayer(parameters, Backend.best(), "readout.", H, E);
        var workspace = new Workspace("readouts")) {
      layer.refresh(0, 1);
      Tape tape = Tape.inference(Backend.best(), workspace);
      tape.begin(0);
      Parameter narrow = parameters.get("narrow");
      String message = "narrow: expected shape [8][4], actual [8][3]";
      assertRefused(message, () -> layer.fold(1, narrow));
      IntTensor ids = workspace.ints(ROWS);
      assertRefused(message, () -> layer.product(tape, 1, narrow, ids));

      Variable first = tape.constant(workspace.tensor(ROWS, H));
      Variable product = tape.constant(workspace.tensor(ROWS, O));
      assertRefused(
          "input 0: expected shape [2][5], actual [2][3]",
          () -> layer.forwardFirst(tape, product, product));
      assertRefused(
          "product: expected shape [2][3], actual [2][5]",
          () -> layer.forwardFirst(tape, first, first));
    }
  }

  private static void assertRefused(String message, Executable executable) {
    var e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }
}
