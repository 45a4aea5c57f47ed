package io.ciranda.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Values;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What operations refuse, and how a tape that does not train differs from one that does. */
class OpsTest {
  private final Parameters parameters = parameters();
  private final Parameters.Like gradients = new Parameters.Like(parameters);
  private final Workspace workspace = new Workspace("test");
  private final Tape training = Tape.training(Backend.best(), workspace, gradients);
  private final Tape inference = Tape.inference(Backend.best(), workspace);

  private static Parameters parameters() {
    var builder = new Parameters.Builder();
    builder.declare("weight", Initializer.normal(1), 3, 4);
    builder.declare("bias", Initializer.normal(1), 3);
    return builder.build(Values.random(1));
  }

  @AfterEach
  void close() {
    workspace.close();
    gradients.close();
    parameters.close();
  }

  private Variable x(int... shape) {
    return training.variable(workspace.zeros(shape));
  }

  private static void assertRefused(String message, Executable executable) {
    var e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }

  @Test
  void wrongShapesAreRefusedWithExpectedAndActual() {
    Parameter weight = parameters.get("weight");
    Parameter bias = parameters.get("bias");
    assertRefused(
        "weight: expected shape [3][5], actual [3][4]",
        () -> Ops.linear(training, x(2, 5), weight, bias));
    assertRefused(
        "weight: expected shape [3], actual [3][4]",
        () -> Ops.linear(training, x(2, 4), weight, weight));
    assertRefused(
        "right side of add: expected shape [2][3], actual [3][2]",
        () -> Ops.add(training, x(2, 3), x(3, 2)));
    assertRefused(
        "right side of multiply: expected shape [2][3], actual [2][4]",
        () -> Ops.multiply(training, x(2, 3), x(2, 4)));
    assertRefused(
        "right side of concat: expected shape [2][7], actual [3][7]",
        () -> Ops.concat(training, x(2, 3), x(3, 7)));
    assertRefused(
        "targets of squared error: expected shape [2][3], actual [6]",
        () -> Ops.squaredError(training, x(2, 3), workspace.zeros(6), 1));
    assertRefused(
        "targets of binary cross-entropy: expected shape [2][3], actual [6]",
        () -> Ops.binaryCrossEntropy(training, x(2, 3), workspace.zeros(6), 1));
    assertRefused(
        "cross-entropy: expected 2 targets for tensor [2][3], actual int tensor [3]",
        () -> Ops.crossEntropy(training, x(2, 3), workspace.ints(3), 1));
  }

  @Test
  void idsOutOfRangeAreRefusedWithTheirPlace() {
    IntTensor ids = workspace.ints(3).copyFrom(new int[] {0, 3, 1});
    assertRefused(
        "ids of weight: expected values in [0, 3), actual 3 at position 1",
        () -> Ops.embedding(training, parameters.get("weight"), ids));
    ids.set(1, -1);
    assertRefused(
        "ids of weight: expected values in [0, 3), actual -1 at position 1",
        () -> Ops.embedding(training, parameters.get("weight"), ids));
    IntTensor targets = workspace.ints(2).copyFrom(new int[] {-1, 3});
    assertRefused(
        "targets of cross-entropy: expected values in [-1, 3), actual 3 at position 1",
        () -> Ops.crossEntropy(training, x(2, 3), targets, 1));
  }

  @Test
  void aDropoutOfOneOrNaNIsRefused() {
    for (float p : new float[] {1, -0.1f, Float.NaN}) {
      assertRefused(
          "dropout: expected a probability in [0, 1), actual " + p,
          () -> Ops.dropout(training, x(2), p));
    }
  }

  @Test
  void dropoutIsTheInputItselfWhereNothingDropsOut() {
    Variable x = x(2, 3);
    assertSame(x, Ops.dropout(training, x, 0));
    assertSame(x, Ops.dropout(inference, x, 0.5f));
  }

