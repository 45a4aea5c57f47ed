package io.ciranda.nn;

import static io.ciranda.nn.RecurrentGradientTest.Initial.GIVEN;
import static io.ciranda.nn.RecurrentGradientTest.Initial.LEARNED;
import static io.ciranda.nn.RecurrentGradientTest.Initial.ZERO;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.GradientCheck.Engine;
import io.ciranda.testing.GradientCheck.Plain;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Reference.Recurrence;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The outputs of every cell are those of its formulas in double arithmetic, and backpropagation
 * through time gives the gradients of all weights, of the input and of the initial state.
 */
class RecurrentGradientTest {
  private static final int T = 6;
  private static final int B = 5;
  private static final int I = 3;
  private static final int H = 6; // fewer rectified units may all be dead in the end

  /** Where the initial state comes from. */
  enum Initial {
    ZERO,
    GIVEN,
    LEARNED
  }

  /** A stack over x {@code [T][B][I]}, or over tokens where the vocabulary is not 0. */
  record Case(
      Cell cell,
      int layers,
      boolean bidirectional,
      float dropout,
      Initial initial,
      List<Integer> lengths,
      int vocabulary) {
    RecurrentStack.Config config() {
      return new RecurrentStack.Config(
          cell, I, H, layers, bidirectional, dropout, initial == LEARNED);
    }
  }

  private static final List<Integer> FULL = List.of();
  private static final List<Integer> MIXED = List.of(4, 0, T, 1, 3);
  private static final int FOLDED = 7; // below T * B
  private static final int UNFOLDED = 31; // above T * B

