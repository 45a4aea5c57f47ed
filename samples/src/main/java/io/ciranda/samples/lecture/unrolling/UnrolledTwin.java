package io.ciranda.samples.lecture.unrolling;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A {@link RecurrentNet} unrolled: a feed-forward net with a layer for each step, each with a copy
 * of the weights, {@code W1 .. WT}, {@code U2 .. UT} and so on, and the initial-time bias {@code
 * a1}.
 */
final class UnrolledTwin implements AutoCloseable {
  private final int steps;
  private final Parameters parameters;

  UnrolledTwin(RecurrentNet net, int steps) {
    this.steps = steps;
    var builder = new Parameters.Builder();
    for (int t = 1; t <= steps; t++) {
      for (String letter :
          t == 1 ? List.of("W", "a", "V", "c") : List.of("W", "U", "b", "V", "c")) {
        Tensor shared = net.get(letter).value();
        Initializer copy = (weights, _) -> weights.copyFrom(shared);
        builder.declare(letter + t, copy, shared.shape());
      }
    }
    parameters = builder.build(new SplittableRandom());
  }

  Parameters parameters() {
    return parameters;
  }

  private Parameter get(String letter, int t) {
    return parameters.get(letter + t);
  }

  /** y(1) .. y(T), of {@code x [T][B][I]}. */
  List<Variable> outputs(Tape tape, Tensor x) {
    var outputs = new ArrayList<Variable>();
    Variable h = null;
    for (int t = 1; t <= steps; t++) {
      Variable xt = tape.constant(x.rows(t - 1, t).reshape(x.dim(1), x.dim(2)));
      Variable z = Ops.linear(tape, xt, get("W", t), get(t == 1 ? "a" : "b", t));
      if (t > 1) {
        z = Ops.add(tape, z, Ops.linear(tape, h, get("U", t), null));
      }
      h = Ops.tanh(tape, z);
      outputs.add(Ops.linear(tape, h, get("V", t), get("c", t)));
    }
    return outputs;
  }

  /** The gradients of all copies of a weight, added up. */
  float[] summed(Parameters.Like gradients, String letter) {
    float[] sum = null;
    for (Parameter copy : parameters.all()) {
      if (copy.name().startsWith(letter)) {
        float[] gradient = gradients.of(copy).toArray();
        for (int i = 0; sum != null && i < sum.length; i++) {
          gradient[i] += sum[i];
        }
        sum = gradient;
      }
    }
    return sum;
  }

  @Override
  public void close() {
    parameters.close();
  }
}
