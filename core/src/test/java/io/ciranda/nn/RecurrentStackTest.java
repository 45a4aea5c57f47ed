package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a stack declares and refuses, and that the ways to run it agree. */
class RecurrentStackTest {
  private static final int T = 6;
  private static final int B = 3;
  private static final int I = 5;
  private static final int H = 4;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Workspace workspace = opened(new Workspace("test"));

  private <R extends AutoCloseable> R opened(R resource) {
    opened.add(resource);
    return resource;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened) {
      resource.close();
    }
  }

  private static Parameters parameters(RecurrentStack.Config config) {
    var builder = new Parameters.Builder();
    builder.declare("table", Initializer.normal(1), 8, config.input());
    RecurrentStack.declare(builder, config, "rnn.");
    return builder.build(Values.random(3));
  }

  private RecurrentStack stack(RecurrentStack.Config config, Parameters parameters) {
    var stack = opened(new RecurrentStack(config, parameters, Backend.best(), "rnn."));
    stack.refresh(0, 1);
    return stack;
  }

  private Tape inference() {
    return Tape.inference(Backend.best(), workspace);
  }

  private Variable x(Tape tape, int... shape) {
    var x = workspace.tensor(shape);
    return tape.constant(x.copyFrom(Values.floats("x", x.size())));
  }

  private static void assertRefused(String message, Executable executable) {
    var e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }

  @Test
  void parametersHavePyTorchsNamesAndShapes() {
    var config = new RecurrentStack.Config(Cell.GRU, I, H, 2, true, 0, true);
    var declared = new ArrayList<String>();
    for (Parameter p : opened(parameters(config)).all()) {
      declared.add(p.name() + java.util.Arrays.toString(p.value().shape()));
    }
    assertEquals(
        List.of(
            "table[8, 5]",
            "rnn.weight_ih_l0[12, 5]",
            "rnn.weight_hh_l0[12, 4]",
            "rnn.bias_ih_l0[12]",
            "rnn.bias_hh_l0[12]",
            "rnn.weight_ih_l0_reverse[12, 5]",
            "rnn.weight_hh_l0_reverse[12, 4]",
            "rnn.bias_ih_l0_reverse[12]",
            "rnn.bias_hh_l0_reverse[12]",
            "rnn.weight_ih_l1[12, 8]",
            "rnn.weight_hh_l1[12, 4]",
            "rnn.bias_ih_l1[12]",
            "rnn.bias_hh_l1[12]",
            "rnn.weight_ih_l1_reverse[12, 8]",
            "rnn.weight_hh_l1_reverse[12, 4]",
            "rnn.bias_ih_l1_reverse[12]",
            "rnn.bias_hh_l1_reverse[12]",
            "rnn.h0[4, 4]"),
        declared);
  }

  @Test
  void changedWeightsMustBePackedAnewBeforeAStep() {
    var config = RecurrentStack.Config.of(Cell.LSTM, I, H, 2);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    Tape tape = inference();
    float[] before = stack.forward(tape, x(tape, T, B, I), null, null).y().value().toArray();
    for (int l = 0; l < 2; l++) {
      parameters.get("rnn.weight_hh_l" + l).value().zero();
    }
    parameters.changed();
    var e =
        assertThrows(
            IllegalStateException.class, () -> stack.forward(tape, x(tape, T, B, I), null, null));
    assertTrue(e.getMessage().contains("call refresh()"), e.getMessage());
    stack.refresh(0, 2);
    assertThrows(
        IllegalStateException.class,
        () -> stack.forward(tape, x(tape, T, B, I), null, null),
        "half is packed");
    stack.refresh(1, 2);
    float[] after = stack.forward(tape, x(tape, T, B, I), null, null).y().value().toArray();
    assertTrue(before[before.length - 1] != after[after.length - 1]);
  }

  @Test
  void weightsAreLeftOutOfTrainingStepsAlone() {
    var config = RecurrentStack.Config.of(Cell.GRU, I, H, 2);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    Tape training =
        Tape.training(Backend.best(), workspace, opened(new Parameters.Like(parameters)));
    Supplier<float[]> y =
        () -> stack.forward(training, x(training, T, B, I), null, null).y().value().toArray();
    float[] whole = y.get();
    stack.refresh(0, 1, 0.5f, 1);
    float[] dropped = y.get();
    assertFalse(Arrays.equals(whole, dropped));
    var e =
        assertThrows(
            IllegalStateException.class,
            () -> stack.forward(inference(), x(training, T, B, I), null, null));
    assertTrue(e.getMessage().contains("call refresh() without"), e.getMessage());
    stack.refresh(0, 1, 0.5f, 2);
    assertFalse(Arrays.equals(dropped, y.get()), "another seed");
    stack.refresh(0, 1, 0.5f, 1);
    assertArrayEquals(dropped, y.get(), "the same seed");
    stack.refresh(0, 1);
    assertArrayEquals(whole, y.get());
    stack.forward(inference(), x(training, T, B, I), null, null);
    for (float p : new float[] {-0.1f, 1, Float.NaN}) {
      assertRefused(
          "weight dropout: expected in [0, 1), actual " + p, () -> stack.refresh(0, 1, p, 1));
    }
  }

  @Test
  void wrongShapesAreRefusedWithExpectedAndActual() {
    var config = RecurrentStack.Config.of(Cell.LSTM, I, H, 1);
    RecurrentStack stack = stack(config, opened(parameters(config)));
    Tape tape = inference();
    assertRefused(
        "input of rnn.weight_ih_l0: expected shape [6][3][5], actual [6][3][7]",
        () -> stack.forward(tape, x(tape, T, B, 7), null, null));
    assertRefused(
        "h0: expected shape [3][4], actual [2][4]",
        () ->
            stack.forward(
                tape,
                x(tape, T, B, I),
                null,
                new State(List.of(x(tape, 2, H)), List.of(x(tape, B, H)))));
    assertRefused(
        "c0: expected shape [3][4], actual [3][5]",
        () ->
            stack.forward(
                tape,
                x(tape, T, B, I),
                null,
                new State(List.of(x(tape, B, H)), List.of(x(tape, B, 5)))));
    assertRefused(
        "lengths: expected shape [3], actual [2]",
        () -> stack.forward(tape, x(tape, T, B, I), workspace.ints(2), null));
    for (int bad : new int[] {-1, T + 1}) {
      IntTensor lengths = workspace.ints(B).copyFrom(new int[] {0, T, bad});
      assertRefused(
          "lengths: expected values in [0, 7), actual " + bad + " at position 2",
          () -> stack.forward(tape, x(tape, T, B, I), lengths, null));
    }
  }

  @Test
  void tokensOutOfRangeAreRefusedFoldedOrNot() {
    var config = RecurrentStack.Config.of(Cell.GRU, I, H, 1);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    for (int steps : new int[] {1, 20}) { // 8 rows in the table
      IntTensor ids = workspace.ints(steps, 1);
      for (int i = 0; i < steps; i++) {
        ids.set(i, i == steps - 1 ? 8 : 0);
      }
      assertRefused(
          "ids of table: expected values in [0, 8), actual 8 at position " + (steps - 1),
          () -> stack.forward(inference(), parameters.get("table"), ids, null, null));
    }
  }

  @Test
  void aTableOfAnotherWidthIsRefusedFoldedOrNot() {
    var config = RecurrentStack.Config.of(Cell.GRU, I, H, 1);
    var builder = new Parameters.Builder();
    builder.declare("narrow", Initializer.normal(1), 8, I - 1);
    RecurrentStack.declare(builder, config, "rnn.");
    Parameters parameters = opened(builder.build(Values.random(3)));
    RecurrentStack stack = stack(config, parameters);
    Parameter narrow = parameters.get("narrow");
    Tape tape = inference();
    assertRefused(
        "narrow: expected shape [8][5], actual [8][4]",
        () -> stack.forward(tape, narrow, workspace.ints(20, 1), null, null));
    assertRefused("narrow: expected shape [8][5], actual [8][4]", () -> stack.fold(tape, narrow));
  }

  @Test
  void impossibleConfigurationsAreRefused() {
    assertRefused(
        "input, hidden and layers: expected at least 1, actual 5, 0 and 1",
        () -> RecurrentStack.Config.of(Cell.GRU, I, 0, 1));
    assertRefused(
        "dropout: expected in [0, 1), actual 1.0",
        () -> new RecurrentStack.Config(Cell.GRU, I, H, 1, false, 1, false));
    assertRefused(
        "cell: expected rnn, rnn-relu, lstm or gru, actual 'LSTM'", () -> Cell.of("LSTM"));
    for (Cell cell : Cell.values()) {
      assertEquals(cell, Cell.of(cell.label()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTapeThatDoesNotTrainGivesTheSameBitsWithoutDropout(Cell cell) {
    var config = new RecurrentStack.Config(cell, I, H, 2, true, 0, false);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    Tape training =
        Tape.training(Backend.best(), workspace, opened(new Parameters.Like(parameters)));
    Tape inference = inference();
    assertArrayEquals(
        stack.forward(training, x(training, T, B, I), null, null).y().value().toArray(),
        stack.forward(inference, x(inference, T, B, I), null, null).y().value().toArray());
    var withDropout = new RecurrentStack.Config(cell, I, H, 2, true, 0.5f, false);
    RecurrentStack other = stack(withDropout, parameters);
    assertArrayEquals(
        stack.forward(inference, x(inference, T, B, I), null, null).y().value().toArray(),
        other.forward(inference, x(inference, T, B, I), null, null).y().value().toArray());
  }

  @ParameterizedTest
  @EnumSource
  void windowsWithACarriedStateGiveWhatTheWholeSequenceGives(Cell cell) {
    var config = RecurrentStack.Config.of(cell, I, H, 2);
    RecurrentStack stack = stack(config, opened(parameters(config)));
    Tape tape = inference();
    Variable x = x(tape, T, B, I);
    RecurrentStack.Output whole = stack.forward(tape, x, null, null);
    try (var carried = new CarriedState(config, B)) {
      for (int t = 0; t < T; t += 2) {
        Variable window = tape.constant(x.value().rows(t, t + 2));
        RecurrentStack.Output part = stack.forward(tape, window, null, carried.load(tape));
        carried.store(part.last());
        Values.assertClose("y", whole.y().value().rows(t, t + 2), part.y().value(), 1e-6);
      }
      for (int l = 0; l < 2; l++) {
        Values.assertClose("h", whole.last().h().get(l).value(), carried.h().rows(l, l + 1), 1e-6);
        if (cell.hasCellState()) {
          Values.assertClose(
              "c", whole.last().c().get(l).value(), carried.c().rows(l, l + 1), 1e-6);
        }
      }
      carried.reset();
      assertArrayEquals(new float[2 * B * H], carried.h().toArray());
      if (!cell.hasCellState()) {
        assertNull(carried.c());
      }
    }
  }

  /**
   * Tallec and Ollivier 2018: a forget gate of sigmoid(ln(u)) keeps what it holds for u + 1 steps.
   */
  @ParameterizedTest
  @EnumSource
  void gatesBeginByRemembering(Cell cell) {
    var config = RecurrentStack.Config.of(cell, I, H, 2);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    float[] before = parameters.get("rnn.bias_ih_l1").value().toArray();
    stack.rememberLong(50, Values.random(1));
    float[] bias = parameters.get("rnn.bias_ih_l1").value().toArray();
    boolean lstm = cell == Cell.LSTM;
    for (int i = 0; i < bias.length; i++) {
      boolean keeps = (lstm || cell == Cell.GRU) && i / H == 1; // f of i f g o, z of r z n
      if (keeps) {
        assertTrue(bias[i] >= 0 && bias[i] <= Math.log(49), "bias " + bias[i]);
        assertEquals(lstm ? -bias[i] : before[i - H], bias[i - H]);
      } else if (!(lstm && i < H)) {
        assertEquals(before[i], bias[i]);
      }
    }
    assertRefused(
        "steps to remember: expected above 2, actual 2",
        () -> stack.rememberLong(2, Values.random(1)));
  }

  @Test
  void aStateOfAnotherBatchIsNotTakenOver() {
    var config = RecurrentStack.Config.of(Cell.GRU, I, H, 1);
    RecurrentStack stack = stack(config, opened(parameters(config)));
    Tape tape = inference();
    State last = stack.forward(tape, x(tape, T, B, I), null, null).last();
    try (var carried = new CarriedState(config, B + 1)) {
      assertRefused("state: expected shape [4][4], actual [3][4]", () -> carried.store(last));
    }
  }

  @Test
  void noGradientFlowsIntoACarriedState() {
    var config = RecurrentStack.Config.of(Cell.LSTM, I, H, 1);
    try (var carried = new CarriedState(config, B)) {
      State state =
          carried.load(
              Tape.training(
                  Backend.best(),
                  workspace,
                  opened(new Parameters.Like(opened(parameters(config))))));
      assertTrue(state.h().stream().noneMatch(Variable::needsGradient));
      assertTrue(state.c().stream().noneMatch(Variable::needsGradient));
    }
  }

  @ParameterizedTest
  @EnumSource
  void paddingHasNoInfluence(Cell cell) {
    var config = new RecurrentStack.Config(cell, I, H, 2, true, 0, false);
    RecurrentStack stack = stack(config, opened(parameters(config)));
    Tape tape = inference();
    int[] lengths = {2, 0, 5};
    IntTensor steps = workspace.ints(B).copyFrom(lengths);
    Variable clean = x(tape, T, B, I);
    Variable dirty = x(tape, T, B, I);
    for (int t = 0; t < T; t++) {
      for (int b = 0; b < B; b++) {
        for (int i = 0; t >= lengths[b] && i < I; i++) {
          dirty.value().set(Float.NaN, t, b, i);
        }
      }
    }
    RecurrentStack.Output expected = stack.forward(tape, clean, steps, null);
    RecurrentStack.Output actual = stack.forward(tape, dirty, steps, null);
    assertArrayEquals(expected.y().value().toArray(), actual.y().value().toArray());
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(
          expected.last().h().get(i).value().toArray(), actual.last().h().get(i).value().toArray());
    }
  }

  /** Of many spans, of which some are whole and others are not, in any order of lengths. */
  @ParameterizedTest
  @EnumSource
  void gradientsOfABatchAreTheSumOfThoseOfItsSequences(Cell cell) {
    int many = 150;
    var config = new RecurrentStack.Config(cell, I, H, 2, true, 0, false);
    Parameters parameters = opened(parameters(config));
    RecurrentStack stack = stack(config, parameters);
    int[] ids = new int[9 * many];
    int[] lengths = new int[many];
    for (int b = 0; b < many; b++) {
      lengths[b] = 2 + b * 7 % 8;
      for (int t = 0; t < lengths[b]; t++) {
        ids[t * many + b] = (t + 3 * b) % 8;
      }
    }
    for (boolean folded : new boolean[] {false, true}) {
      float[] batch = gradient(stack, parameters, folded, ids, lengths);
      double[] sum = new double[batch.length];
      for (int b = 0; b < many; b++) {
        int[] one = new int[lengths[b]];
        for (int t = 0; t < one.length; t++) {
          one[t] = ids[t * many + b];
        }
        float[] part = gradient(stack, parameters, folded, one, lengths[b]);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += part[i];
        }
      }
      for (int i = 0; i < sum.length; i++) {
        assertEquals(sum[i], batch[i], 2e-4 * (1 + Math.abs(sum[i])));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Cell.class)
  void anEmbeddingStaysFoldedUntilTheWeightsChange(Cell cell) {
    var config = new RecurrentStack.Config(cell, I, H, 2, true, 0, false);
    Parameters parameters = parameters(config);
    RecurrentStack stack = stack(config, parameters);
    Parameter table = parameters.get("table");
    float[] expected = states(stack, table);
    stack.fold(inference(), table);
    assertArrayEquals(expected, states(stack, table), 1e-6f);
    table.value().zero();
    assertArrayEquals(expected, states(stack, table), 1e-6f, "not taken from what was kept");
    parameters.changed();
    stack.refresh(0, 1);
    assertFalse(Arrays.equals(expected, states(stack, table)), "kept too long");
  }

  /** Of tokens, fewer than the table has rows. */
  private float[] states(RecurrentStack stack, Parameter table) {
    IntTensor ids = workspace.ints(2, 2).copyFrom(new int[] {7, 0, 3, 3});
    return stack.forward(inference(), table, ids, null, null).y().value().toArray();
  }

  /** The gradient of the squared states of all steps. */
  private float[] gradient(
      RecurrentStack stack, Parameters parameters, boolean folded, int[] ids, int... lengths) {
    workspace.reset();
    try (var gradients = new Parameters.Like(parameters)) {
      Tape tape = Tape.training(Backend.best(), workspace, gradients);
      int b = lengths.length;
      IntTensor tokens = workspace.ints(ids.length / b, b).copyFrom(ids);
      Parameter table = parameters.get("table");
      LayerInput input =
          folded
              ? new LayerInput.Tokens(table, tokens)
              : new LayerInput.Features(Ops.embedding(tape, table, tokens));
      Variable y = stack.forward(tape, input, workspace.ints(b).copyFrom(lengths), null).y();
      Ops.squaredError(tape, y, workspace.zeros(y.value().shape()), 1);
      tape.backward();
      return gradients.flat().toArray();
    }
  }
}
