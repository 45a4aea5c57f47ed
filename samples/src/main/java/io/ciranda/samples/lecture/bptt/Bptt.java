package io.ciranda.samples.lecture.bptt;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Network;
import io.ciranda.samples.report.LineChart;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code ciranda example bptt}. */
@Command(
    name = "bptt",
    description = {
      "Backpropagation through time: the lecture's six equations by hand on a net of one unit,",
      "beside numerical gradients and the engine's."
    })
public final class Bptt extends LectureExample {
  private static final int STEPS = 20;
  private static final String[] NAMES = {"dL/dw", "dL/dv", "dL/db", "dL/du", "dL/dc"};

  @Override
  public int seconds() {
    return 2;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    lesson.data("made up: %d inputs and wanted outputs in [-1, 1]".formatted(STEPS));
    var random = new SplittableRandom(lesson.seed());
    double[] x = floats(random, STEPS);
    double[] d = floats(random, STEPS);
    var unit = OneUnit.of(floats(random, 5));

    OneUnit.Backward byHand = unit.backward(x, d);
    double[] numerical = numerical(unit, x, d);
    OneUnit.Backward engine = engine(unit, x, d, lesson);
    lesson.print("        %14s %14s %14s".formatted("by hand", "numerical", "engine"));
    for (int i = 0; i < NAMES.length; i++) {
      lesson.print(
          "%-7s %14.10f %14.10f %14.7f"
              .formatted(NAMES[i], byHand.dw[i], numerical[i], engine.dw[i]));
    }
    lesson.show(
        Figure.of("numerical: greatest difference", greatest(byHand.dw, numerical)).atMost(1e-8));
    double[] relative = new double[NAMES.length];
    Arrays.setAll(relative, i -> engine.dw[i] / byHand.dw[i]);
    double[] ones = new double[NAMES.length];
    Arrays.fill(ones, 1);
    lesson.show(
        Figure.of("engine, float32: greatest relative difference", greatest(ones, relative))
            .atMost(1e-5));

    double[] steps = IntStream.rangeClosed(1, STEPS).asDoubleStream().toArray();
    lesson.picture(
        "bptt",
        new LineChart("What comes back through time to one unit", "step t", "dL/dh(t)")
            .line("by hand", steps, byHand.dh)
            .points("the engine", steps, engine.dh));
  }

  /** Numbers in [-1, 1) that float32 has too. */
  private static double[] floats(SplittableRandom random, int n) {
    return random.doubles(n, -1, 1).map(value -> (float) value).toArray();
  }

  private static double greatest(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElse(0);
  }

  /** Central differences: how L changes with each weight. */
  private static double[] numerical(OneUnit unit, double[] x, double[] d) {
    double step = 1e-5;
    double[] gradient = new double[NAMES.length];
    for (int i = 0; i < gradient.length; i++) {
      double[] more = unit.weights();
      double[] less = unit.weights();
      more[i] += step;
      less[i] -= step;
      gradient[i] = (OneUnit.of(more).loss(x, d) - OneUnit.of(less).loss(x, d)) / (2 * step);
    }
    return gradient;
  }

  /** The same net and loss, made of the engine's layers. */
  private static OneUnit.Backward engine(OneUnit unit, double[] x, double[] d, Lesson lesson) {
    var config = RecurrentStack.Config.of(Cell.RNN, 1, 1, 1);
    try (var net = new Network(lesson.backend(), config, 1, 0);
        var gradients = new Parameters.Like(net.parameters());
        var workspace = new Workspace("bptt")) {
      net.set("rnn.weight_ih_l0", (float) unit.w()).set("rnn.weight_hh_l0", (float) unit.v());
      net.set("rnn.bias_ih_l0", (float) unit.b()).set("rnn.bias_hh_l0", 0);
      net.set("output.weight", (float) unit.u()).set("output.bias", (float) unit.c());
      net.refresh(0, 1);

      Tape tape = Tape.training(lesson.backend(), workspace, gradients);
      Variable h = net.states(tape, tape.constant(column(x, workspace)), null).y();
      Ops.squaredError(tape, net.output(tape, h), column(d, workspace), 0.5f);
      tape.backward();
      double[] dw =
          Stream.of(
                  "rnn.weight_ih_l0",
                  "rnn.weight_hh_l0",
                  "rnn.bias_ih_l0",
                  "output.weight",
                  "output.bias")
              .mapToDouble(name -> gradients.of(net.parameters().get(name)).toArray()[0])
              .toArray();
      float[] dh = h.gradient().toArray();
      return new OneUnit.Backward(
          IntStream.range(0, dh.length).mapToDouble(t -> dh[t]).toArray(), dw);
    }
  }

  private static Tensor column(double[] values, Workspace workspace) {
    float[] floats = new float[values.length];
    for (int t = 0; t < floats.length; t++) {
      floats[t] = (float) values[t];
    }
    return workspace.tensor(floats.length, 1, 1).copyFrom(floats);
  }
}
