package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Network.Direction;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads recurrent networks out of <a href="https://onnx.ai">ONNX</a> files, as both of PyTorch's
 * exporters write them and others do (opset 11 and later).
 *
 * <p><b>What is understood.</b> From a graph's input to its output: an embedding (Gather),
 * recurrent layers (LSTM, GRU with linear_before_reset 0 or 1, RNN with Tanh or Relu; forward or
 * bidirectional), a linear layer (MatMul and Add, or Gemm) and a Softmax over its outputs. Around
 * them whatever only moves elements: Transpose, Reshape, Squeeze, Unsqueeze, Slice, Gather, Concat,
 * Expand, Tile, Cast, Identity, Dropout, and the arithmetic of shapes. Weights may be in the file
 * or in files beside it, in float, double, half or bfloat16, and an exporter may have left them in
 * pieces for the graph to put together.
 *
 * <p><b>What becomes of the rest.</b>
 *
 * <ul>
 *   <li>Time-major and batch-first graphs give the same network: a network has no layout.
 *   <li>A graph that gives only the last step's output gives a network that gives each step's; its
 *       last is the graph's output. The final state of a forward layer counts as that output too.
 *   <li>Initial states that are inputs of the graph are the caller's to give. Constant ones are
 *       kept, if they are the same for every sequence of the batch.
 *   <li>Final states among the outputs are passed over.
 * </ul>
 *
 * <p><b>What is refused</b>, by the name of the node: peepholes other than zero, clip,
 * input_forget, layout 1, sequence_lens (lengths belong to a call), direction reverse, other
 * activations, initial states that are computed, LogSoftmax, any other operator, and any order of
 * operators that is not the chain above. PyTorch's newer exporter unrolls {@code nn.RNN} into
 * single steps; the older one ({@code dynamo=False}) writes the operator.
 */
public final class OnnxFile implements AutoCloseable {
  private final Path path;
  private final OnnxModel model;
  private final OnnxWeights weights;
  private final List<Tensor> loaded = new ArrayList<>();

  private OnnxFile(Path path, OnnxModel model, OnnxWeights weights) {
    this.path = path;
    this.model = model;
    this.weights = weights;
  }

