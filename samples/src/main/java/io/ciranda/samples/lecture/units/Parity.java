package io.ciranda.samples.lecture.units;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Learning;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Network;
import io.ciranda.samples.lecture.Svg;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example parity}. */
@Command(
    name = "parity",
    description = {
      "Is the number of ones so far odd? Hidden units AND and OR, the output XOR:",
      "by hand with its truth tables, then learned by an LSTM from at most 20 bits."
    })
public final class Parity extends LectureExample {
  private static final int SHORT = 20; // bits at most in training
  private static final int LONG = 10_000; // and in the test
  private static final int BATCH = 32;
  private static final int UNITS = 8;
  private static final int ATTEMPTS = 5;

  /**
   * So steep that tanh is a threshold: of 1/2 and more it makes 1 in float32, of -1/2 it makes -1.
   */
  private static final float STEEP = 20;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Updates of the weights in one attempt (default: ${DEFAULT-VALUE}).")
  private int updates;

  @Override
  public int seconds() {
    return 6;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(updates >= 1, "--updates: expected at least 1, actual " + updates);
    lesson.data(
        "made up: random bits; learned from %d at most, tested on 10 times %,d"
            .formatted(SHORT, LONG));
    var test = new Bits(LONG, 10, new SplittableRandom(lesson.seed() + 1));
    try (Network byHand = byHand(lesson)) {
      printTruthTables(byHand, lesson);
      lesson.show(Figure.of("by hand, accuracy at 10,000 bits", test.accuracy(byHand)).atLeast(1));
    }
    try (Network learned = learned(lesson)) {
      lesson.show(
          Figure.of("learned, accuracy at 10,000 bits", test.accuracy(learned))
              .atLeast(1)
              .beside("always odd", test.shareOfOdd()));
      lesson.picture("parity", picture(learned, lesson));
    }
  }

  // ---- by hand ----

  /**
   * The threshold network of the lecture. Its units are 1 or -1 here, so that the parity p(t-1),
   * which is 1 where OR holds and AND does not, is half of OR - AND:
   *
   * <pre>
   * AND(t): x(t) + p(t-1) > 1.5        OR(t): x(t) + p(t-1) > 0.5        odd: OR - AND > 1
   * </pre>
   *
   * Before the first step there are no units: a state of zeros adds p(0) = 0, so that the initial
   * hidden biases are -1.5 and -0.5 as in all steps.
   */
  private static Network byHand(Lesson lesson) {
    var config = RecurrentStack.Config.of(Cell.RNN, 1, 2, 1);
    return new Network(lesson.backend(), config, 1, 0)
        .set("rnn.weight_ih_l0", STEEP, STEEP)
        .set("rnn.weight_hh_l0", -STEEP / 2, STEEP / 2, -STEEP / 2, STEEP / 2)
        .set("rnn.bias_ih_l0", -1.5f * STEEP, -0.5f * STEEP)
        .set("rnn.bias_hh_l0", 0, 0)
        .set("output.weight", -1, 1)
        .set("output.bias", -1);
  }

  /** Two bits at a time: the first one is also what the second one finds as the parity so far. */
  private static void printTruthTables(Network net, Lesson lesson) {
    net.refresh(0, 1);
    try (var workspace = new Workspace("truth tables")) {
      Tape tape = Tape.inference(lesson.backend(), workspace);
      Tensor bits = workspace.tensor(2, 4, 1).copyFrom(new float[] {0, 0, 1, 1, 0, 1, 0, 1});
      Variable units = net.states(tape, tape.constant(bits), null).y(); // [2][4][AND, OR]
      Tensor odd = net.output(tape, units).value(); // [2][4][1]
      lesson.print("first step    bit | AND OR | odd");
      for (int row = 0; row < 4; row += 2) {
        lesson.print("%17d %s".formatted(row / 2, answer(units.value(), odd, 0, row)));
      }
      lesson.print("later     odd bit | AND OR | odd");
      for (int row = 0; row < 4; row++) {
        int before = bit(odd.get(0, row, 0));
        lesson.print("%13d %3d %s".formatted(before, row % 2, answer(units.value(), odd, 1, row)));
      }
    }
  }

  private static String answer(Tensor units, Tensor odd, int t, int row) {
    return "| %3d %2d | %3d"
        .formatted(bit(units.get(t, row, 0)), bit(units.get(t, row, 1)), bit(odd.get(t, row, 0)));
  }

