package io.ciranda.infer;

import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Networks with weights in PyTorch's default range, and what they compute, in double. */
final class Networks {
  private Networks() {}

  static Architecture stack(Cell cell, int input, int hidden, int layers, boolean bidirectional) {
    var list = new ArrayList<Layer>();
    for (int l = 0; l < layers; l++) {
      int below = l == 0 ? input : hidden * (bidirectional ? 2 : 1);
      list.add(new Layer(cell, below, hidden, bidirectional, Reset.AFTER_PRODUCT));
    }
    return new Architecture(0, input, list, 0, false);
  }

  /** Reads symbols and gives probabilities of the next. */
  static Architecture languageModel(Cell cell, int vocabulary, int hidden, int layers) {
    Architecture stack = stack(cell, hidden, hidden, layers, false);
    return new Architecture(vocabulary, hidden, stack.layers(), vocabulary, true);
  }

  static Network random(Architecture sizes) {
    var directions = new ArrayList<Network.Direction>();
    for (Layer layer : sizes.layers()) {
      double range = 1 / Math.sqrt(layer.hidden());
      for (int d = 0; d < layer.directions(); d++) {
        String name = directions.size() + " ";
        directions.add(
            new Network.Direction(
                tensor(name + "ih", range, layer.gateRows(), layer.input()),
                tensor(name + "hh", range, layer.gateRows(), layer.hidden()),
                tensor(name + "bih", range, layer.gateRows()),
                tensor(name + "bhh", range, layer.gateRows()),
                null,
                null));
      }
    }
    double range = 1 / Math.sqrt(sizes.features());
    return new Network(
        sizes,
        sizes.readsTokens() ? tensor("embedding", 1, sizes.vocabulary(), sizes.input()) : null,
        directions,
        sizes.outputs() > 0 ? tensor("weight", range, sizes.outputs(), sizes.features()) : null,
        sizes.outputs() > 0 ? tensor("bias", range, sizes.outputs()) : null);
  }

  /** Uniform in [-range, range). */
  static Tensor tensor(String name, double range, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    float[] values = Values.floats(name, tensor.size());
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) (range / 0.8);
    }
    return tensor.copyFrom(values);
  }

  /** {@code y [T][B][O]} of a network whose layers are alike, from a zero state. */
  static Reference.Recurrence run(Network network, double[] x, int steps, int batch) {
    Architecture sizes = network.architecture();
    Layer first = sizes.layers().getFirst();
    var config =
        new RecurrentStack.Config(
            first.cell(),
            first.input(),
            first.hidden(),
            sizes.layers().size(),
            first.bidirectional(),
            0,
            false);
    Map<String, double[]> weights = new HashMap<>();
    for (int l = 0; l < sizes.layers().size(); l++) {
      for (int d = 0; d < first.directions(); d++) {
        String suffix = "_l" + l + (d == 1 ? "_reverse" : "");
        Network.Direction w = network.direction(l, d);
        weights.put("weight_ih" + suffix, Values.doubles(w.weightIh()));
        weights.put("weight_hh" + suffix, Values.doubles(w.weightHh()));
        weights.put("bias_ih" + suffix, Values.doubles(w.biasIh()));
        weights.put("bias_hh" + suffix, Values.doubles(w.biasHh()));
      }
    }
    double[][] zeros = new double[sizes.layers().size() * first.directions()][];
    Arrays.setAll(zeros, _ -> new double[batch * first.hidden()]);
    int[] lengths = new int[batch];
    Arrays.fill(lengths, steps);
    return Reference.recurrent(config, weights::get, "", x, steps, lengths, zeros, zeros, null);
  }

  /** Linear layer and softmax of a network. */
  static double[] head(Network network, double[] features) {
    Architecture sizes = network.architecture();
    double[] y =
        Reference.linear(
            features,
            Values.doubles(network.linearWeight()),
            Values.doubles(network.linearBias()),
            sizes.features(),
            sizes.outputs());
    for (int from = 0; sizes.softmax() && from < y.length; from += sizes.outputs()) {
      double sum = 0;
      for (int i = from; i < from + sizes.outputs(); i++) {
        y[i] = Math.exp(y[i]);
        sum += y[i];
      }
      for (int i = from; i < from + sizes.outputs(); i++) {
        y[i] /= sum;
      }
    }
    return y;
  }
}