  /**
   * Opens a file and reads all but its weights.
   *
   * @throws ModelFileException if there is no such file, or it is no sound ONNX file
   */
  public static OnnxFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new ModelFileException(
          path, "expected a file, actual " + (Files.exists(path) ? "something else" : "nothing"));
    }
    FileChannel channel = FileChannel.open(path);
    try {
      OnnxModel model = OnnxReader.read(path, channel);
      return new OnnxFile(path, model, new OnnxWeights(path, channel));
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Opens a file and reads its network, which the caller closes.
   *
   * @throws ModelFileException as {@link #open} and {@link #network} do
   * @throws OutOfMemoryError if the memory for the weights is not there
   */
  public static Network read(Path path) throws IOException {
    try (OnnxFile file = open(path)) {
      return file.network();
    }
  }

  /** The version of the standard operators that the file was written for. */
  public long opset() {
    return model.opset();
  }

  /**
   * Reads the network, which the caller closes.
   *
   * @throws ModelFileException if the graph is no network that can be represented, or its weights
   *     are not where it says
   * @throws OutOfMemoryError if the memory for the weights is not there
   */
  public Network network() throws IOException {
    weights.begin();
    try {
      return build(new OnnxGraph(path, model, weights).last());
    } catch (Throwable e) {
      loaded.forEach(Tensor::close);
      throw e;
    } finally {
      loaded.clear();
    }
  }

  /** Closes the file; networks stay. */
  @Override
  public void close() throws IOException {
    weights.close();
  }

  private Network build(OnnxStage last) throws IOException {
    Deque<OnnxStage> stages = new ArrayDeque<>();
    for (OnnxStage stage = last; stage != null; stage = stage.below()) {
      stages.push(stage);
    }
    OnnxStage.Embedding embedding = null;
    OnnxStage.Linear linear = null;
    boolean softmax = false;
    var layers = new ArrayList<Layer>();
    var directions = new ArrayList<Direction>();
    for (OnnxStage stage : stages) {
      switch (stage) {
        case OnnxStage.Input input -> {}
        case OnnxStage.Embedding e -> embedding = e;
        case OnnxStage.Recurrent recurrent -> {
          layers.add(recurrent.layer());
          for (int d = 0; d < recurrent.layer().directions(); d++) {
            directions.add(direction(recurrent, d));
          }
        }
        case OnnxStage.Linear l -> linear = l;
        case OnnxStage.Softmax s -> softmax = true;
      }
    }
    var architecture =
        new Architecture(
            embedding == null ? 0 : embedding.weight().dim(0),
            layers.getFirst().input(),
            layers,
            linear == null ? 0 : linear.outputs(),
            softmax);
    Tensor embeddingWeight = embedding == null ? null : load(embedding.weight());
    Tensor linearWeight = null;
    Tensor linearBias = null;
    if (linear != null) {
      boolean tied =
          embedding != null && linear.transposed() && linear.weight().same(embedding.weight());
      linearWeight = tied ? embeddingWeight : matrix(linear);
      linearBias = load(linear.bias());
    }
    return new Network(architecture, embeddingWeight, directions, linearWeight, linearBias);
  }

  private Direction direction(OnnxStage.Recurrent recurrent, int d) throws IOException {
    OnnxGates gates = OnnxGates.of(recurrent.layer().cell());
    int rows = recurrent.layer().gateRows();
    OnnxConstant bias = recurrent.bias() == null ? null : recurrent.bias().row(d);
    return new Direction(
        load(gates.toPyTorch(recurrent.weight().row(d))),
        load(gates.toPyTorch(recurrent.recurrence().row(d))),
        bias == null ? null : load(gates.toPyTorch(bias.rows(0, rows))),
        bias == null ? null : load(gates.toPyTorch(bias.rows(rows, bias.dim(0)))),
        state(recurrent, recurrent.h(), d, "initial_h"),
        state(recurrent, recurrent.c(), d, "initial_c"));
  }

  /** The one row of {@code [D][B][H]} that all sequences start from, or null for zeros. */
  private Tensor state(OnnxStage.Recurrent recurrent, OnnxConstant states, int d, String name)
      throws IOException {
    if (states == null) {
      return null;
    }
    int hidden = recurrent.layer().hidden();
    try (Tensor batch = weights.load(states.row(d))) {
      MemorySegment floats = batch.segment();
      float[] first = batch.rows(0, 1).toArray();
      boolean zero = true;
      for (long at = 0; at < batch.size(); at++) {
        float value = floats.getAtIndex(ValueLayout.JAVA_FLOAT, at);
        int i = (int) (at % hidden);
        zero &= value == 0;
        if (Float.compare(value, first[i]) != 0) {
          throw new ModelFileException(
              path,
              "%s: expected an %s that is the same for every sequence of the batch, actual %s and %s as unit %d of sequences 0 and %d"
                  .formatted(recurrent.node(), name, first[i], value, i, at / hidden));
        }
      }
      return zero ? null : own(Tensor.of(first, hidden));
    }
  }

  /** {@code [O][F]}. */
  private Tensor matrix(OnnxStage.Linear linear) throws IOException {
    if (linear.transposed()) {
      return load(linear.weight());
    }
    try (Tensor columns = weights.load(linear.weight())) {
      int features = columns.dim(0);
      int outputs = columns.dim(1);
      Tensor rows = own(Tensor.allocate(outputs, features));
      MemorySegment from = columns.segment();
      MemorySegment to = rows.segment();
      for (long o = 0; o < outputs; o++) {
        for (long f = 0; f < features; f++) {
          float value = from.getAtIndex(ValueLayout.JAVA_FLOAT, f * outputs + o);
          to.setAtIndex(ValueLayout.JAVA_FLOAT, o * features + f, value);
        }
      }
      return rows;
    }
  }

  private Tensor load(OnnxConstant constant) throws IOException {
    return constant == null ? null : own(weights.load(constant));
  }

  private Tensor own(Tensor tensor) {
    loaded.add(tensor);
    return tensor;
  }
}
