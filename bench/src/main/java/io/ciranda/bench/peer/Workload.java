package io.ciranda.bench.peer;

import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Network;
import io.ciranda.network.Network.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A network and its input, the same for every engine. Closing it frees the weights. */
public final class Workload implements AutoCloseable {
  private static final long SEED = 1;

  private final Spec spec;
  private final Network network;
  private final float[] features;
  private final int[] tokens;

  /** Of those sizes, from a fixed seed: a network with PyTorch's default initialisation. */
  public Workload(Spec spec) {
    this.spec = spec;
    var random = new SplittableRandom(SEED);
    network = network(spec, random);
    int rows = spec.steps() * spec.batch();
    boolean reads = spec.readsTokens();
    tokens = reads ? random.ints(rows, 0, spec.vocabulary()).toArray() : null;
    features = reads ? null : gaussian(random, rows * spec.input());
  }

  /** The sizes. */
  public Spec spec() {
    return spec;
  }

  /** The weights. */
  public Network network() {
    return network;
  }

  /** {@code [T][B][I]}, not a copy; null where the network reads tokens. */
  public float[] features() {
    return features;
  }

  /** {@code [T][B]}, not a copy; null where it reads features. */
  public int[] tokens() {
    return tokens;
  }

  private static Network network(Spec spec, SplittableRandom random) {
    float range = (float) (1 / Math.sqrt(spec.hidden()));
    int v = spec.vocabulary();
    Tensor embedding =
        spec.readsTokens() ? Tensor.of(gaussian(random, v * spec.input()), v, spec.input()) : null;
    List<Direction> directions = new ArrayList<>();
    for (Layer layer : spec.architecture().layers()) {
      directions.add(
          new Direction(
              uniform(random, range, layer.gateRows(), layer.input()),
              uniform(random, range, layer.gateRows(), layer.hidden()),
              uniform(random, range, layer.gateRows()),
              uniform(random, range, layer.gateRows()),
              null,
              null));
    }
    return new Network(
        spec.architecture(),
        embedding,
        directions,
        spec.readsTokens() ? uniform(random, range, v, spec.hidden()) : null,
        spec.readsTokens() ? uniform(random, range, v) : null);
  }

  private static Tensor uniform(SplittableRandom random, float range, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    float[] values = new float[Math.toIntExact(tensor.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-range, range);
    }
    return tensor.copyFrom(values);
  }

  private static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Override
  public void close() {
    network.close();
  }
}
