package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Golden;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CTC's recursions give what all paths, one by one, and PyTorch give. */
class CtcTest {
  private static final int V = 3;

  // ---- all paths, one by one ----

  /** What a path stands for. */
  private static List<Integer> labels(int[] path, int blank) {
    var labels = new ArrayList<Integer>();
    for (int t = 0; t < path.length; t++) {
      if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) {
        labels.add(path[t]);
      }
    }
    return labels;
  }

  /** The probability of all labels that have a path. */
  private static Map<List<Integer>, Double> probabilities(double[] logits, int blank) {
    int steps = logits.length / V;
    var probabilities = new HashMap<List<Integer>, Double>();
    for (int n = 0; n < Math.pow(V, steps); n++) {
      int[] path = new int[steps];
      double log = 0;
      for (int t = 0, code = n; t < steps; t++, code /= V) {
        path[t] = code % V;
        log -= Reference.crossEntropy(Arrays.copyOfRange(logits, t * V, (t + 1) * V), path[t]);
      }
      probabilities.merge(labels(path, blank), Math.exp(log), Double::sum);
    }
    return probabilities;
  }

  private static double loss(double[] logits, int blank, int... target) {
    return -Math.log(probabilities(logits, blank).get(Arrays.stream(target).boxed().toList()));
  }

  private static float[] logits(int steps) {
    float[] logits = Values.floats("logits of %d steps".formatted(steps), (long) steps * V);
    for (int i = 0; i < logits.length; i++) {
      logits[i] *= 3;
    }
    return logits;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theLossIsThatOfAllPathsOfAllLabels(int blank) {
    var ctc = new Ctc(blank);
    for (int steps = 1; steps <= 6; steps++) {
      float[] logits = logits(steps);
      try (var workspace = new Workspace("test")) {
        Tape tape = Tape.inference(Backend.best(), workspace);
        Variable x = tape.constant(workspace.tensor(steps, 1, V).copyFrom(logits));
        double sum = 0;
        for (var entry : probabilities(Values.doubles(logits), blank).entrySet()) {
          int[] target = entry.getKey().stream().mapToInt(Integer::intValue).toArray();
          assertTrue(Ctc.leastSteps(target) <= steps);
          double loss = ctc.loss(tape, x, null, List.of(target), 1);
          assertEquals(-Math.log(entry.getValue()), loss, 1e-9, entry::toString);
          sum += Math.exp(-loss);
        }
        assertEquals(1, sum, 1e-9);
        assertArrayEquals(logits, x.value().toArray());
      }
    }
  }

  @Test
  void theGradientIsThatOfAllPaths() {
    int[] lengths = {5, 2, 6};
    List<int[]> targets = List.of(new int[] {0, 0, 2}, new int[] {}, new int[] {2, 0});
    float scale = 0.3f;
    try (var check = new GradientCheck(p -> p.declare("w", Initializer.zeros(), V, V));
        IntTensor ends = IntTensor.of(lengths, 3)) {
      check.variable("x", 6, 3, V);
      check.run(
          e -> {
            Variable logits = Ops.linear(e.tape(), e.variable("x"), e.parameter("w"), null);
            e.loss(scale * new Ctc(1).loss(e.tape(), logits, ends, targets, scale));
          },
          d -> {
            double[] logits = Reference.linear(d.in("x"), d.in("w"), null, V, V);
            double loss = 0;
            for (int b = 0; b < 3; b++) {
              double[] own = new double[lengths[b] * V];
              for (int i = 0; i < own.length; i++) {
                own[i] = logits[(i / V * 3 + b) * V + i % V];
              }
              loss += loss(own, 1, targets.get(b));
            }
            d.loss(scale * loss);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aSearchThatDropsNothingFindsAllLabelsInTheOrderOfTheirProbability(int blank) {
    for (int steps = 1; steps <= 6; steps++) {
      Map<List<Integer>, Double> all = probabilities(Values.doubles(logits(steps)), blank);
      List<Ctc.Hypothesis> found = new Ctc(blank).search(logits(steps), V, 1000);
      assertEquals(all.size(), found.size());
      for (Ctc.Hypothesis hypothesis : found) {
        double expected = all.get(Arrays.stream(hypothesis.labels()).boxed().toList());
        assertEquals(Math.log(expected), hypothesis.logProbability(), 1e-9);
      }
      var sorted = Comparator.comparingDouble(Ctc.Hypothesis::logProbability).reversed();
      assertEquals(found.stream().sorted(sorted).toList(), found);
    }
  }

  @Test
  void aNarrowSearchKeepsItsBeamAndNeverCountsMoreThanThereIs() {
    Map<List<Integer>, Double> all = probabilities(Values.doubles(logits(7)), 0);
    for (int beam = 1; beam <= 8; beam++) {
      List<Ctc.Hypothesis> found = new Ctc(0).search(logits(7), V, beam);
      assertEquals(beam, found.size());
      for (Ctc.Hypothesis hypothesis : found) {
        double most = all.get(Arrays.stream(hypothesis.labels()).boxed().toList());
        assertTrue(hypothesis.logProbability() <= Math.log(most) + 1e-9);
      }
    }
    double best = all.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    assertEquals(
        Math.log(best), new Ctc(0).search(logits(7), V, 20).getFirst().logProbability(), 1e-3);
  }

  /** The search over prefixes as a table of labels. */
  private static Map<List<Integer>, double[]> searched(double[] p, int outputs, int beam) {
    Map<List<Integer>, double[]> kept = Map.of(List.of(), new double[] {1, 0});
    for (int from = 0; from < p.length; from += outputs) {
      var reached = new HashMap<List<Integer>, double[]>(); // ending in the blank 0, in a label
      for (var entry : kept.entrySet()) {
        List<Integer> labels = entry.getKey();
        double[] paths = entry.getValue();
        double[] same = reached.computeIfAbsent(labels, l -> new double[2]);
        same[0] += (paths[0] + paths[1]) * p[from];
        for (int k = 1; k < outputs; k++) {
          boolean repeats = !labels.isEmpty() && labels.getLast() == k;
          same[1] += repeats ? paths[1] * p[from + k] : 0;
          var longer = new ArrayList<>(labels);
          longer.add(k);
          reached.computeIfAbsent(longer, l -> new double[2])[1] +=
              (repeats ? paths[0] : paths[0] + paths[1]) * p[from + k];
        }
      }
      kept =
          reached.entrySet().stream()
              .sorted(Comparator.comparingDouble(e -> -e.getValue()[0] - e.getValue()[1]))
              .limit(beam)
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
    return kept;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 10, 30})
  void whatASearchDroppedMayComeBackAndMeetWhatBeganWithIt(int beam) {
    int outputs = 5;
    float[] logits = Values.floats("logits", 60L * outputs);
    double[] p = new double[logits.length];
    for (int i = 0; i < p.length; i++) {
      int from = i / outputs * outputs;
      double[] step = Values.doubles(Arrays.copyOfRange(logits, from, from + outputs));
      p[i] = Math.exp(-Reference.crossEntropy(step, i % outputs));
    }
    Map<List<Integer>, double[]> expected = searched(p, outputs, beam);
    List<Ctc.Hypothesis> found = new Ctc(0).search(logits, outputs, beam);
    assertEquals(beam, found.size());
    for (Ctc.Hypothesis hypothesis : found) {
      double[] paths = expected.get(Arrays.stream(hypothesis.labels()).boxed().toList());
      assertEquals(Math.log(paths[0] + paths[1]), hypothesis.logProbability(), 1e-9);
    }
  }

  @Test
  void aLongSearchKeepsNoMoreThanItsBeam() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                SearchThreeHundredSteps.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
  }

  /** Reaches a million and a half prefixes, each of a hundred bytes and more. */
  static final class SearchThreeHundredSteps {
    private SearchThreeHundredSteps() {}

    public static void main(String[] args) {
      new Ctc(0).search(Values.floats("logits", 300L * 80), 80, 64);
    }
  }

  @Test
  void theLabelsOfTheLikeliestPathAreNotAlwaysTheLikeliestLabels() {
    float[] logits = {(float) Math.log(0.6), (float) Math.log(0.4), 0, 0};
    logits[2] = logits[0];
    logits[3] = logits[1];
    assertArrayEquals(new int[0], new Ctc(0).decode(logits, 2));
    Ctc.Hypothesis best = new Ctc(0).search(logits, 2, 2).getFirst();
    assertArrayEquals(new int[] {1}, best.labels());
    assertEquals(0.64, Math.exp(best.logProbability()), 1e-6);
  }

  @Test
  void repeatedOutputsAreOneLabelUnlessABlankIsBetween() {
    int[] path = {1, 1, 0, 1, 2, 2, 1, 0, 0};
    float[] logits = new float[path.length * V];
    IntStream.range(0, path.length).forEach(t -> logits[t * V + path[t]] = 1);
    assertArrayEquals(new int[] {1, 1, 2, 1}, new Ctc(0).decode(logits, V));
    assertArrayEquals(new int[] {0, 2, 0}, new Ctc(1).decode(logits, V));
  }

  @Test
  void aThousandStepsDoNotUnderflow() {
    int steps = 1000;
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.inference(Backend.best(), workspace);
      Variable x = tape.constant(workspace.zeros(steps, 1, V));
      // Of V^T paths, the blanks alone stand for no label.
      double loss = new Ctc(0).loss(tape, x, null, List.of(new int[0]), 1);
      assertEquals(steps * Math.log(V), loss, 1e-8);
    }
  }

  // ---- PyTorch ----

  static Stream<Path> files() throws IOException {
    return Golden.files("ctc-");
  }

  @ParameterizedTest
  @MethodSource("files")
  void lossesAndGradientArePyTorchs(Path file) throws IOException {
    try (var golden = new Golden(file);
        var workspace = new Workspace("ctc");
        var parameters = new Parameters.Builder().build(Values.random(0));
        var gradients = new Parameters.Like(parameters)) {
      Tape tape = Tape.training(Backend.best(), workspace, gradients);
      Values.soil(workspace);
      tape.begin(0);
      Variable logits = tape.variable(golden.tensor("logits"));
      IntTensor lengths = golden.ints("lengths");
      List<int[]> targets = targets(golden);
      var ctc = new Ctc(golden.size("blank"));
      double loss = ctc.loss(tape, logits, lengths, targets, 1);
      tape.backward();
      double[] losses = new double[targets.size()];
      for (int b = 0; b < losses.length; b++) {
        losses[b] = lossAlone(ctc, logits.value(), b, lengths.get(b), targets.get(b));
      }
      assertEquals(Arrays.stream(losses).sum(), loss, 1e-9 * loss);
      golden.assertClose("losses", losses);
      golden.assertClose("grad.logits", logits.gradient());
      golden.assertNothingLeft();
    }
  }

  private static List<int[]> targets(Golden golden) throws IOException {
    IntTensor labels = golden.ints("targets");
    IntTensor lengths = golden.ints("target_lengths");
    int batch = labels.dim(1);
    return IntStream.range(0, batch)
        .mapToObj(
            b ->
                IntStream.range(0, lengths.get(b))
                    .map(u -> labels.get((long) u * batch + b))
                    .toArray())
        .toList();
  }

  private static double lossAlone(Ctc ctc, Tensor logits, int b, int length, int[] target) {
    try (var workspace = new Workspace("alone")) {
      Tensor own = workspace.tensor(length, 1, logits.dim(2));
      for (int t = 0; t < length; t++) {
        for (int k = 0; k < logits.dim(2); k++) {
          own.set(logits.get(t, b, k), t, 0, k);
        }
      }
      Tape tape = Tape.inference(Backend.best(), workspace);
      return ctc.loss(tape, tape.constant(own), null, List.of(target), 1);
    }
  }

  // ---- refused ----

  private static void assertRefused(String message, Runnable call) {
    var e = assertThrows(IllegalArgumentException.class, call::run);
    assertEquals(message, e.getMessage());
  }

  @Test
  void whatCannotBeIsRefused() {
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.inference(Backend.best(), workspace);
      Variable x = tape.constant(workspace.zeros(4, 2, V));
      IntTensor lengths = workspace.ints(2).copyFrom(new int[] {4, 3});
      int[] one = {1};
      var ctc = new Ctc(0);
      assertRefused(
          "target 1 of CTC: expected at least 4 steps for its 3 labels, a blank between equal ones, actual 3",
          () -> ctc.loss(tape, x, lengths, List.of(one, new int[] {2, 1, 1}), 1));
      assertRefused(
          "target 0 of CTC: expected labels in [0, 3) but the blank 0, actual 3",
          () -> ctc.loss(tape, x, lengths, List.of(new int[] {1, 3}, one), 1));
      assertRefused(
          "target 1 of CTC: expected labels in [0, 3) but the blank 0, actual 0",
          () -> ctc.loss(tape, x, lengths, List.of(one, new int[] {0}), 1));
      assertRefused(
          "logits of CTC: expected shape [4][1][3], actual [4][2][3]",
          () -> ctc.loss(tape, x, null, List.of(one), 1));
      assertRefused(
          "outputs of CTC: expected more than the blank's number 3, actual 3",
          () -> new Ctc(3).loss(tape, x, lengths, List.of(one, one), 1));
      IntTensor tooLong = workspace.ints(2).copyFrom(new int[] {4, 5});
      assertRefused(
          "lengths: expected values in [1, 5), actual 5 at position 1",
          () -> ctc.loss(tape, x, tooLong, List.of(one, one), 1));
    }
    assertRefused("blank: expected 0 or more, actual -1", () -> new Ctc(-1));
    assertRefused(
        "beam: expected at least 1, actual 0", () -> new Ctc(0).search(new float[V], V, 0));
    assertRefused(
        "logits of CTC: expected a multiple of 3 outputs, actual 4",
        () -> new Ctc(0).decode(new float[4], V));
  }
}
