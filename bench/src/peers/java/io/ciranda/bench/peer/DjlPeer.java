package io.ciranda.bench.peer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.jni.JniUtils;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.network.Network.Direction;
import io.ciranda.nn.Cell;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * PyTorch through DJL: its operations called directly, all layers of the recurrent network in one
 * call, so that nothing of DJL's blocks and predictors stands between.
 */
public final class DjlPeer implements Peer {
  /** The service. */
  public static final class Factory implements PeerFactory {
    @Override
    public String name() {
      return "djl";
    }

    @Override
    public Peer create(Workload workload) {
      workload.spec().requireFloat32(name());
      return new DjlPeer(workload);
    }
  }

  private final Workload workload;
  private final Spec spec;
  private final NDManager manager;
  private final NDList weights = new NDList();

  /** The memory of the input, and the array that lies in it. */
  private final ByteBuffer memory;

  private final NDArray x;

  /** What a sequence starts from, {@code [L][B][H]}: h, and c of an LSTM. */
  private final NDList zeros = new NDList();

  /** Of the last call: the output, then the state that it left; empty before the first. */
  private NDList results = new NDList();

  private NDArray embedding;
  private NDArray linearWeight;
  private NDArray linearBias;

  private DjlPeer(Workload workload) {
    this.workload = workload;
    spec = workload.spec();
    // The libraries are on the class path: nothing is to be fetched.
    System.setProperty("ai.djl.offline", "true");
    manager = Engine.getEngine("PyTorch").newBaseManager();
    JniUtils.setNumThreads(spec.threads());
    JniUtils.setGradMode(false);
    Network network = workload.network();
    for (int l = 0; l < spec.layers(); l++) {
      Direction w = network.direction(l, 0);
      for (Tensor tensor : List.of(w.weightIh(), w.weightHh(), w.biasIh(), w.biasHh())) {
        weights.add(array(tensor));
      }
    }
    int rows = spec.steps() * spec.batch();
    if (spec.readsTokens()) {
      embedding = array(network.embedding());
      linearWeight = array(network.linearWeight());
      linearBias = array(network.linearBias());
      memory = manager.allocateDirect(Integer.BYTES * rows);
      x = manager.create(memory, new Shape(spec.steps(), spec.batch()), DataType.INT32);
    } else {
      memory = manager.allocateDirect(Float.BYTES * rows * spec.input());
      Shape shape = new Shape(spec.steps(), spec.batch(), spec.input());
      x = manager.create(memory, shape, DataType.FLOAT32);
    }
    Shape shape = new Shape(spec.layers(), spec.batch(), spec.hidden());
    zeros.add(manager.zeros(shape));
    if (spec.cell().hasCellState()) {
      zeros.add(manager.zeros(shape));
    }
  }

  private NDArray array(Tensor tensor) {
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    return manager.create(tensor.toArray(), new Shape(shape));
  }

  @Override
  public void run() {
    NDList before = results;
    if (spec.readsTokens()) {
      memory.asIntBuffer().put(workload.tokens());
      results = probabilities();
    } else {
      memory.asFloatBuffer().put(workload.features());
      results = recurrent(x);
    }
    before.close();
  }

  private NDList probabilities() {
    try (NDArray embedded =
        x.getNDArrayInternal().embedding(x, embedding, SparseFormat.DENSE).singletonOrThrow()) {
      NDList layers = recurrent(embedded);
      try (NDArray hidden = layers.head();
          NDArray logits =
              hidden
                  .getNDArrayInternal()
                  .linear(hidden, linearWeight, linearBias)
                  .singletonOrThrow()) {
        layers.set(0, logits.softmax(-1));
        return layers;
      }
    }
  }

  /** All layers: the output of the top one, then the state. */
  private NDList recurrent(NDArray in) {
    NDList from = spec.carryState() && !results.isEmpty() ? results.subNDList(1) : zeros;
    NDArrayEx operations = in.getNDArrayInternal();
    int layers = spec.layers();
    return spec.cell() == Cell.LSTM
        ? operations.lstm(in, from, weights, true, layers, 0, false, false, false)
        : operations.gru(in, from.head(), weights, true, layers, 0, false, false, false);
  }

  @Override
  public float[] output() {
    return results.head().toFloatArray();
  }

  @Override
  public void reset() {
    results.close();
    results = new NDList();
  }

  @Override
  public void close() {
    manager.close();
  }
}
