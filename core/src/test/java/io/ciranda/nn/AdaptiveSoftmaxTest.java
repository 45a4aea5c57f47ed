package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Golden;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The adaptive softmax gives what PyTorch's and plain double arithmetic give. */
class AdaptiveSoftmaxTest {
  private static final int H = 8;
  private static final int V = 7;
  private static final List<Integer> CUTOFFS = List.of(2, 4);
  private static final int[] TARGETS = {0, 6, 3, 1, 2, 6};

  static Stream<Path> files() throws IOException {
    return Golden.files("adaptive-");
  }

  @ParameterizedTest
  @MethodSource("files")
  void lossGradientsAndProbabilitiesArePyTorchs(Path file) throws IOException {
    try (var golden = new Golden(file);
        var workspace = new Workspace("adaptive")) {
      int v = golden.size("symbols");
      List<Integer> cutoffs =
          Arrays.stream(golden.text("cutoffs").split(",", -1)).map(Integer::valueOf).toList();
      var builder = new Parameters.Builder();
      AdaptiveSoftmax.declare(builder, golden.size("features"), v, cutoffs, "output.");
      try (Parameters parameters = builder.build(Values.random(0));
          var gradients = new Parameters.Like(parameters)) {
        golden.load(parameters);
        var softmax = new AdaptiveSoftmax(parameters, cutoffs.size(), "output.");
        assertEquals(v, softmax.symbols());
        Tape tape = Tape.training(Backend.best(), workspace, gradients);
        Values.soil(workspace);
        tape.begin(0);
        Variable x = tape.variable(golden.tensor("x"));
        double loss = softmax.loss(tape, x, golden.ints("targets"), 1);
        golden.assertClose("loss", new double[] {loss});
        tape.backward();
        golden.assertGradients(parameters, gradients);
        golden.assertClose("grad.x", x.gradient());
        int rows = x.value().dim(0);
        double[] logs = new double[rows * v];
        Tape reading = Tape.inference(Backend.best(), workspace);
        for (int i = 0; i < logs.length; i++) {
          Variable row = reading.constant(golden.tensor("x").rows(i / v, i / v + 1));
          IntTensor target = workspace.ints(1).copyFrom(new int[] {i % v});
          logs[i] = -softmax.loss(reading, row, target, 1);
        }
        golden.assertClose("log_prob", logs);
      }
      golden.assertNothingLeft();
    }
  }

  @Test
  void theGradientIsThatOfTheLoss() {
    try (var check = new GradientCheck(p -> AdaptiveSoftmax.declare(p, H, V, CUTOFFS, "output."))) {
      check.variable("x", 2, 3, H);
      check.run(
          e -> {
            var softmax = new AdaptiveSoftmax(check.parameters(), 2, "output.");
            IntTensor targets = e.tape().workspace().ints(2, 3).copyFrom(TARGETS);
            e.loss(softmax.loss(e.tape(), e.variable("x"), targets, 1));
          },
          d -> {
            for (int i = 0; i < TARGETS.length; i++) {
              double[] x = Arrays.copyOfRange(d.in("x"), i * H, (i + 1) * H);
              double[] head = times(d.in("output.head.weight"), x);
              int k = TARGETS[i] < 2 ? -1 : TARGETS[i] < 4 ? 0 : 1;
              d.loss(-logSoftmax(head, k < 0 ? TARGETS[i] : 2 + k));
              if (k >= 0) {
                double[] narrow = times(d.in("output.tail." + k + ".0.weight"), x);
                double[] scores = times(d.in("output.tail." + k + ".1.weight"), narrow);
                d.loss(-logSoftmax(scores, TARGETS[i] - CUTOFFS.get(k)));
              }
            }
          });
    }
  }

  private static double[] times(double[] w, double[] x) {
    return IntStream.range(0, w.length / x.length)
        .mapToDouble(
            row ->
                IntStream.range(0, x.length).mapToDouble(i -> w[row * x.length + i] * x[i]).sum())
        .toArray();
  }

  private static double logSoftmax(double[] scores, int at) {
    return scores[at] - Math.log(Arrays.stream(scores).map(Math::exp).sum());
  }

  @Test
  void saysWhatItExpects() {
    for (List<Integer> cutoffs : List.of(List.<Integer>of(), List.of(0), List.of(3, 3))) {
      var builder = new Parameters.Builder();
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> AdaptiveSoftmax.declare(builder, H, V, cutoffs, ""));
      assertEquals(
          "cutoffs: expected one or more, ascending, from 1 on, actual " + cutoffs, e.getMessage());
    }
    var builder = new Parameters.Builder();
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> AdaptiveSoftmax.declare(builder, H, V, List.of(2, V), ""));
    assertEquals(
        "cutoffs: expected below the vocabulary of 7 symbols, actual [2, 7]", e.getMessage());
    AdaptiveSoftmax.declare(builder, H, V, CUTOFFS, "");
    try (Parameters parameters = builder.build(Values.random(0));
        var workspace = new Workspace("adaptive")) {
      Tape tape = Tape.inference(Backend.best(), workspace);
      var softmax = new AdaptiveSoftmax(parameters, 2, "");
      Variable x = tape.constant(workspace.zeros(1, H));
      for (int target : new int[] {-1, V}) {
        IntTensor wrong = workspace.ints(1).copyFrom(new int[] {target});
        assertThrows(IllegalArgumentException.class, () -> softmax.loss(tape, x, wrong, 1));
      }
    }
  }
}
