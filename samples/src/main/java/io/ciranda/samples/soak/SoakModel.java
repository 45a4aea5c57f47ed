package io.ciranda.samples.soak;

import io.ciranda.infer.Model;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A language model with random weights, of a size that is used. */
final class SoakModel {
  static final int VOCABULARY = 100;

  private static final int LAYERS = 2;

  private SoakModel() {}

  static Model create(Model.Options options, Cell cell, int hidden, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Layer> layers = new ArrayList<>();
    List<Network.Direction> directions = new ArrayList<>();
    for (int l = 0; l < LAYERS; l++) {
      var layer = new Layer(cell, hidden, hidden, false, Reset.AFTER_PRODUCT);
      layers.add(layer);
      directions.add(
          new Network.Direction(
              uniform(random, hidden, layer.gateRows(), hidden),
              uniform(random, hidden, layer.gateRows(), hidden),
              uniform(random, hidden, layer.gateRows()),
              uniform(random, hidden, layer.gateRows()),
              null,
              null));
    }
    try (var network =
        new Network(
            new Architecture(VOCABULARY, hidden, layers, VOCABULARY, true),
            uniform(random, 1, VOCABULARY, hidden),
            directions,
            uniform(random, hidden, VOCABULARY, hidden),
            uniform(random, hidden, VOCABULARY))) {
      return Model.of(network, options);
    }
  }

  /** In PyTorch's default range for so many inputs. */
  private static Tensor uniform(RandomGenerator random, int inputs, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    float range = (float) (1 / Math.sqrt(inputs));
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = range * (2 * random.nextFloat() - 1);
    }
    return tensor.copyFrom(values);
  }

  static int[] symbols(RandomGenerator random, int n) {
    return random.ints(n, 0, VOCABULARY).toArray();
  }
}
