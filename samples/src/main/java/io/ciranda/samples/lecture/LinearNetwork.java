package io.ciranda.samples.lecture;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A recurrent network of linear units. The layers of the engine bend what they add up, with tanh or
 * ReLU; this one is put together from the tape's operations, step by step:
 *
 * <pre>
 * h(t) = W x(t) + U h(t-1)        y(t) = V h(t) + c
 * </pre>
 */
public final class LinearNetwork implements AutoCloseable {
  private final Backend backend;
  private final Parameters parameters;

  /** H units, I inputs, one output, with random weights uniform in ±1/sqrt(H). */
  public LinearNetwork(Backend backend, int inputs, int hidden, long seed) {
    this.backend = backend;
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(hidden));
    var builder = new Parameters.Builder();
    builder.declare("W", uniform, hidden, inputs);
    builder.declare("U", uniform, hidden, hidden);
    builder.declare("V", uniform, 1, hidden);
    builder.declare("c", Initializer.zeros(), 1);
    parameters = builder.build(new SplittableRandom(seed));
  }

  /** The weights: W {@code [H][I]}, U {@code [H][H]}, V {@code [1][H]}, c {@code [1]}. */
  public Parameters parameters() {
    return parameters;
  }

  /** Sets one of the weights by hand, row by row. */
  public LinearNetwork set(String name, float... values) {
    parameters.get(name).value().copyFrom(values);
    parameters.changed();
    return this;
  }

  /** The states h(1) .. h(T), {@code [B][H]} each, of {@code x [T][B][I]}. */
  public List<Variable> states(Tape tape, float[] x, int steps, int batch) {
    int inputs = parameters.get("W").dim(1);
    var all = tape.workspace().tensor(steps, batch, inputs).copyFrom(x);
    var states = new ArrayList<Variable>();
    for (int t = 0; t < steps; t++) {
      Variable xt = tape.constant(all.rows(t, t + 1).reshape(batch, inputs));
      Variable h = Ops.linear(tape, xt, parameters.get("W"), null);
      if (t > 0) {
        h = Ops.add(tape, h, Ops.linear(tape, states.getLast(), parameters.get("U"), null));
      }
      states.add(h);
    }
    return states;
  }

  /** The output of a state, {@code [B][1]}. */
  public Variable output(Tape tape, Variable h) {
    return Ops.linear(tape, h, parameters.get("V"), parameters.get("c"));
  }

  /** Runs the network without training: the outputs after every step, {@code [T][B]}. */
  public float[][] run(float[] x, int steps, int batch) {
    try (var workspace = new Workspace("run")) {
      Tape tape = Tape.inference(backend, workspace);
      return states(tape, x, steps, batch).stream()
          .map(h -> output(tape, h).value().toArray())
          .toArray(float[][]::new);
    }
  }

  @Override
  public void close() {
    parameters.close();
  }
}