  @Test
  void dropoutKeepsTheShareItShouldAndItsMean() {
    Variable x = training.constant(workspace.tensor(100, 100).fill(1));
    float[] y = Ops.dropout(training, x, 0.25f).value().toArray();
    int kept = 0;
    for (float v : y) {
      assertTrue(v == 0 || v == 1 / 0.75f, () -> "either dropped or scaled, actual " + v);
      kept += v == 0 ? 0 : 1;
    }
    assertEquals(7500, kept, 200); // 4.6 standard deviations
  }

  @Test
  void eachDropoutOfAStepDropsOtherElementsAndTheSameSeedTheSame() {
    training.begin(7);
    Tensor ones = workspace.tensor(1000).fill(1);
    float[] first = Ops.dropout(training, training.constant(ones), 0.5f).value().toArray();
    float[] second = Ops.dropout(training, training.constant(ones), 0.5f).value().toArray();
    training.begin(7);
    ones = workspace.tensor(1000).fill(1);
    assertArrayEquals(
        first, Ops.dropout(training, training.constant(ones), 0.5f).value().toArray());
    training.begin(8);
    ones = workspace.tensor(1000).fill(1);
    float[] other = Ops.dropout(training, training.constant(ones), 0.5f).value().toArray();
    assertEquals(500, differences(first, second), 80); // 5 standard deviations
    assertEquals(500, differences(first, other), 80);
  }

  private static int differences(float[] a, float[] b) {
    int count = 0;
    for (int i = 0; i < a.length; i++) {
      count += a[i] == b[i] ? 0 : 1;
    }
    return count;
  }

  @Test
  void aTapeThatDoesNotTrainLeavesTheLogitsAlone() {
    Variable logits =
        inference.variable(workspace.tensor(2, 3).copyFrom(new float[] {1, 2, 3, 4, 5, 6}));
    IntTensor targets = workspace.ints(2).copyFrom(new int[] {0, 2});
    double loss = Ops.crossEntropy(inference, logits, targets, 1);
    assertEquals(2 * Math.log(Math.exp(-1) + 1 + Math.exp(1)) + 1 - 1, loss, 1e-6);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, logits.value().toArray());
    assertFalse(logits.needsGradient());
  }

  @Test
  void aLossOnATrainingTapeLeavesItsInputAloneUnlessItIsALinearResult() {
    float[] values = {1, 2, 3, 4};
    Tensor data = workspace.tensor(2, 2).copyFrom(values);
    Ops.squaredError(training, training.variable(data), workspace.zeros(2, 2), 1);
    assertArrayEquals(values, data.toArray());
  }

  @Test
  void aLossOfScaleZeroHasAGradientOfZero() {
    Variable x = training.variable(workspace.tensor(2, 2).fill(3));
    assertEquals(36, Ops.squaredError(training, x, workspace.zeros(2, 2), 0));
    training.backward();
    assertArrayEquals(new float[4], x.gradient().toArray());
  }

  @Test
  void aLossEndsTheForwardPassOfItsInput() {
    Variable x = x(2, 3);
    Ops.squaredError(training, x, workspace.zeros(2, 3), 1);
    Ops.tanh(training, x);
    var e = assertThrows(IllegalStateException.class, training::backward);
    assertTrue(
        e.getMessage().contains("a loss ends the forward pass of tensor [2][3]"), e.getMessage());
  }

  @Test
  void aConstantKeepsNoGradient() {
    Variable constant = training.constant(workspace.zeros(2, 3));
    var e = assertThrows(IllegalStateException.class, constant::gradient);
    assertEquals("no gradient is kept for the constant tensor [2][3]", e.getMessage());
  }

  @Test
  void aStepFreesWhatTheStepBeforeTook() {
    training.begin(0);
    Variable y = Ops.tanh(training, x(2, 3));
    training.begin(1);
    assertThrows(IllegalStateException.class, () -> y.value().address());
  }

  @Test
  void neighbouringSeedsAndNumbersMixToUnlikeKeys() {
    for (long z = 1; z < 100; z++) {
      int bits = Long.bitCount(Tape.mix(z) ^ Tape.mix(z + 1));
      assertTrue(bits >= 12 && bits <= 52, () -> "of 64 bits " + bits + " differ");
      assertNotEquals(Tape.mix(z), Tape.mix(-z));
    }
  }
}
