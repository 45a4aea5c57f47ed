package io.ciranda.samples.lecture.unrolling;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A recurrent net with a bias of its own for the initial time, when no state comes from before:
 *
 * <pre>
 * h(1) = tanh(W x(1) + a)        h(t) = tanh(W x(t) + U h(t-1) + b)        y(t) = V h(t) + c
 * </pre>
 */
final class RecurrentNet implements AutoCloseable {
  /** The letters of the equations, and the engine's names. */
  static final Map<String, String> NAMES =
      Map.of(
          "W", "rnn.weight_ih_l0",
          "U", "rnn.weight_hh_l0",
          "b", "rnn.bias_ih_l0",
          "a", "initial.bias",
          "V", "output.weight",
          "c", "output.bias");

  private final Parameters parameters;
  private final RecurrentStack rnn;

  RecurrentNet(Backend backend, int inputs, int hidden, long seed) {
    var config = RecurrentStack.Config.of(Cell.RNN, inputs, hidden, 1);
    var builder = new Parameters.Builder();
    RecurrentStack.declare(builder, config, "rnn.");
    builder.declare("initial.bias", Initializer.uniform(1), hidden);
    builder.declare("output.weight", Initializer.uniform(1), 1, hidden);
    builder.declare("output.bias", Initializer.uniform(1), 1);
    parameters = builder.build(new SplittableRandom(seed));
    parameters.get("rnn.bias_hh_l0").value().zero(); // PyTorch has two biases where one does
    rnn = new RecurrentStack(config, parameters, backend, "rnn.");
    rnn.refresh(0, 1);
  }

  Parameters parameters() {
    return parameters;
  }

  /** The weights of one of the letters. */
  Parameter get(String letter) {
    return parameters.get(NAMES.get(letter));
  }

  /** y(1), and y(2) .. y(T), of {@code x [T][B][I]}. */
  List<Variable> outputs(Tape tape, Tensor x) {
    Variable first = tape.constant(x.rows(0, 1).reshape(x.dim(1), x.dim(2)));
    Variable others = tape.constant(x.rows(1, x.dim(0)));
    Variable h = Ops.tanh(tape, Ops.linear(tape, first, get("W"), get("a")));
    Variable hs = rnn.forward(tape, others, null, new State(List.of(h), List.of())).y();
    return List.of(
        Ops.linear(tape, h, get("V"), get("c")), Ops.linear(tape, hs, get("V"), get("c")));
  }

  @Override
  public void close() {
    rnn.close();
    parameters.close();
  }
}
