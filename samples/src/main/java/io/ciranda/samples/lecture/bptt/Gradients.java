package io.ciranda.samples.lecture.bptt;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.LinearNetwork;
import io.ciranda.samples.lecture.Network;
import io.ciranda.samples.report.LineChart;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.train.DivergedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;

/** {@code ciranda example gradients}. */
@Command(
    name = "gradients",
    description = {
      "Gradients that explode or vanish on their way back through 200 steps: linear and tanh nets, an LSTM;",
      "and what clipping the norm does to the updates of the weights."
    })
public final class Gradients extends LectureExample {
  private static final int STEPS = 200;
  private static final int HIDDEN = 32;
  private static final int STREAMS = 16; // of noise

  /** Beyond these norms float32 loses places or overflows. */
  private static final double LEAST = 1e-35;

  private static final double MOST = 1e36;

  private static final int UPDATES = 200; // of the study of clipping
  private static final double RATE = 0.1;

  @Override
  public int seconds() {
    return 5;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    lesson.data("made up: normal noise over %d steps".formatted(STEPS));
    double[] distance = firstNumbers(STEPS);
    var chart =
        new LineChart(
                "How much of the last step's gradient arrives", "steps back", "norm of dL/dh(t)")
            .logarithmic();
    for (double radius : new double[] {0.5, 0.9, 1, 1.1, 1.5}) {
      double[] norms = linear(radius, lesson);
      chart.line("linear, radius " + radius, distance, norms);
      double slope = slopeOfLogarithm(norms);
      lesson.show(
          Figure.of(
                  "linear, radius %s: |slope - ln(radius)|".formatted(radius),
                  Math.abs(slope - Math.log(radius)))
              .atMost(0.02));
    }
    lesson.picture("linear", chart);
    gated(lesson, distance);
    clipped(lesson);
  }

  // ---- how far gradients reach ----

  /**
   * A linear net whose recurrent weights are a rotation times {@code radius}: all eigenvalues are
   * of that size. Its gradients do not depend on its states, so that its inputs may be zeros, which
   * keeps the states within float32.
   */
  private static double[] linear(double radius, Lesson lesson) {
    var random = new SplittableRandom(lesson.seed());
    try (var net = new LinearNetwork(lesson.backend(), 1, HIDDEN, lesson.seed());
        var gradients = new Parameters.Like(net.parameters());
        var workspace = new Workspace("linear")) {
      net.set("U", rotation(radius, random));
      Tape tape = Tape.training(lesson.backend(), workspace, gradients);
      var h = net.states(tape, new float[STEPS], STEPS, 1);
      Ops.squaredError(tape, net.output(tape, h.getLast()), workspace.tensor(1, 1).fill(1), 0.5f);
      tape.backward();
      return h.reversed().stream().mapToDouble(state -> norm(state.gradient())).toArray();
    }
  }

  private static void gated(Lesson lesson, double[] distance) throws IOException {
    double[] lstm = layer(Cell.LSTM, lesson, 6, 0);
    lesson.picture(
        "gates",
        new LineChart(
                "What gates are for: gradients through 200 steps of noise",
                "steps back",
                "norm of dL/dh(t)")
            .logarithmic()
            .line("tanh, usual weights", distance, layer(Cell.RNN, lesson, 0, 0))
            .line("tanh, radius 4", distance, layer(Cell.RNN, lesson, 0, 4))
            .line("LSTM, forget bias 1", distance, layer(Cell.LSTM, lesson, 1, 0))
            .line("LSTM, forget bias 6", distance, lstm));
    double most = Arrays.stream(lstm).skip(1).max().orElseThrow();
    double least = Arrays.stream(lstm).skip(1).min().orElseThrow();
    lesson.show(
        Figure.of("LSTM, forget bias 6: greatest norm over least, 200 steps", most / least)
            .atMost(10));
  }

  /**
   * An untrained layer over noise.
   *
   * @param forgetBias of an LSTM
   * @param radius of the recurrent weights of a plain net; 0 for the usual random ones
   */
  private static double[] layer(Cell cell, Lesson lesson, float forgetBias, double radius) {
    var random = new SplittableRandom(lesson.seed());
    var config = RecurrentStack.Config.of(cell, HIDDEN, HIDDEN, 1);
    try (var net = new Network(lesson.backend(), config, 1, lesson.seed());
        var gradients = new Parameters.Like(net.parameters());
        var workspace = new Workspace("layer")) {
      if (radius > 0) {
        net.set("rnn.weight_hh_l0", rotation(radius, random));
      }
      if (cell == Cell.LSTM) {
        // So small that the cells alone carry gradients.
        net.parameters().all().forEach(p -> Initializer.uniform(0.02).fill(p.value(), random));
        net.parameters().get("rnn.bias_ih_l0").value().rows(HIDDEN, 2 * HIDDEN).fill(forgetBias);
      }
      net.parameters().changed();
      net.refresh(0, 1);
      Tape tape = Tape.training(lesson.backend(), workspace, gradients);
      Tensor x =
          workspace
              .tensor(STEPS, STREAMS, HIDDEN)
              .copyFrom(noise(STEPS * STREAMS * HIDDEN, random));
      RecurrentStack.Output states = net.states(tape, tape.constant(x), null);
      Variable y = net.output(tape, states.last().h().getLast());
      Ops.squaredError(tape, y, workspace.tensor(STREAMS, 1).fill(1), 0.5f);
      tape.backward();
      Tensor dh = states.y().gradient();
      return IntStream.range(0, STEPS)
          .mapToDouble(back -> norm(dh.rows(STEPS - 1 - back, STEPS - back)))
          .toArray();
    }
  }