  private static int bit(float value) {
    return value > 0 ? 1 : 0;
  }

  // ---- learned ----

  /** The first of several attempts that has no error in a long sequence of its own. */
  private Network learned(Lesson lesson) {
    var valid = new Bits(LONG, 1, new SplittableRandom(lesson.seed() + 2));
    var config = RecurrentStack.Config.of(Cell.LSTM, 1, UNITS, 1);
    for (int attempt = 1; ; attempt++) {
      var network = new Network(lesson.backend(), config, 1, lesson.seed() + 100L * attempt);
      learn(network, lesson);
      double accuracy = valid.accuracy(network);
      lesson.narrate(
          "attempt %d of at most %d: %.4f of %,d other bits"
              .formatted(attempt, ATTEMPTS, accuracy, LONG));
      if (accuracy == 1 || attempt == ATTEMPTS) {
        return network;
      }
      network.close();
    }
  }

  /** From 2 bits at a time to {@link #SHORT}, the answer asked for after each. */
  private void learn(Network network, Lesson lesson) {
    var random = new SplittableRandom(lesson.seed());
    try (var learning = new Learning(lesson.backend(), network.parameters(), network::refresh)) {
      for (int update = 0; update < updates; update++) {
        int length = Math.min(SHORT, 2 + 2 * SHORT * update / updates);
        var some = new Bits(length, BATCH, random);
        learning.step(
            update,
            updates,
            0.03,
            (_, tape) ->
                Ops.binaryCrossEntropy(
                    tape,
                    network.everyOutput(tape, tape.constant(some.in(tape, some.x))),
                    some.in(tape, some.odd),
                    1f / (length * BATCH)));
      }
    }
  }

  /** The units' states over some bits. */
  private static Svg picture(Network network, Lesson lesson) {
    int steps = 40;
    int size = 20;
    var bits = new Bits(steps, 1, new SplittableRandom(lesson.seed() + 3));
    var svg = new Svg(110 + steps * size + 10, 50 + (UNITS + 2) * size + 30);
    svg.text(svg.width() / 2.0, 20, 16, "What the units remember: h(t) of the learned LSTM");
    svg.textFrom(10, 50, 13, "bit");
    for (int unit = 0; unit < UNITS; unit++) {
      svg.textFrom(10, 50 + size * (unit + 1.5), 13, "unit " + (unit + 1));
    }
    svg.textFrom(10, 50 + size * (UNITS + 2), 13, "odd");
    network.refresh(0, 1);
    try (var workspace = new Workspace("picture")) {
      Tape tape = Tape.inference(lesson.backend(), workspace);
      Tensor h = network.states(tape, tape.constant(bits.in(tape, bits.x)), null).y().value();
      for (int t = 0; t < steps; t++) {
        double x = 110 + size * t;
        svg.text(x + size / 2.0, 50, 13, bit(bits.x[t]) + "");
        for (int unit = 0; unit < UNITS; unit++) {
          svg.cell(x, 50 + size * (unit + 1), size - 1, size - 1, h.get(t, 0, unit));
        }
        svg.text(x + size / 2.0, 50 + size * (UNITS + 2), 13, bit(bits.odd[t]) + "");
      }
    }
    return svg;
  }

  /** Sequences of bits, and after each bit whether the ones so far are odd. */
  private static final class Bits {
    private final int steps;
    private final int count;
    private final float[] x; // [T][B]
    private final float[] odd; // [T][B]

    Bits(int steps, int count, SplittableRandom random) {
      this.steps = steps;
      this.count = count;
      x = new float[steps * count];
      odd = new float[steps * count];
      for (int i = 0; i < x.length; i++) {
        x[i] = random.nextInt(2);
        odd[i] = i < count ? x[i] : Math.abs(x[i] - odd[i - count]);
      }
    }

    Tensor in(Tape tape, float[] values) {
      return tape.workspace().tensor(steps, count, 1).copyFrom(values);
    }

    /** The share of right answers over all steps. */
    double accuracy(Network network) {
      float[] y = network.run(x, steps, count);
      return IntStream.range(0, y.length).filter(i -> bit(y[i]) == odd[i]).count()
          / (double) y.length;
    }

    double shareOfOdd() {
      return IntStream.range(0, odd.length).filter(i -> odd[i] == 1).count() / (double) odd.length;
    }
  }
}
