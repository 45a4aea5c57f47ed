package io.ciranda.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.GradientCheck.Engine;
import io.ciranda.testing.GradientCheck.Plain;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Every operation's value and gradient are those of its formula in double arithmetic. */
class OpsGradientTest {
  private static final int I = 5;
  private static final int O = 7;

  private static Tensor tensor(String name, int... shape) {
    int size = 1;
    for (int d : shape) {
      size *= d;
    }
    return Tensor.of(Values.floats(name, size), shape);
  }

  private static void check(
      Consumer<Parameters.Builder> parameters,
      Consumer<GradientCheck> variables,
      Consumer<Engine> onTape,
      Consumer<Plain> inDouble) {
    try (var check = new GradientCheck(parameters)) {
      variables.accept(check);
      check.run(onTape, inDouble);
    }
  }

  /** Operations without parameters, on variables a and b of one shape. */
  private static void check(Consumer<Engine> onTape, Consumer<Plain> inDouble) {
    check(p -> {}, c -> c.variable("a", 3, 2, I).variable("b", 3, 2, I), onTape, inDouble);
  }

  private interface OneInput {
    Variable apply(Tape tape, Variable x);
  }

  private static void checkFunction(OneInput onTape, DoubleUnaryOperator inDouble) {
    check(
        p -> {},
        c -> c.variable("x", 3, 2, 9),
        e -> e.output("y", onTape.apply(e.tape(), e.variable("x"))),
        d -> d.output("y", Reference.map(d.in("x"), inDouble)));
  }

