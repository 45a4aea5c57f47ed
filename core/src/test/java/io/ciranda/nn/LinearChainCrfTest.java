package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Golden;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The CRF's recursions give what all paths, one by one, and PyTorch give. */
class LinearChainCrfTest {
  private static final int T = 4;
  private static final int B = 3;
  private static final int K = 3;
  private static final int[] LENGTHS = {2, 4, 1};
  private static final int[] LABELS = {1, 0, 2, 1, 2, 0, 2, 2, 1, 0, 1, 0};

  // ---- all paths, one by one ----

  private static List<int[]> paths(int steps) {
    var paths = new ArrayList<int[]>();
    for (int n = 0; n < Math.pow(K, steps); n++) {
      int code = n;
      int[] path = new int[steps];
      for (int t = steps - 1; t >= 0; t--, code /= K) {
        path[t] = code % K;
      }
      paths.add(path);
    }
    return paths;
  }

  private static double score(
      double[] transition, double[] start, double[] end, double[][] emissions, int... path) {
    double score = start[path[0]] + end[path[path.length - 1]];
    for (int t = 0; t < path.length; t++) {
      score += emissions[t][path[t]];
      if (t > 0) {
        score += transition[path[t - 1] * K + path[t]];
      }
    }
    return score;
  }

  @Test
  void theLossAndItsGradientAreThoseOfAllPaths() {
    try (var check = new GradientCheck(p -> LinearChainCrf.declare(p, K, "crf."))) {
      check.variable("x", T, B, K);
      check.run(
          e ->
              e.loss(
                  new LinearChainCrf(check.parameters(), "crf.")
                      .loss(
                          e.tape(),
                          e.variable("x"),
                          ints(e.tape().workspace(), LABELS, T, B),
                          ints(e.tape().workspace(), LENGTHS, B),
                          1)),
          d -> {
            for (int b = 0; b < B; b++) {
              double[][] emissions = new double[LENGTHS[b]][];
              int[] labels = new int[LENGTHS[b]];
              for (int t = 0; t < LENGTHS[b]; t++) {
                int row = t * B + b;
                emissions[t] = Arrays.copyOfRange(d.in("x"), row * K, (row + 1) * K);
                labels[t] = LABELS[row];
              }
              ToDoubleFunction<int[]> score =
                  path ->
                      score(
                          d.in("crf.transition"),
                          d.in("crf.start"),
                          d.in("crf.end"),
                          emissions,
                          path);
              double sum =
                  paths(LENGTHS[b]).stream()
                      .mapToDouble(path -> Math.exp(score.applyAsDouble(path)))
                      .sum();
              d.loss(Math.log(sum) - score.applyAsDouble(labels));
            }
          });
    }
  }

  private static IntTensor ints(Workspace workspace, int[] values, int... shape) {
    return workspace.ints(shape).copyFrom(values);
  }

  @Test
  void theBestPathAndTheMarginalsAreThoseOfAllPaths() {
    var builder = new Parameters.Builder();
    LinearChainCrf.declare(builder, K, "");
    try (Parameters parameters = builder.build(Values.random(1))) {
      for (int trial = 0; trial < 50; trial++) {
        int round = trial;
        parameters
            .all()
            .forEach(p -> p.value().copyFrom(Values.floats(p.name() + round, p.value().size())));
        int steps = 1 + trial % 5;
        float[] flat = Values.floats("emissions" + trial, (long) steps * K);
        double[][] emissions = new double[steps][];
        Arrays.setAll(emissions, t -> Values.doubles(Arrays.copyOfRange(flat, t * K, (t + 1) * K)));
        double total = 0;
        double most = Double.NEGATIVE_INFINITY;
        int[] best = {};
        double[] marginals = new double[flat.length];
        for (int[] path : paths(steps)) {
          double score =
              score(
                  Values.doubles(parameters.get("transition").value()),
                  Values.doubles(parameters.get("start").value()),
                  Values.doubles(parameters.get("end").value()),
                  emissions,
                  path);
          total += Math.exp(score);
          for (int t = 0; t < steps; t++) {
            marginals[t * K + path[t]] += Math.exp(score);
          }
          best = score > most ? path : best;
          most = Math.max(score, most);
        }
        double sum = total;
        Arrays.setAll(marginals, i -> marginals[i] / sum);
        var crf = new LinearChainCrf(parameters, "");
        assertArrayEquals(best, crf.weights().decode(flat));
        Values.assertWithin(
            "marginals", marginals, Values.doubles(crf.weights().marginals(flat)), 1e-6);
      }
    }
  }

