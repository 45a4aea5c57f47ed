package io.ciranda.bench.peer;

import com.google.protobuf.CodedOutputStream;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.network.Network.Direction;
import io.ciranda.nn.Cell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Workload}'s network as an ONNX file with fixed shapes. {@code x} comes in: features
 * {@code [T][B][I]} or tokens {@code [T][B]}. Where the state is carried, {@code h0}, {@code c0},
 * {@code h1}, ... {@code [1][B][H]} come in and go out as {@code h0_next}, ...
 *
 * <p>The field numbers are those of onnx.proto.
 */
final class OnnxModel {
  /** Of the operators; LSTM and GRU are as here since 14. */
  private static final int OPSET = 17;

  /** Of the file format: the one of opset 17. */
  private static final int IR_VERSION = 8;

  private static final int FLOAT = 1;
  private static final int INT32 = 6;
  private static final int INT64 = 7;

  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;

  /** Where ONNX's gate blocks i o f c are among PyTorch's i f g o. */
  private static final int[] LSTM_GATES = {0, 3, 1, 2};

  /** Where ONNX's gate blocks z r h are among PyTorch's r z n. */
  private static final int[] GRU_GATES = {1, 0, 2};

  private final Spec spec;
  private final Network network;
  private final Message graph = new Message().text(2, "network");
  private final String output;

  OnnxModel(Workload workload) {
    spec = workload.spec();
    network = workload.network();
    output = spec.readsTokens() ? probabilities(layers(embedded())) : layers(features());
    for (String state : states()) {
      declare(GRAPH_INPUT, state, FLOAT, stateShape());
      declare(GRAPH_OUTPUT, next(state), FLOAT, stateShape());
    }
    if (!outputIsState()) {
      declare(GRAPH_OUTPUT, output, FLOAT, outputShape());
    }
  }

  /** The name under which that part of the state goes out. */
  static String next(String state) {
    return state + "_next";
  }

  /** The parts of the carried state, as they come in; none where it is not carried. */
  List<String> states() {
    List<String> names = new ArrayList<>();
    if (spec.carryState()) {
      for (int l = 0; l < spec.layers(); l++) {
        names.add("h" + l);
        if (spec.cell().hasCellState()) {
          names.add("c" + l);
        }
      }
    }
    return names;
  }

  long[] stateShape() {
    return new long[] {1, spec.batch(), spec.hidden()};
  }

  /** The name of the output. */
  String output() {
    return output;
  }

  /** Whether the output is the top layer's state, and goes out only once. */
  boolean outputIsState() {
    return states().stream().map(OnnxModel::next).anyMatch(output::equals);
  }

  /** In memory {@code [T][B][O]}. */
  long[] outputShape() {
    return spec.steps() > 1 && !spec.readsTokens()
        ? new long[] {spec.steps(), 1, spec.batch(), spec.hidden()}
        : new long[] {spec.steps(), spec.batch(), spec.output()};
  }

