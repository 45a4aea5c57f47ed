package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.GradientCheck.Plain;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A decoder that looks back gives what its formulas give in double arithmetic, and the gradients of
 * all weights, of its input, of the annotations and of the state it starts from.
 */
class AttentionDecoderTest {
  private static final int T = 4;
  private static final int B = 3;
  private static final int I = 3;
  private static final int H = 4;
  private static final int S = 5;
  private static final int A = 6;
  private static final int[] LENGTHS = {3, 5, 1};

  record Case(Cell cell, int layers, Attention.Score score, boolean inputFeeding) {
    AttentionDecoder.Config config() {
      int annotation = score == Attention.Score.DOT ? H : 5;
      return new AttentionDecoder.Config(
          cell, I, layers, 0, new Attention.Config(score, H, annotation, A), inputFeeding);
    }
  }

  static Stream<Case> cases() {
    return Stream.of(Cell.RNN, Cell.LSTM, Cell.GRU)
        .flatMap(
            cell ->
                Arrays.stream(Attention.Score.values())
                    .flatMap(
                        score ->
                            Stream.of(
                                new Case(cell, 1, score, false),
                                new Case(cell, 1, score, true),
                                new Case(cell, 2, score, true))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndAllGradients(Case c) {
    AttentionDecoder.Config config = c.config();
    int annotation = config.attention().annotation();
    try (var check =
            new GradientCheck(
                builder -> AttentionDecoder.declare(builder, config, "decoder.", "attention."));
        var decoder =
            new AttentionDecoder(
                config, check.parameters(), Backend.best(), "decoder.", "attention.");
        IntTensor lengths = IntTensor.of(LENGTHS, B)) {
      check.variable("x", T, B, I).variable("annotations", S, B, annotation);
      for (int l = 0; l < c.layers; l++) {
        check.variable("h0." + l, B, H);
        if (c.cell.hasCellState()) {
          check.variable("c0." + l, B, H);
        }
      }
      decoder.refresh(0, 1);
      check.run(
          e -> {
            var h = new ArrayList<Variable>();
            var cells = new ArrayList<Variable>();
            for (int l = 0; l < c.layers; l++) {
              h.add(e.variable("h0." + l));
              if (c.cell.hasCellState()) {
                cells.add(e.variable("c0." + l));
              }
            }
            Attention.Source source =
                decoder.attention().source(e.tape(), e.variable("annotations"), lengths);
            AttentionDecoder.Output output =
                decoder.forward(e.tape(), e.variable("x"), null, source, new State(h, cells), null);
            e.output("y", output.y());
            e.output("seen", output.seen());
            e.output("hn", output.last().h().getFirst());
          },
          d -> new PlainDecoder(c, d).run());
    }
  }

  /** The formulas of {@link AttentionDecoder}, step by step and row by row. */
  private static final class PlainDecoder {
    private final Case c;
    private final Plain d;
    private final AttentionDecoder.Config config;
    private final int n;

    PlainDecoder(Case c, Plain d) {
      this.c = c;
      this.d = d;
      config = c.config();
      n = config.attention().annotation();
    }

    void run() {
      double[] y = new double[T * B * H];
      double[] seen = new double[T * B * config.seen()];
      double[] hn = new double[B * H];
      for (int b = 0; b < B; b++) {
        double[][] h = new double[c.layers][];
        double[][] cell = new double[c.layers][];
        for (int l = 0; l < c.layers; l++) {
          h[l] = Arrays.copyOfRange(d.in("h0." + l), b * H, (b + 1) * H);
          cell[l] =
              c.cell.hasCellState()
                  ? Arrays.copyOfRange(d.in("c0." + l), b * H, (b + 1) * H)
                  : null;
        }
        double[] fed = new double[config.seen()];
        for (int t = 0; t < T; t++) {
          double[] x = Arrays.copyOfRange(d.in("x"), (t * B + b) * I, (t * B + b + 1) * I);
          if (!c.inputFeeding) {
            fed = look(h[0], b);
          }
          double[] input = concat(x, fed);
          for (int l = 0; l < c.layers; l++) {
            step(l, input, h, cell);
            input = h[l];
          }
          if (c.inputFeeding) {
            double[] both = concat(look(h[0], b), h[0]);
            fed = product(d.in("attention.combine.weight"), both, null);
            for (int i = 0; i < fed.length; i++) {
              fed[i] = Math.tanh(fed[i]);
            }
          }
          System.arraycopy(input, 0, y, (t * B + b) * H, H);
          System.arraycopy(fed, 0, seen, (t * B + b) * fed.length, fed.length);
        }
        System.arraycopy(h[0], 0, hn, b * H, H);
      }
      d.output("y", y);
      d.output("seen", seen);
      d.output("hn", hn);
    }

    private double[] look(double[] s, int b) {
      double[] e = new double[LENGTHS[b]];
      double[] context = new double[n];
      double sum = 0;
      for (int j = 0; j < e.length; j++) {
        e[j] = Math.exp(score(s, annotation(j, b)));
        sum += e[j];
      }
      for (int j = 0; j < e.length; j++) {
        double[] a = annotation(j, b);
        for (int i = 0; i < n; i++) {
          context[i] += e[j] / sum * a[i];
        }
      }
      return context;
    }

    private double score(double[] s, double[] annotation) {
      double[] key =
          c.score == Attention.Score.DOT
              ? annotation
              : product(d.in("attention.key.weight"), annotation, null);
      if (c.score != Attention.Score.ADDITIVE) {
        return dot(s, key);
      }
      double[] q = product(d.in("attention.query.weight"), s, d.in("attention.query.bias"));
      for (int i = 0; i < A; i++) {
        q[i] = Math.tanh(q[i] + key[i]);
      }
      return dot(q, d.in("attention.v"));
    }

    private double[] annotation(int j, int b) {
      return Arrays.copyOfRange(d.in("annotations"), (j * B + b) * n, (j * B + b + 1) * n);
    }

    private void step(int l, double[] x, double[][] h, double[][] cell) {
      double[] zx = product(d.in("decoder.weight_ih_l" + l), x, d.in("decoder.bias_ih_l" + l));
      double[] zh = product(d.in("decoder.weight_hh_l" + l), h[l], d.in("decoder.bias_hh_l" + l));
      double[] next = new double[H];
      for (int i = 0; i < H; i++) {
        switch (c.cell) {
          case LSTM -> {
            double in = sigmoid(zx[i] + zh[i]);
            double forget = sigmoid(zx[H + i] + zh[H + i]);
            double g = Math.tanh(zx[2 * H + i] + zh[2 * H + i]);
            double out = sigmoid(zx[3 * H + i] + zh[3 * H + i]);
            cell[l][i] = forget * cell[l][i] + in * g;
            next[i] = out * Math.tanh(cell[l][i]);
          }
          case GRU -> {
            double r = sigmoid(zx[i] + zh[i]);
            double z = sigmoid(zx[H + i] + zh[H + i]);
            double candidate = Math.tanh(zx[2 * H + i] + r * zh[2 * H + i]);
            next[i] = (1 - z) * candidate + z * h[l][i];
          }
          default -> next[i] = Math.tanh(zx[i] + zh[i]);
        }
      }
      h[l] = next;
    }

    private static double sigmoid(double x) {
      return 1 / (1 + Math.exp(-x));
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }

    private static double[] concat(double[] a, double[] b) {
      double[] both = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      return both;
    }

    private static double[] product(double[] w, double[] x, double[] bias) {
      double[] y = bias == null ? new double[w.length / x.length] : bias.clone();
      for (int i = 0; i < y.length; i++) {
        for (int j = 0; j < x.length; j++) {
          y[i] += w[i * x.length + j] * x[j];
        }
      }
      return y;
    }
  }

  /** Step by step, with what was seen carried along and rows that share sources. */
  @ParameterizedTest
  @MethodSource("cases")
  void oneStepAtATimeGivesTheSame(Case c) {
    AttentionDecoder.Config config = c.config();
    int annotation = config.attention().annotation();
    try (var check =
            new GradientCheck(
                builder -> AttentionDecoder.declare(builder, config, "decoder.", "attention."));
        var decoder =
            new AttentionDecoder(
                config, check.parameters(), Backend.best(), "decoder.", "attention.");
        IntTensor lengths = IntTensor.of(LENGTHS, B);
        IntTensor rows = IntTensor.of(new int[] {1, 1, 0}, 3);
        var workspace = new Workspace("steps")) {
      decoder.refresh(0, 1);
      Tape tape = Tape.inference(Backend.best(), workspace);
      tape.begin(0);
      Variable x = random(tape, "x", T, B, I);
      Variable annotations = random(tape, "annotations", S, B, annotation);
      Attention.Source source =
          decoder.attention().source(tape, annotations, lengths).withRows(rows);
      var h = new ArrayList<Variable>();
      var cells = new ArrayList<Variable>();
      for (int l = 0; l < c.layers; l++) {
        h.add(random(tape, "h" + l, B, H));
        if (c.cell.hasCellState()) {
          cells.add(random(tape, "c" + l, B, H));
        }
      }
      State state = new State(h, cells);
      AttentionDecoder.Output whole = decoder.forward(tape, x, null, source, state, null);
      Variable seen = null;
      for (int t = 0; t < T; t++) {
        Variable one = tape.constant(x.value().rows(t, t + 1));
        AttentionDecoder.Output step =
            decoder.forward(tape, one, null, source, state, c.inputFeeding ? seen : null);
        state = step.last();
        seen = tape.constant(step.seen().value().reshape(B, config.seen()));
        Values.assertClose("y", whole.y().value().rows(t, t + 1), step.y().value(), 1e-6);
        Values.assertClose("weights", whole.weights().rows(t, t + 1), step.weights(), 1e-6);
      }
    }
  }

  private static Variable random(Tape tape, String name, int... shape) {
    Tensor tensor = tape.workspace().tensor(shape);
    return tape.constant(tensor.copyFrom(Values.floats(name, tensor.size())));
  }

  @Test
  void whatDoesNotFitIsRefusedWithExpectedAndActual() {
    AttentionDecoder.Config config = new Case(Cell.GRU, 1, Attention.Score.DOT, true).config();
    try (var check =
            new GradientCheck(
                builder -> AttentionDecoder.declare(builder, config, "decoder.", "attention."));
        var decoder =
            new AttentionDecoder(
                config, check.parameters(), Backend.best(), "decoder.", "attention.");
        IntTensor lengths = IntTensor.of(LENGTHS, B);
        var workspace = new Workspace("rows")) {
      decoder.refresh(0, 1);
      Tape tape = Tape.inference(Backend.best(), workspace);
      tape.begin(0);
      Variable annotations = random(tape, "annotations", S, B, H);
      Attention.Source source = decoder.attention().source(tape, annotations, lengths);
      var state = new State(List.of(random(tape, "h", B, H)), List.of());
      Variable x = random(tape, "x", T, B, I);
      Variable fewer = random(tape, "x", T, 2, I);
      assertRefused(
          "decoder: expected a source for each of 2 rows, actual 3",
          () -> decoder.forward(tape, fewer, null, source, state, null));
      Variable seen = random(tape, "seen", 2, H);
      assertRefused(
          "seen: expected shape [3][4], actual [2][4]",
          () -> decoder.forward(tape, x, null, source, state, seen));
      IntTensor rising = workspace.ints(B).copyFrom(new int[] {3, 1, 2});
      assertRefused(
          "lengths: expected long ones first, actual 2 after 1 at position 2",
          () -> decoder.forward(tape, x, rising, source, state, null));
    }
  }

  private static void assertRefused(String message, Executable executable) {
    var e = assertThrows(IllegalArgumentException.class, executable);
    assertEquals(message, e.getMessage());
  }
}
