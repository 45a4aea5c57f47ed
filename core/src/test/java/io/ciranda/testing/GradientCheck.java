package io.ciranda.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Holds a pass on the tape against the same pass in plain double arithmetic: every output, and the
 * gradient of every parameter and variable against central differences. What is differentiated is
 * the sum of all losses and of all outputs times a random cotangent each.
 *
 * <p>Nothing goes unchecked: a parameter or variable that the pass does not depend on is a failure.
 */
public final class GradientCheck implements AutoCloseable {
  /** The seed of the step that is checked. */
  public static final long SEED = 20;

  private static final double STEP = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4; // of the norm
  private static final double OUTPUT_TOLERANCE = 1e-5; // of the largest element

  private final Parameters parameters;
  private final boolean ownsParameters;
  private final Map<String, Tensor> variables = new LinkedHashMap<>();

  /** A check over the declared parameters, filled with random values. */
  public GradientCheck(Consumer<Parameters.Builder> declarations) {
    var builder = new Parameters.Builder();
    declarations.accept(builder);
    parameters = builder.build(Values.random(0));
    ownsParameters = true;
    parameters.all().forEach(p -> p.value().copyFrom(Values.floats(p.name(), p.value().size())));
    parameters.changed();
  }

  /** A check over parameters that somebody else made; their values stay. */
  public GradientCheck(Parameters parameters) {
    this.parameters = parameters;
    ownsParameters = false;
  }

  /** The parameters. */
  public Parameters parameters() {
    return parameters;
  }

  /** Adds an input whose gradient is wanted, with random values. */
  public GradientCheck variable(String name, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    variables.put(name, tensor.copyFrom(Values.floats(name, tensor.size())));
    return this;
  }

  /** The pass on the tape. */
  public final class Engine {
    private final Tape tape;
    private final Map<String, Variable> inputs = new LinkedHashMap<>();
    private final Map<String, Variable> outputs = new LinkedHashMap<>();
    private double loss;

    private Engine(Tape tape) {
      this.tape = tape;
      variables.forEach((name, value) -> inputs.put(name, tape.variable(value)));
    }

    public Tape tape() {
      return tape;
    }

    public Variable variable(String name) {
      return inputs.get(name);
    }

    public Parameter parameter(String name) {
      return parameters.get(name);
    }

    public void output(String name, Variable y) {
      outputs.put(name, y);
    }

    public void loss(double value) {
      loss += value;
    }

    private void backward() {
      outputs.forEach(
          (name, y) -> {
            Tensor dy = tape.workspace().tensor(y.value().shape());
            dy.copyFrom(Values.floats("gradient of " + name, dy.size()));
            tape.kernels().add(y.gradient().address(), dy.address(), dy.size());
          });
      tape.backward();
    }
  }

  /** The pass in double arithmetic. */
  public static final class Plain {
    private final Map<String, double[]> inputs;
    private final Map<String, double[]> outputs = new LinkedHashMap<>();
    private double loss;

    private Plain(Map<String, double[]> inputs) {
      this.inputs = inputs;
    }

    public double[] in(String name) {
      return inputs.get(name);
    }

    public void output(String name, double[] y) {
      outputs.put(name, y);
    }

    public void loss(double value) {
      loss += value;
    }

    private double total() {
      double total = loss;
      for (var output : outputs.entrySet()) {
        double[] y = output.getValue();
        float[] dy = Values.floats("gradient of " + output.getKey(), y.length);
        for (int i = 0; i < y.length; i++) {
          total += y[i] * dy[i];
        }
      }
      return total;
    }
  }

  /** Runs both passes and compares all that they give. */
  public void run(Consumer<Engine> onTape, Consumer<Plain> inDouble) {
    try (var workspace = new Workspace("gradient check");
        var gradients = new Parameters.Like(parameters)) {
      Tape tape = Tape.training(Backend.best(), workspace, gradients);
      Values.soil(workspace);
      tape.begin(SEED);
      var inputs = new LinkedHashMap<String, double[]>();
      parameters.tensors().forEach((name, value) -> inputs.put(name, Values.doubles(value)));
      variables.forEach((name, value) -> inputs.put(name, Values.doubles(value)));
      var engine = new Engine(tape);
      onTape.accept(engine);
      var plain = new Plain(inputs);
      inDouble.accept(plain);
      assertEquals(plain.outputs.keySet(), engine.outputs.keySet());
      plain.outputs.forEach(
          (name, y) ->
              Values.assertClose(
                  name, y, Values.doubles(engine.outputs.get(name).value()), OUTPUT_TOLERANCE));
      assertEquals(
          plain.loss, engine.loss, OUTPUT_TOLERANCE * Math.max(1, Math.abs(plain.loss)), "loss");
      engine.backward();
      var problems = new ArrayList<String>();
      for (Parameter p : parameters.all()) {
        compare(p.name(), inputs, gradients.of(p), inDouble, problems);
      }
      engine.inputs.forEach((name, v) -> compare(name, inputs, v.gradient(), inDouble, problems));
      assertTrue(problems.isEmpty(), () -> String.join("\n", problems));
    }
  }

  private static void compare(
      String name,
      Map<String, double[]> inputs,
      Tensor gradient,
      Consumer<Plain> inDouble,
      List<String> problems) {
    double[] x = inputs.get(name);
    double[] actual = Values.doubles(gradient);
    double norm = 0;
    double distance = 0;
    for (int i = 0; i < x.length; i++) {
      double at = x[i];
      double slope =
          (at(at + STEP, x, i, inputs, inDouble) - at(at - STEP, x, i, inputs, inDouble))
              / (2 * STEP);
      x[i] = at;
      norm = Math.hypot(norm, slope);
      distance = Math.hypot(distance, slope - actual[i]);
    }
    if (norm == 0) {
      problems.add("the pass does not depend on " + name);
    } else if (!(distance <= GRADIENT_TOLERANCE * norm)) {
      problems.add(
          "gradient of %s: expected a relative error of at most %.0e, actual %.2e"
              .formatted(name, GRADIENT_TOLERANCE, distance / norm));
    }
  }

  private static double at(
      double value, double[] x, int i, Map<String, double[]> inputs, Consumer<Plain> inDouble) {
    x[i] = value;
    var pass = new Plain(inputs);
    inDouble.accept(pass);
    return pass.total();
  }

  @Override
  public void close() {
    variables.values().forEach(Tensor::close);
    if (ownsParameters) {
      parameters.close();
    }
  }
}