  @Test
  void linearWithBias() {
    check(
        p -> {
          p.declare("w", Initializer.zeros(), O, I);
          p.declare("b", Initializer.zeros(), O);
        },
        c -> c.variable("x", 3, 2, I),
        e ->
            e.output(
                "y", Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), e.parameter("b"))),
        d -> d.output("y", Reference.linear(d.in("x"), d.in("w"), d.in("b"), I, O)));
  }

  @Test
  void linearWithoutBias() {
    check(
        p -> p.declare("w", Initializer.zeros(), O, I),
        c -> c.variable("x", 4, I),
        e -> e.output("y", Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), null)),
        d -> d.output("y", Reference.linear(d.in("x"), d.in("w"), null, I, O)));
  }

  @Test
  void linearOnConstants() {
    try (Tensor x = tensor("x", 4, I)) {
      check(
          p -> p.declare("w", Initializer.zeros(), O, I),
          c -> {},
          e -> e.output("y", Ops.linear(e.tape(), e.tape().constant(x), e.parameter("w"), null)),
          d -> d.output("y", Reference.linear(Values.doubles(x), d.in("w"), null, I, O)));
    }
  }

  @Test
  void parametersUsedTwiceGetTheSumOfBothGradients() {
    check(
        p -> {
          p.declare("w", Initializer.zeros(), I, I);
          p.declare("b", Initializer.zeros(), I);
        },
        c -> c.variable("x", 4, I),
        e -> {
          Variable once = Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), e.parameter("b"));
          e.output("y", Ops.linear(e.tape(), once, e.parameter("w"), e.parameter("b")));
        },
        d -> {
          double[] once = Reference.linear(d.in("x"), d.in("w"), d.in("b"), I, I);
          d.output("y", Reference.linear(once, d.in("w"), d.in("b"), I, I));
        });
  }

  @Test
  void linearAddsToTheGradientThatItsInputAlreadyHas() {
    check(
        p -> {
          p.declare("w", Initializer.zeros(), O, I);
          p.declare("v", Initializer.zeros(), O, I);
        },
        c -> c.variable("x", 4, I),
        e -> {
          e.output("y", Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), null));
          e.output("z", Ops.linear(e.tape(), e.variable("x"), e.parameter("v"), null));
        },
        d -> {
          d.output("y", Reference.linear(d.in("x"), d.in("w"), null, I, O));
          d.output("z", Reference.linear(d.in("x"), d.in("v"), null, I, O));
        });
  }

  @Test
  void embeddingWithRepeatedIds() {
    int[] ids = {2, 0, 2, 3, 2, 1};
    try (IntTensor tokens = IntTensor.of(ids, 3, 2)) {
      check(
          p -> p.declare("table", Initializer.zeros(), 5, I),
          c -> {},
          e -> e.output("y", Ops.embedding(e.tape(), e.parameter("table"), tokens)),
          d -> d.output("y", Reference.embedding(d.in("table"), I, ids)));
    }
  }

  @Test
  void repeatRow() {
    check(
        p -> p.declare("table", Initializer.zeros(), 3, I),
        c -> {},
        e -> e.output("y", Ops.repeatRow(e.tape(), e.parameter("table"), 1, 4)),
        d -> d.output("y", Reference.embedding(d.in("table"), I, 1, 1, 1, 1)));
  }

  @Test
  void rowsInAnyOrderAndMoreThanOnce() {
    int[] places = {4, 0, 4, 3};
    try (IntTensor rows = IntTensor.of(places, 4)) {
      check(
          p -> {},
          c -> c.variable("x", 3, 2, I),
          e -> e.output("y", Ops.rows(e.tape(), e.variable("x"), rows)),
          d -> d.output("y", Reference.embedding(d.in("x"), I, places)));
    }
  }

  @Test
  void meanOverTime() {
    int[] steps = {3, 1};
    try (IntTensor lengths = IntTensor.of(steps, 2)) {
      check(
          p -> {},
          c -> c.variable("x", 3, 2, I),
          e -> e.output("y", Ops.meanOverTime(e.tape(), e.variable("x"), lengths)),
          d -> {
            double[] y = new double[2 * I];
            for (int b = 0; b < 2; b++) {
              for (int i = 0; i < steps[b] * I; i++) {
                y[b * I + i % I] += d.in("x")[(i / I * 2 + b) * I + i % I] / steps[b];
              }
            }
            d.output("y", y);
          });
    }
  }

  @Test
  void dropout() {
    check(
        p -> {},
        c -> c.variable("x", 3, 4, I),
        e -> e.output("y", Ops.dropout(e.tape(), e.variable("x"), 0.4f)),
        d ->
            d.output(
                "y",
                Reference.dropout(
                    d.in("x"), 0.4f, Reference.keys(GradientCheck.SEED).getAsLong())));
  }

  @Test
  void dropoutOverwritesOrAddsToTheGradientOfItsInput() {
    check(
        p -> {},
        c -> c.variable("x", 3, 4, I),
        e -> {
          // Backward runs from the last to the first: the first dropout adds, the last overwrites.
          e.output("y", Ops.dropout(e.tape(), e.variable("x"), 0.3f));
          e.output("z", Ops.tanh(e.tape(), e.variable("x")));
          e.output("u", Ops.dropout(e.tape(), e.variable("x"), 0.3f));
        },
        d -> {
          var keys = Reference.keys(GradientCheck.SEED);
          d.output("y", Reference.dropout(d.in("x"), 0.3f, keys.getAsLong()));
          d.output("z", Reference.map(d.in("x"), Math::tanh));
          d.output("u", Reference.dropout(d.in("x"), 0.3f, keys.getAsLong()));
        });
  }

  @Test
  void concatOfDifferentWidths() {
    check(
        p -> {},
        c -> c.variable("a", 3, 2, 4).variable("b", 3, 2, 3),
        e -> e.output("y", Ops.concat(e.tape(), e.variable("a"), e.variable("b"))),
        d -> d.output("y", Reference.concat(d.in("a"), 4, d.in("b"), 3)));
  }

  private interface TwoInputs {
    Variable apply(Tape tape, Variable a, Variable b);
  }

  /** Two variables, then one variable on both sides. */
  private static void checkPair(TwoInputs onTape, BinaryOperator<double[]> inDouble) {
    check(
        e -> {
          e.output("ab", onTape.apply(e.tape(), e.variable("a"), e.variable("b")));
          e.output("aa", onTape.apply(e.tape(), e.variable("a"), e.variable("a")));
        },
        d -> {
          d.output("ab", inDouble.apply(d.in("a"), d.in("b")));
          d.output("aa", inDouble.apply(d.in("a"), d.in("a")));
        });
  }

  private static BinaryOperator<double[]> elementwise(DoubleBinaryOperator f) {
    return (a, b) -> Reference.zip(a, b, f);
  }

  @Test
  void concatOfTheSameVariable() {
    checkPair(Ops::concat, (a, b) -> Reference.concat(a, I, b, I));
  }

  @Test
  void add() {
    checkPair(Ops::add, elementwise(Double::sum));
  }

  @Test
  void multiply() {
    checkPair(Ops::multiply, elementwise((a, b) -> a * b));
  }

  @Test
  void operationsWithAConstantOnOneSide() {
    try (Tensor k = tensor("k", 3, 2, I)) {
      double[] constant = Values.doubles(k);
      check(
          e -> {
            Variable c = e.tape().constant(k);
            e.output("add", Ops.add(e.tape(), e.variable("a"), c));
            e.output("multiply", Ops.multiply(e.tape(), c, e.variable("b")));
            e.output("concat", Ops.concat(e.tape(), c, e.variable("b")));
          },
          d -> {
            d.output("add", Reference.zip(d.in("a"), constant, Double::sum));
            d.output("multiply", Reference.zip(constant, d.in("b"), (a, b) -> a * b));
            d.output("concat", Reference.concat(constant, I, d.in("b"), I));
          });
    }
  }

  @Test
  void tanh() {
    checkFunction(Ops::tanh, Math::tanh);
  }

  @Test
  void sigmoid() {
    checkFunction(Ops::sigmoid, Reference::sigmoid);
  }

  @Test
  void relu() {
    checkFunction(Ops::relu, Reference::relu);
  }

  // ---- losses ----

  private static final float SCALE = 0.25f;
  private static final int[] TARGETS = {4, -1, 0, 2, -1, 3};

  private interface LossOnTape {
    double apply(Tape tape, Variable x);
  }

  private interface LossInDouble {
    double apply(double... x);
  }

  private static Consumer<Engine> lossOf(OneInput before, LossOnTape loss) {
    return e -> e.loss(SCALE * loss.apply(e.tape(), before.apply(e.tape(), e.variable("x"))));
  }

  /** The loss of an input, of a sum, and of activations, which need their value on the way back. */
  private static void checkLoss(LossOnTape onTape, LossInDouble inDouble) {
    Consumer<GradientCheck> x = c -> c.variable("x", 3, 2, I);
    check(
        p -> {}, x, lossOf((tape, v) -> v, onTape), d -> d.loss(SCALE * inDouble.apply(d.in("x"))));
    check(
        p -> {},
        x,
        lossOf((tape, v) -> Ops.add(tape, v, v), onTape),
        d -> d.loss(SCALE * inDouble.apply(Reference.map(d.in("x"), v -> 2 * v))));
    check(
        p -> {},
        x,
        lossOf(Ops::tanh, onTape),
        d -> d.loss(SCALE * inDouble.apply(Reference.map(d.in("x"), Math::tanh))));
    check(
        p -> {},
        x,
        lossOf(Ops::sigmoid, onTape),
        d -> d.loss(SCALE * inDouble.apply(Reference.map(d.in("x"), Reference::sigmoid))));
    check(
        p -> {},
        x,
        lossOf(Ops::relu, onTape),
        d -> d.loss(SCALE * inDouble.apply(Reference.map(d.in("x"), Reference::relu))));
    check(
        p -> p.declare("w", Initializer.zeros(), I, I),
        x,
        e ->
            e.loss(
                SCALE
                    * onTape.apply(
                        e.tape(), Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), null))),
        d -> d.loss(SCALE * inDouble.apply(Reference.linear(d.in("x"), d.in("w"), null, I, I))));
  }

  @Test
  void crossEntropyWithTargetsThatDoNotCount() {
    try (IntTensor targets = IntTensor.of(TARGETS, 3, 2)) {
      checkLoss(
          (tape, x) -> Ops.crossEntropy(tape, x, targets, SCALE),
          x -> Reference.crossEntropy(x, TARGETS));
    }
  }

  @Test
  void crossEntropyWithSmoothedLabels() {
    float smoothing = 0.1f;
    try (IntTensor targets = IntTensor.of(TARGETS, 3, 2)) {
      checkLoss(
          (tape, x) -> Ops.crossEntropy(tape, x, targets, smoothing, SCALE),
          x -> Reference.crossEntropy(x, smoothing, TARGETS));
    }
  }

  @Test
  void crossEntropyWithoutAnyTargetThatCountsIsZeroAndMovesNothing() {
    try (var parameters = new Parameters.Builder().build(Values.random(0));
        var gradients = new Parameters.Like(parameters);
        var workspace = new io.ciranda.memory.Workspace("test");
        IntTensor targets = IntTensor.of(new int[] {-1, -1}, 2);
        Tensor logits = tensor("logits", 2, I)) {
      Tape tape = Tape.training(io.ciranda.kernel.Backend.best(), workspace, gradients);
      tape.begin(0);
      Variable x = tape.variable(logits);
      assertEquals(0, Ops.crossEntropy(tape, x, targets, 1));
      tape.backward();
      for (float g : x.gradient().toArray()) {
        assertEquals(0, g);
      }
    }
  }

  @Test
  void crossEntropyWithWeights() {
    int[] labels = {2, 0, 2, 3, 2, 1};
    float[] weights = {0.5f, 2, 1, 3, 1};
    try (IntTensor targets = IntTensor.of(labels, 6)) {
      checkLoss(
          (tape, x) -> Ops.crossEntropy(tape, x, targets, weights, SCALE),
          x -> {
            double loss = 0;
            for (int i = 0; i < labels.length; i++) {
              double[] row = java.util.Arrays.copyOfRange(x, i * I, (i + 1) * I);
              loss += weights[labels[i]] * Reference.crossEntropy(row, labels[i]);
            }
            return loss;
          });
    }
  }

  @Test
  void pinball() {
    float[] quantiles = {0.1f, 0.5f, 0.6f, 0.9f, 0.95f};
    float[] wanted = {0.3f, Float.NaN, -0.2f, 0, 2, -2};
    try (Tensor targets = Tensor.of(wanted, 3, 2)) {
      checkLoss(
          (tape, x) -> Ops.pinball(tape, x, targets, quantiles, SCALE),
          x -> {
            double loss = 0;
            for (int i = 0; i < x.length; i++) {
              double distance = wanted[i / I] - x[i];
              double q = quantiles[i % I];
              loss += Double.isNaN(distance) ? 0 : Math.max(q * distance, (q - 1) * distance);
            }
            return loss;
          });
    }
  }

  @Test
  void aPredictionThatIsNotANumberShowsInTheQuantileLoss() {
    try (Tensor targets = Tensor.of(new float[] {1}, 1);
        Tensor x = Tensor.of(new float[] {Float.NaN}, 1);
        var workspace = new io.ciranda.memory.Workspace("test")) {
      Tape tape = Tape.inference(io.ciranda.kernel.Backend.best(), workspace);
      assertEquals(Double.NaN, Ops.pinball(tape, tape.constant(x), targets, new float[] {0.5f}, 0));
    }
  }

  @Test
  void binaryCrossEntropy() {
    try (Tensor targets = tensor("targets", 3, 2, I)) {
      for (int i = 0; i < I; i++) {
        targets.set(i % 2, 0, 0, i); // hard ones too
      }
      for (int t = 1; t < 3; t++) {
        for (int i = 0; i < I; i++) {
          targets.set(Math.abs(targets.get(t, 1, i)), t, 1, i);
          targets.set(0.5f, t, 0, i);
        }
      }
      for (int i = 0; i < I; i++) {
        targets.set(1, 0, 1, i);
      }
      checkLoss(
          (tape, x) -> Ops.binaryCrossEntropy(tape, x, targets, SCALE),
          x -> Reference.binaryCrossEntropy(x, Values.doubles(targets)));
    }
  }

  @Test
  void squaredError() {
    try (Tensor targets = tensor("targets", 3, 2, I)) {
      checkLoss(
          (tape, x) -> Ops.squaredError(tape, x, targets, SCALE),
          x -> Reference.squaredError(x, Values.doubles(targets)));
    }
  }
}