  static Stream<Case> cases() {
    return Arrays.stream(Cell.values())
        .flatMap(
            cell ->
                Stream.of(
                    new Case(cell, 1, false, 0, ZERO, FULL, 0),
                    new Case(cell, 1, false, 0, GIVEN, FULL, 0),
                    new Case(cell, 1, false, 0, LEARNED, FULL, 0),
                    new Case(cell, 1, false, 0, ZERO, MIXED, 0),
                    new Case(cell, 1, false, 0, GIVEN, MIXED, 0),
                    new Case(cell, 1, true, 0, ZERO, FULL, 0),
                    new Case(cell, 1, true, 0, GIVEN, MIXED, 0),
                    new Case(cell, 2, false, 0.3f, ZERO, FULL, 0),
                    new Case(cell, 2, true, 0.3f, LEARNED, MIXED, 0),
                    new Case(cell, 3, false, 0, GIVEN, MIXED, 0),
                    new Case(cell, 3, true, 0.2f, GIVEN, FULL, 0),
                    new Case(cell, 1, false, 0, ZERO, FULL, FOLDED),
                    new Case(cell, 1, true, 0, GIVEN, MIXED, FOLDED),
                    new Case(cell, 2, false, 0.3f, LEARNED, FULL, UNFOLDED),
                    new Case(cell, 2, true, 0, ZERO, MIXED, UNFOLDED)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsFinalStatesAndAllGradients(Case c) {
    int[] lengths = lengths(c);
    int states = c.config().layers() * c.config().directions();
    // The ids in use cover the vocabulary's lower part; a row without use has a gradient of zero.
    int[] ids = Values.ids("tokens", T * B, Math.max(1, c.vocabulary));
    try (var check =
            new GradientCheck(
                builder -> {
                  if (c.vocabulary > 0) {
                    builder.declare("table", Initializer.zeros(), c.vocabulary, I);
                  }
                  RecurrentStack.declare(builder, c.config(), "rnn.");
                });
        var stack = new RecurrentStack(c.config(), check.parameters(), Backend.best(), "rnn.");
        IntTensor tokens = IntTensor.of(ids, T, B);
        IntTensor steps = IntTensor.of(lengths, B)) {
      if (c.vocabulary == 0) {
        check.variable("x", T, B, I);
      }
      if (c.initial == GIVEN) {
        for (int i = 0; i < states; i++) {
          check.variable("h0." + i, B, H);
          if (c.cell.hasCellState()) {
            check.variable("c0." + i, B, H);
          }
        }
      }
      stack.refresh(0, 1);
      check.run(
          e -> {
            State initial = c.initial == GIVEN ? given(e, c.cell, states) : null;
            IntTensor given = c.lengths.isEmpty() ? null : steps;
            RecurrentStack.Output output =
                c.vocabulary > 0
                    ? stack.forward(e.tape(), e.parameter("table"), tokens, given, initial)
                    : stack.forward(e.tape(), e.variable("x"), given, initial);
            e.output("y", output.y());
            outputs(e, output.last());
          },
          d -> {
            double[] x = c.vocabulary > 0 ? Reference.embedding(d.in("table"), I, ids) : d.in("x");
            Recurrence r = unroll(c, d, x, lengths);
            d.output("y", r.y);
            outputs(d, c.cell, r);
          });
    }
  }

  private static int[] lengths(Case c) {
    return c.lengths.isEmpty()
        ? IntStream.generate(() -> T).limit(B).toArray()
        : c.lengths.stream().mapToInt(Integer::intValue).toArray();
  }

  private static State given(Engine e, Cell cell, int states) {
    var h = new ArrayList<Variable>();
    var c = new ArrayList<Variable>();
    for (int i = 0; i < states; i++) {
      h.add(e.variable("h0." + i));
      if (cell.hasCellState()) {
        c.add(e.variable("c0." + i));
      }
    }
    return new State(h, c);
  }

  private static Recurrence unroll(Case c, Plain d, double[] x, int... lengths) {
    return Reference.recurrent(
        c.config(),
        d::in,
        "rnn.",
        x,
        T,
        lengths,
        initial(c, d, "h0", true),
        initial(c, d, "c0", c.cell.hasCellState()),
        Reference.keys(GradientCheck.SEED));
  }

  private static double[][] initial(Case c, Plain d, String name, boolean exists) {
    Function<Integer, double[]> state =
        i -> {
          if (!exists || c.initial == ZERO) {
            return new double[B * H];
          }
          return c.initial == GIVEN
              ? d.in(name + "." + i)
              : Reference.embedding(d.in("rnn." + name), H, i, i, i, i, i);
        };
    int states = c.config().layers() * c.config().directions();
    return IntStream.range(0, states).boxed().map(state).toArray(double[][]::new);
  }

  private static void outputs(Engine e, State last) {
    for (int i = 0; i < last.h().size(); i++) {
      e.output("hn." + i, last.h().get(i));
    }
    for (int i = 0; i < last.c().size(); i++) {
      e.output("cn." + i, last.c().get(i));
    }
  }

  private static void outputs(Plain d, Cell cell, Recurrence r) {
    for (int i = 0; i < r.hn.length; i++) {
      d.output("hn." + i, r.hn[i]);
      if (cell.hasCellState()) {
        d.output("cn." + i, r.cn[i]);
      }
    }
  }

  // ---- weight dropout ----

  /** Twice the same layers, so that the gradients of two runs add up under one mask. */
  @ParameterizedTest
  @EnumSource
  void recurrentWeightsThatAreLeftOut(Cell cell) {
    float p = 0.4f;
    long seed = 3;
    for (List<Integer> lengths : List.of(FULL, MIXED)) {
      var c = new Case(cell, 2, true, 0, ZERO, lengths, 0);
      try (var check =
              new GradientCheck(builder -> RecurrentStack.declare(builder, c.config(), ""));
          var stack = new RecurrentStack(c.config(), check.parameters(), Backend.best(), "");
          IntTensor steps = IntTensor.of(lengths(c), B)) {
        stack.refresh(0, 1, p, seed);
        check.variable("x", T, B, I);
        Function<Plain, Function<String, double[]>> surviving =
            d ->
                name ->
                    name.startsWith("weight_hh")
                        ? Reference.dropout(
                            d.in(name),
                            p,
                            RecurrentLayer.weightDropoutKey(seed, check.parameters().get(name)))
                        : d.in(name);
        check.run(
            e -> {
              IntTensor given = lengths.isEmpty() ? null : steps;
              RecurrentStack.Output first = stack.forward(e.tape(), e.variable("x"), given, null);
              e.output("y1", first.y());
              e.output("y2", stack.forward(e.tape(), e.variable("x"), given, first.last()).y());
            },
            d -> {
              double[][] zero = new double[4][B * H];
              Function<String, double[]> weights = surviving.apply(d);
              Recurrence first =
                  Reference.recurrent(
                      c.config(), weights, "", d.in("x"), T, lengths(c), zero, zero, null);
              d.output("y1", first.y);
              d.output(
                  "y2",
                  Reference.recurrent(
                          c.config(),
                          weights,
                          "",
                          d.in("x"),
                          T,
                          lengths(c),
                          first.hn,
                          first.cn,
                          null)
                      .y);
            });
      }
    }
  }

  // ---- other uses of the results ----

  /** One bidirectional layer of that cell from a given state. */
  private static void checkOneLayer(
      Cell cell,
      List<Integer> lengths,
      Consumer<OneLayer> onTape,
      Consumer<OneLayerInDouble> inDouble) {
    var c = new Case(cell, 1, true, 0, GIVEN, lengths, 0);
    try (var check = new GradientCheck(builder -> RecurrentStack.declare(builder, c.config(), ""));
        var stack = new RecurrentStack(c.config(), check.parameters(), Backend.best(), "");
        IntTensor steps = IntTensor.of(lengths(c), B)) {
      stack.refresh(0, 1);
      check.variable("x", T, B, I);
      for (int i = 0; i < 2; i++) {
        check.variable("h0." + i, B, H);
        if (cell.hasCellState()) {
          check.variable("c0." + i, B, H);
        }
      }
      check.run(
          e -> onTape.accept(new OneLayer(e, stack, lengths.isEmpty() ? null : steps)),
          d -> inDouble.accept(new OneLayerInDouble(d, c)));
    }
  }

  private record OneLayer(Engine engine, RecurrentStack stack, IntTensor lengths) {
    RecurrentStack.Output forward(State initial) {
      return stack.forward(engine.tape(), engine.variable("x"), lengths, initial);
    }

    State initial() {
      return given(engine, stack.config().cell(), 2);
    }
  }

  private record OneLayerInDouble(Plain plain, Case c) {
    Recurrence forward(double[][] h0, double[][] c0) {
      return Reference.recurrent(
          c.config(), plain::in, "", plain.in("x"), T, lengths(c), h0, c0, null);
    }

    Recurrence forward() {
      return forward(initial(c, plain, "h0", true), initial(c, plain, "c0", c.cell.hasCellState()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsFlowThroughTheFinalStateAlone(Cell cell) {
    for (List<Integer> lengths : List.of(FULL, MIXED)) {
      checkOneLayer(
          cell,
          lengths,
          e -> outputs(e.engine, e.forward(e.initial()).last()),
          d -> outputs(d.plain, cell, d.forward()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsFlowThroughTheOutputAlone(Cell cell) {
    for (List<Integer> lengths : List.of(FULL, MIXED)) {
      checkOneLayer(
          cell,
          lengths,
          e -> e.engine.output("y", e.forward(e.initial()).y()),
          d -> d.plain.output("y", d.forward().y));
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsFlowThroughAStateThatASecondRunStartsFrom(Cell cell) {
    checkOneLayer(
        cell,
        MIXED,
        e -> {
          RecurrentStack.Output first = e.forward(e.initial());
          RecurrentStack.Output second = e.forward(first.last());
          e.engine.output("y1", first.y());
          e.engine.output("y2", second.y());
        },
        d -> {
          Recurrence first = d.forward();
          d.plain.output("y1", first.y);
          d.plain.output("y2", d.forward(first.hn, first.cn).y);
        });
  }

  @ParameterizedTest
  @EnumSource
  void theOutputMayGoSeveralWays(Cell cell) {
    checkOneLayer(
        cell,
        FULL,
        e -> {
          Variable y = e.forward(e.initial()).y();
          e.engine.output("y", y);
          e.engine.output("tanh", Ops.tanh(e.engine.tape(), y));
          e.engine.output("square", Ops.multiply(e.engine.tape(), y, y));
        },
        d -> {
          double[] y = d.forward().y;
          d.plain.output("y", y);
          d.plain.output("tanh", Reference.map(y, Math::tanh));
          d.plain.output("square", Reference.map(y, v -> v * v));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLossMayStandDirectlyOnTheOutput(Cell cell) {
    var c = new Case(cell, 1, false, 0, ZERO, FULL, 0);
    try (var check =
            new GradientCheck(builder -> RecurrentStack.declare(builder, c.config(), "rnn."));
        var stack = new RecurrentStack(c.config(), check.parameters(), Backend.best(), "rnn.");
        Tensor targets = Tensor.of(Values.floats("targets", T * B * H), T, B, H)) {
      stack.refresh(0, 1);
      check.variable("x", T, B, I);
      check.run(
          e ->
              e.loss(
                  Ops.squaredError(
                      e.tape(),
                      stack.forward(e.tape(), e.variable("x"), null, null).y(),
                      targets,
                      1)),
          d ->
              d.loss(
                  Reference.squaredError(
                      unroll(c, d, d.in("x"), lengths(c)).y, Values.doubles(targets))));
    }
  }
}
