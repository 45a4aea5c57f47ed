package io.ciranda.samples.lecture;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.RecurrentStack;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Recurrent layers and a linear one on top, the network of most examples:
 *
 * <pre>
 * h(t) = cell(x(t), h(t-1))        y(t) = W h(t) + b
 * </pre>
 */
public final class Network implements AutoCloseable {
  private final Backend backend;
  private final Parameters parameters;
  private final RecurrentStack rnn;

  /** With random weights, uniform in ±1/sqrt(H). */
  public Network(Backend backend, RecurrentStack.Config config, int outputs, long seed) {
    this.backend = backend;
    var builder = new Parameters.Builder();
    RecurrentStack.declare(builder, config, "rnn.");
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(config.hidden()));
    builder.declare("output.weight", uniform, outputs, config.output());
    builder.declare("output.bias", Initializer.zeros(), outputs);
    parameters = builder.build(new SplittableRandom(seed));
    rnn = new RecurrentStack(config, parameters, backend, "rnn.");
  }

  /** The weights, by PyTorch's names: {@code rnn.weight_ih_l0}, {@code output.bias}. */
  public Parameters parameters() {
    return parameters;
  }

  /** Sets one of the weights by hand, row by row. */
  public Network set(String name, float... values) {
    parameters.get(name).value().copyFrom(values);
    parameters.changed();
    return this;
  }

  /** Makes gates begin by keeping what they hold for 1 to {@code steps} steps. */
  public Network rememberLong(int steps, RandomGenerator random) {
    rnn.rememberLong(steps, random);
    return this;
  }

  /** Brings what is derived from the weights up to date. */
  public void refresh(int part, int parts) {
    rnn.refresh(part, parts);
  }

  /** The recurrent layers: x {@code [T][B][I]} to h {@code [T][B][H]} and the last states. */
  public RecurrentStack.Output states(Tape tape, Variable x, IntTensor lengths) {
    return rnn.forward(tape, x, lengths, null);
  }

  /** The layer on top: h {@code [..][H]} to y {@code [..][O]}. */
  public Variable output(Tape tape, Variable h) {
    Parameter weight = parameters.get("output.weight");
    return Ops.linear(tape, h, weight, parameters.get("output.bias"));
  }

  /** The outputs after every step, {@code [T][B][O]}, of x {@code [T][B][I]}. */
  public Variable everyOutput(Tape tape, Variable x) {
    return output(tape, states(tape, x, null).y());
  }

  /**
   * The outputs after the last step of each sequence, {@code [B][O]}; {@code lengths [B]} or null.
   */
  public Variable lastOutput(Tape tape, Variable x, IntTensor lengths) {
    return output(tape, states(tape, x, lengths).last().h().getLast());
  }

  /** Runs the network without training: the outputs after every step, {@code [T][B][O]}. */
  public float[] run(float[] x, int steps, int batch) {
    rnn.refresh(0, 1);
    try (var workspace = new Workspace("run")) {
      Tape tape = Tape.inference(backend, workspace);
      Tensor input = workspace.tensor(steps, batch, rnn.config().input()).copyFrom(x);
      return everyOutput(tape, tape.constant(input)).value().toArray();
    }
  }

  @Override
  public void close() {
    rnn.close();
    parameters.close();
  }
}