  // ---- PyTorch ----

  static Stream<Path> files() throws IOException {
    return Golden.files("crf-");
  }

  @ParameterizedTest
  @MethodSource("files")
  void lossGradientsMarginalsAndPathsArePyTorchs(Path file) throws IOException {
    try (var golden = new Golden(file);
        var workspace = new Workspace("crf")) {
      int k = golden.size("labels");
      var builder = new Parameters.Builder();
      LinearChainCrf.declare(builder, k, "crf.");
      try (Parameters parameters = builder.build(Values.random(0));
          var gradients = new Parameters.Like(parameters)) {
        golden.load(parameters);
        var crf = new LinearChainCrf(parameters, "crf.");
        Tape tape = Tape.training(Backend.best(), workspace, gradients);
        Values.soil(workspace);
        tape.begin(0);
        Variable x = tape.variable(golden.tensor("emissions"));
        IntTensor lengths = golden.ints("lengths");
        double loss = crf.loss(tape, x, golden.ints("labels"), lengths, 1);
        golden.assertClose("loss", new double[] {loss});
        tape.backward();
        golden.assertGradients(parameters, gradients);
        golden.assertClose("grad.emissions", x.gradient());
        compareAnswers(golden, crf, x.value(), lengths);
      }
      golden.assertNothingLeft();
    }
  }

  private static void compareAnswers(Golden golden, LinearChainCrf crf, Tensor x, IntTensor lengths)
      throws IOException {
    int batch = x.dim(1);
    int k = x.dim(2);
    IntTensor best = golden.ints("best");
    double[] marginals = new double[(int) x.size()];
    for (int b = 0; b < batch; b++) {
      int length = lengths.get(b);
      float[] own = new float[length * k];
      for (int i = 0; i < own.length; i++) {
        own[i] = x.get(i / k, b, i % k);
      }
      int[] path = crf.weights().decode(own);
      float[] alone = crf.weights().marginals(own);
      for (int t = 0; t < length; t++) {
        assertEquals(
            best.get((long) t * batch + b), path[t], "sequence %d, step %d".formatted(b, t));
        for (int j = 0; j < k; j++) {
          marginals[(t * batch + b) * k + j] = alone[t * k + j];
        }
      }
    }
    golden.assertClose("marginals", marginals);
  }

  // ---- what it refuses, and how far its numbers reach ----

  @Test
  void scoresOfAThousandDoNotOverflow() {
    var builder = new Parameters.Builder();
    LinearChainCrf.declare(builder, 2, "");
    try (Parameters parameters = builder.build(Values.random(1))) {
      parameters.get("transition").value().copyFrom(new float[] {0, -1e4f, 0, 0});
      var crf = new LinearChainCrf(parameters, "");
      float[] emissions = {1000, 0, 0, 1000, -1000, 1000};
      assertArrayEquals(new int[] {1, 1, 1}, crf.weights().decode(emissions));
      Values.assertWithin(
          "marginals",
          new double[] {0, 1, 0, 1, 0, 1},
          Values.doubles(crf.weights().marginals(emissions)),
          1e-6);
    }
  }

  @Test
  void saysWhatItExpects() {
    var builder = new Parameters.Builder();
    LinearChainCrf.declare(builder, K, "");
    try (Parameters parameters = builder.build(Values.random(1));
        var workspace = new Workspace("crf")) {
      var crf = new LinearChainCrf(parameters, "");
      var e =
          assertThrows(IllegalArgumentException.class, () -> crf.weights().decode(new float[4]));
      assertEquals(
          "emissions of the CRF: expected a positive multiple of 3 labels, actual 4",
          e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> crf.weights().marginals(new float[0]));
      Tape tape = Tape.inference(Backend.best(), workspace);
      Variable x = tape.constant(workspace.zeros(T, B, K));
      IntTensor labels = ints(workspace, LABELS, T, B);
      IntTensor lengths = ints(workspace, new int[] {2, 5, 1}, B);
      assertThrows(IllegalArgumentException.class, () -> crf.loss(tape, x, labels, lengths, 1));
      labels.set(0, K);
      assertThrows(IllegalArgumentException.class, () -> crf.loss(tape, x, labels, null, 1));
    }
  }
}