  /** The slope of ln(norm) by least squares, as far as float32 holds the norms. */
  private static double slopeOfLogarithm(double[] norms) {
    int n = 0;
    while (n < norms.length && norms[n] > LEAST && norms[n] < MOST) {
      n++;
    }
    double middle = (n - 1) / 2.0;
    double products = 0;
    double squares = 0;
    for (int k = 0; k < n; k++) {
      products += (k - middle) * Math.log(norms[k]);
      squares += (k - middle) * (k - middle);
    }
    return products / squares;
  }

  // ---- clipping ----

  /** A tanh net whose gradients explode has to remember its first input for 50 steps. */
  private static void clipped(Lesson lesson) throws IOException {
    double[] free = updates(new Clipping.None(), lesson);
    double[] clipped = updates(new Clipping.ByNorm(1), lesson);

    lesson.picture(
        "clipping",
        new LineChart(
                "What clipping does to the updates", "update", "norm of the change of all weights")
            .logarithmic()
            .line("gradients as they are", firstNumbers(free.length), free)
            .line("norm clipped to 1", firstNumbers(clipped.length), clipped)
            .dashes("rate x 1", new double[] {0, UPDATES}, new double[] {RATE, RATE}));
    lesson.show(
        Figure.of("greatest update with the norm clipped to 1, over the rate", max(clipped) / RATE)
            .atMost(1.0001)
            .beside("as they are", max(free) / RATE));
  }

  /** The norms of the changes of the weights, update by update. */
  private static double[] updates(Clipping clipping, Lesson lesson) {
    int steps = 50;
    int batch = 16;
    var random = new SplittableRandom(lesson.seed());
    var config = RecurrentStack.Config.of(Cell.RNN, 1, HIDDEN, 1);
    try (var net = new Network(lesson.backend(), config, 1, lesson.seed());
        var parallel =
            new DataParallel(
                lesson.backend(),
                net.parameters(),
                new UpdateRule.Sgd(0, false, 0),
                clipping,
                1,
                net::refresh)) {
      net.set("rnn.weight_hh_l0", rotation(1.5, random));
      double[] norms = new double[UPDATES];
      for (int update = 0; update < UPDATES; update++) {
        float[] x = noise(steps * batch, random);
        float[] before = net.parameters().values().toArray();
        try {
          parallel.step(
              update,
              RATE,
              (_, tape) -> {
                Tensor input = tape.workspace().tensor(steps, batch, 1).copyFrom(x);
                Tensor first = input.rows(0, 1).reshape(batch, 1);
                Variable y = net.lastOutput(tape, tape.constant(input), null);
                return Ops.squaredError(tape, y, first, 1f / batch);
              });
        } catch (DivergedException e) {
          lesson.narrate("%s: %s".formatted(clipping, e.getMessage()));
          return Arrays.copyOf(norms, update);
        }
        norms[update] = distance(before, net.parameters().values().toArray());
      }
      return norms;
    }
  }

  // ---- numbers ----

  private static double[] firstNumbers(int n) {
    return IntStream.range(0, n).asDoubleStream().toArray();
  }

  private static float[] noise(int n, SplittableRandom random) {
    float[] noise = new float[n];
    for (int i = 0; i < n; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    return noise;
  }

  /**
   * A random orthogonal matrix {@code [H][H]}, by Gram and Schmidt, times {@code radius}: every
   * eigenvalue has that size.
   */
  private static float[] rotation(double radius, SplittableRandom random) {
    double[][] rows = new double[HIDDEN][];
    for (int i = 0; i < HIDDEN; i++) {
      rows[i] = random.doubles(HIDDEN, -1, 1).toArray();
      for (int j = 0; j < i; j++) {
        double share = dot(rows[i], rows[j]);
        for (int k = 0; k < HIDDEN; k++) {
          rows[i][k] -= share * rows[j][k];
        }
      }
      double length = Math.sqrt(dot(rows[i], rows[i]));
      for (int k = 0; k < HIDDEN; k++) {
        rows[i][k] /= length;
      }
    }
    float[] matrix = new float[HIDDEN * HIDDEN];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = (float) (radius * rows[i / HIDDEN][i % HIDDEN]);
    }
    return matrix;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }

  private static double norm(Tensor values) {
    float[] all = values.toArray();
    return distance(all, new float[all.length]);
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }
}
