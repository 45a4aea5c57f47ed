package io.ciranda.samples.lecture.unrolling;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;

/** {@code ciranda example unroll}. */
@Command(
    name = "unroll",
    description = {
      "A recurrent net and its twin, a feed-forward net with a copy of the weights for each step:",
      "the same outputs, and the copies' gradients add up to those of the shared weights."
    })
public final class Unroll extends LectureExample {
  private static final int STEPS = 4;
  private static final int BATCH = 5;
  private static final int INPUTS = 2;
  private static final int HIDDEN = 3;

  @Override
  public int seconds() {
    return 2;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    lesson.data("made up: %d sequences of %d steps in [-1, 1]".formatted(BATCH, STEPS));
    var random = new SplittableRandom(lesson.seed());
    try (var net = new RecurrentNet(lesson.backend(), INPUTS, HIDDEN, lesson.seed());
        var twin = new UnrolledTwin(net, STEPS);
        var x = uniform(random, STEPS, BATCH, INPUTS);
        var wanted = uniform(random, STEPS * BATCH);
        var gradients = new Parameters.Like(net.parameters());
        var copies = new Parameters.Like(twin.parameters());
        var workspace = new Workspace("recurrent");
        var twinWorkspace = new Workspace("unrolled")) {
      Tape tape = Tape.training(lesson.backend(), workspace, gradients);
      Tape twinTape = Tape.training(lesson.backend(), twinWorkspace, copies);
      float[] outputs = learn(tape, net.outputs(tape, x), wanted);
      float[] twinOutputs = learn(twinTape, twin.outputs(twinTape, x), wanted);

      lesson.show(
          Figure.of("outputs: greatest difference", difference(outputs, twinOutputs)).atMost(1e-6));
      for (String letter : List.of("W", "U", "b", "a", "V", "c")) {
        float[] shared = gradients.of(net.get(letter)).toArray();
        float[] summed = twin.summed(copies, letter);
        lesson.show(
            Figure.of(
                    "gradient of %s: greatest difference".formatted(letter),
                    difference(shared, summed))
                .atMost(1e-5));
      }
      lesson.picture("unroll", drawing());
    }
  }

  private static Tensor uniform(SplittableRandom random, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return tensor.copyFrom(values);
  }

  /**
   * Backpropagates half the squared error.
   *
   * @param outputs together {@code [T][B]}
   * @param wanted {@code [T*B]}
   * @return the outputs
   */
  private static float[] learn(Tape tape, List<Variable> outputs, Tensor wanted) {
    float[] y = new float[Math.toIntExact(wanted.size())];
    int from = 0;
    for (Variable some : outputs) {
      int n = Math.toIntExact(some.value().size());
      System.arraycopy(some.value().toArray(), 0, y, from, n);
      Tensor target = wanted.rows(from, from + n).reshape(some.value().shape());
      Ops.squaredError(tape, some, target, 0.5f);
      from += n;
    }
    tape.backward();
    return y;
  }

  private static double difference(float[] a, float[] b) {
    double greatest = 0;
    for (int i = 0; i < a.length; i++) {
      greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
    }
    return greatest;
  }

  // ---- the drawing ----

  private static final double TOP = 90;
  private static final double GAP = 90; // between layers
  private static final double COLUMN = 120; // between steps
  private static final double RADIUS = 22;

  private static Svg drawing() {
    var svg = new Svg(780, 340);
    svg.text(100, 30, 16, "recurrent").text(510, 30, 16, "unrolled in time, the weights shared");
    column(svg, 100, "");
    double h = TOP + GAP;
    svg.loop(100 + RADIUS, h - 6, 185, h - 45, 185, h + 45, 100 + RADIUS + 2, h + 8);
    svg.text(188, h, 13, "U, b");
    for (int t = 1; t <= STEPS; t++) {
      double x = 330 + COLUMN * (t - 1);
      column(svg, x, "(%d)".formatted(t));
      svg.arrow(
          x - COLUMN + RADIUS + (t == 1 ? 36 : 2), h, x - RADIUS - 2, h, t == 1 ? "a" : "U, b");
    }
    svg.text(
        510,
        TOP + 2 * GAP + 50,
        13,
        "a: the bias of the initial time, when no state comes from before");
    return svg;
  }

  /** Input, unit and output of one step. */
  private static void column(Svg svg, double x, String step) {
    svg.node(x, TOP, RADIUS, "#f6c7cc", "y" + step)
        .node(x, TOP + GAP, RADIUS, "#c9dcec", "h" + step)
        .node(x, TOP + 2 * GAP, RADIUS, "#cde5cf", "x" + step)
        .arrow(x, TOP + 2 * GAP - RADIUS, x, TOP + GAP + RADIUS + 2, "W")
        .arrow(x, TOP + GAP - RADIUS, x, TOP + RADIUS + 2, "V");
  }
}
