package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A batch of sequences that differ in length trains as each of them alone would. */
class SequenceNetworkTest {
  private static final float[] WEIGHTS = {1, 2, 0.5f};
  private static final float[] MEAN = {};

  private static SequenceNetwork network(Pooling pooling, boolean both, int outputs, boolean crf) {
    var sizes =
        new SequenceNetwork.Sizes(
            2, new int[] {5, 4}, new int[] {3, 2}, 1, Cell.GRU, 7, 2, both, pooling, outputs, crf);
    return SequenceNetwork.create(sizes, SequenceNetwork.Noise.NONE, 0, 1);
  }

  /** Names of one to three of four letters, some of them twice. */
  private static String[] spellings(int steps) {
    String[] names = {"\0\3", "\1", "\0\3", "\2\2\1", "\1", "\3"};
    return java.util.Arrays.copyOf(names, steps);
  }

  /** With labels or with numbers; some of these missing. */
  private static List<Encoded> examples(boolean eachStep, boolean labels) {
    var examples = new ArrayList<Encoded>();
    for (int steps : new int[] {4, 1, 6, 6, 2}) {
      int places = eachStep ? steps : 1;
      float[] numbers = Values.floats("targets " + steps, 3L * places);
      numbers[1] = Float.NaN;
      examples.add(
          new Encoded(
              steps,
              Values.floats("features " + steps, 2L * steps),
              Values.ids("rows " + steps, 2 * steps, 5),
              spellings(steps),
              labels ? Values.ids("labels " + steps, places, 3) : null,
              labels ? null : numbers));
    }
    return examples;
  }

  private static double loss(
      SequenceNetwork network,
      List<Encoded> examples,
      float[] quantiles,
      Parameters.Like gradients) {
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.training(network.backend(), workspace, gradients);
      Values.soil(workspace);
      tape.begin(1);
      float[] weights = examples.getFirst().labels() == null ? null : WEIGHTS;
      double loss = network.loss(tape, examples, weights, quantiles, 1);
      tape.backward();
      return loss;
    }
  }

  private static void check(Pooling pooling, boolean both, boolean labels, float... quantiles) {
    check(pooling, both, labels, false, quantiles);
  }

  private static void check(
      Pooling pooling, boolean both, boolean labels, boolean crf, float... quantiles) {
    int outputs = 3 * Math.max(1, quantiles.length);
    List<Encoded> examples = examples(pooling == null, labels);
    try (SequenceNetwork network = network(pooling, both, outputs, crf);
        var together = new Parameters.Like(network.parameters());
        var alone = new Parameters.Like(network.parameters())) {
      network.refresh(0, 1);
      double expected = 0;
      for (Encoded example : examples) {
        expected += loss(network, List.of(example), quantiles, alone);
      }
      assertEquals(expected, loss(network, examples, quantiles, together), 1e-5 * expected);
      Values.assertClose("gradient", alone.flat(), together.flat(), 1e-5);
    }
  }

  @Test
  void labelsOfSequences() {
    check(Pooling.LAST, false, true);
    check(Pooling.MEAN, false, true);
    check(Pooling.MEAN, true, true);
  }

  @Test
  void labelsOfSteps() {
    check(null, false, true);
    check(null, true, true);
  }

  @Test
  void labelsOfSequencesOfSteps() {
    check(null, true, true, true);
  }

  @Test
  void numbers() {
    check(Pooling.LAST, false, false, MEAN);
    check(null, false, false, MEAN);
    check(Pooling.MEAN, true, false, 0.2f, 0.8f);
    check(null, false, false, 0.2f, 0.8f);
  }

  /** A network over symbols alone, or over numbers alone. */
  private static SequenceNetwork network(boolean symbols, float inputDropout) {
    int[] one = symbols ? new int[] {5} : new int[0];
    var sizes =
        new SequenceNetwork.Sizes(
            symbols ? 0 : 3, one, one, -1, Cell.GRU, 7, 1, false, Pooling.LAST, 3, false);
    return SequenceNetwork.create(sizes, new SequenceNetwork.Noise(0, inputDropout, 0), 0, 1);
  }

  private static List<Encoded> labelled(boolean symbols, boolean zeros) {
    var examples = new ArrayList<Encoded>();
    for (int steps : new int[] {4, 1, 6}) {
      float[] numbers = Values.floats("features " + steps, symbols ? 0 : 3L * steps);
      int[] rows = symbols ? Values.ids("rows " + steps, steps, 5) : new int[0];
      float[] features = zeros ? new float[numbers.length] : numbers;
      examples.add(new Encoded(steps, features, rows, null, new int[] {steps % 3}, null));
    }
    return examples;
  }

  @Test
  void inputDropoutLeavesOutTheInputOfTraining() {
    for (boolean symbols : new boolean[] {true, false}) {
      List<Encoded> examples = labelled(symbols, false);
      try (SequenceNetwork whole = network(symbols, 0);
          SequenceNetwork dropping = network(symbols, 1 - 0x1p-20f);
          var gradients = new Parameters.Like(whole.parameters());
          var dropped = new Parameters.Like(whole.parameters())) {
        whole.refresh(0, 1);
        dropping.refresh(0, 1);
        double expected = loss(whole, examples, MEAN, gradients);
        assertEquals(expected, inferredLoss(dropping, examples), 1e-6 * expected);
        if (symbols) {
          whole.embedding(0).weight().value().fill(0);
        }
        gradients.flat().fill(0);
        expected = loss(whole, labelled(symbols, true), MEAN, gradients);
        assertEquals(expected, loss(dropping, examples, MEAN, dropped), 1e-6 * expected);
        if (!symbols) {
          Values.assertClose("gradient", gradients.flat(), dropped.flat(), 1e-6);
        }
      }
    }
  }

  private static double inferredLoss(SequenceNetwork network, List<Encoded> examples) {
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.inference(network.backend(), workspace);
      tape.begin(1);
      return network.loss(tape, examples, WEIGHTS, MEAN, 1);
    }
  }
}