  /** The file. */
  byte[] toByteArray() {
    return new Message()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new Message().number(2, OPSET))
        .toByteArray();
  }

  private String features() {
    declare(GRAPH_INPUT, "x", FLOAT, spec.steps(), spec.batch(), spec.input());
    return "x";
  }

  private String embedded() {
    declare(GRAPH_INPUT, "x", INT32, spec.steps(), spec.batch());
    constant("embedding", network.embedding().toArray(), spec.vocabulary(), spec.input());
    return node("Gather", List.of("embedding", "x"), List.of("embedded"));
  }

  private String layers(String x) {
    String below = x;
    for (int l = 0; l < spec.layers(); l++) {
      below = layer(l, l == 0 ? below : withoutDirection(below));
    }
    return below;
  }

  /**
   * One layer. Of one step its state is its output, which spares the {@code [T][1][B][H]} with all
   * steps.
   */
  private String layer(int l, String x) {
    boolean lstm = spec.cell() == Cell.LSTM;
    int rows = spec.cell().gates() * spec.hidden();
    Direction w = network.direction(l, 0);
    float[] weightIh = gates(w.weightIh());
    float[] weightHh = gates(w.weightHh());
    constant("w" + l, weightIh, 1, rows, weightIh.length / rows);
    constant("r" + l, weightHh, 1, rows, spec.hidden());
    constant("b" + l, concat(gates(w.biasIh()), gates(w.biasHh())), 1, 2L * rows);

    List<String> inputs = new ArrayList<>(List.of(x, "w" + l, "r" + l, "b" + l));
    List<String> outputs = new ArrayList<>();
    outputs.add(spec.steps() > 1 ? "y" + l : "");
    outputs.add(next("h" + l));
    if (spec.carryState()) {
      String sameLengths = "";
      inputs.addAll(List.of(sameLengths, "h" + l));
      if (lstm) {
        inputs.add("c" + l);
        outputs.add(next("c" + l));
      }
    }
    Message hidden = attribute("hidden_size", spec.hidden());
    if (lstm) {
      node("LSTM", inputs, outputs, hidden);
    } else {
      node("GRU", inputs, outputs, hidden, attribute("linear_before_reset", 1));
    }
    return spec.steps() > 1 ? "y" + l : next("h" + l);
  }

  /** {@code [T][B][H]} of a layer's {@code [T][1][B][H]}; its state has that shape already. */
  private String withoutDirection(String y) {
    if (spec.steps() == 1) {
      return y;
    }
    byte[] one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(1).array();
    constant(y + "_axis", INT64, one, 1);
    return node("Squeeze", List.of(y, y + "_axis"), List.of(y + "_flat"));
  }

  private String probabilities(String y) {
    int v = spec.vocabulary();
    int h = spec.hidden();
    float[] weight = network.linearWeight().toArray();
    float[] transposed = new float[weight.length];
    for (int i = 0; i < weight.length; i++) {
      transposed[i % h * v + i / h] = weight[i];
    }
    constant("linear_weight", transposed, h, v);
    constant("linear_bias", network.linearBias().toArray(), v);
    node("MatMul", List.of(withoutDirection(y), "linear_weight"), List.of("product"));
    node("Add", List.of("product", "linear_bias"), List.of("logits"));
    return node("Softmax", List.of("logits"), List.of("p"));
  }

  /** The blocks of H rows in ONNX's order. */
  private float[] gates(Tensor weights) {
    int[] order = spec.cell() == Cell.LSTM ? LSTM_GATES : GRU_GATES;
    float[] from = weights.toArray();
    float[] to = new float[from.length];
    int block = from.length / order.length;
    for (int gate = 0; gate < order.length; gate++) {
      System.arraycopy(from, order[gate] * block, to, gate * block, block);
    }
    return to;
  }

  private static float[] concat(float[] a, float[] b) {
    float[] both = new float[a.length + b.length];
    System.arraycopy(a, 0, both, 0, a.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Adds a node; returns the name of its first output. */
  private String node(
      String operator, List<String> inputs, List<String> outputs, Message... attributes) {
    var node = new Message();
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    node.text(4, operator);
    for (Message attribute : attributes) {
      node.message(5, attribute);
    }
    graph.message(1, node);
    return outputs.getFirst();
  }

  private static Message attribute(String name, long value) {
    int typeInt = 2;
    return new Message().text(1, name).number(3, value).number(20, typeInt);
  }

  private void constant(String name, float[] values, long... shape) {
    ByteBuffer raw =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    constant(name, FLOAT, raw.array(), shape);
  }

  private void constant(String name, int type, byte[] raw, long... shape) {
    var tensor = new Message();
    for (long size : shape) {
      tensor.number(1, size);
    }
    graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
  }

  /** Adds an input or an output of the graph. */
  private void declare(int field, String name, int type, long... shape) {
    var dimensions = new Message();
    for (long size : shape) {
      dimensions.message(1, new Message().number(1, size));
    }
    var tensor = new Message().number(1, type).message(2, dimensions);
    graph.message(field, new Message().text(1, name).message(2, new Message().message(1, tensor)));
  }

  /** A message of protobuf under construction. */
  private static final class Message {
    private interface Write {
      void to(CodedOutputStream out) throws IOException;
    }

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream coded = CodedOutputStream.newInstance(bytes);

    Message number(int field, long value) {
      return write(out -> out.writeInt64(field, value));
    }

    Message text(int field, String value) {
      return write(out -> out.writeString(field, value));
    }

    Message bytes(int field, byte[] value) {
      return write(out -> out.writeByteArray(field, value));
    }

    Message message(int field, Message value) {
      return bytes(field, value.toByteArray());
    }

    byte[] toByteArray() {
      write(CodedOutputStream::flush);
      return bytes.toByteArray();
    }

    private Message write(Write what) {
      try {
        what.to(coded);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return this;
    }
  }
}
