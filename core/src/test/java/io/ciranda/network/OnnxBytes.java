package io.ciranda.network;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An ONNX file made by hand: a recurrent layer of 3 features and 2 units whose output is squeezed
 * to {@code y}, and whatever a test adds.
 */
final class OnnxBytes {
  private static final int INPUTS = 8;

  private final String operator;
  private final long gates;
  private int directions = 1;
  private long features = 3;
  private long opset = 17;
  private final String[] inputs = new String[INPUTS];
  private final List<byte[]> attributes = new ArrayList<>();
  private final List<byte[]> before = new ArrayList<>();
  private final List<byte[]> after = new ArrayList<>();
  private final List<byte[]> others = new ArrayList<>();
  private String output = "y";

  private OnnxBytes(String operator, long gates) {
    this.operator = operator;
    this.gates = gates;
    Arrays.fill(inputs, "");
    inputs[0] = "x";
    inputs[1] = "W";
    inputs[2] = "R";
  }

  static OnnxBytes lstm() {
    return new OnnxBytes("LSTM", 4);
  }

  static OnnxBytes gru() {
    return new OnnxBytes("GRU", 3);
  }

  static OnnxBytes rnn() {
    return new OnnxBytes("RNN", 1);
  }

  OnnxBytes bidirectional() {
    directions = 2;
    return attribute(text("direction", "bidirectional"));
  }

  /** I, instead of 3. */
  OnnxBytes features(long width) {
    features = width;
    return this;
  }

  OnnxBytes opset(long version) {
    opset = version;
    return this;
  }

  /** What input {@code i} of the layer is. */
  OnnxBytes input(int i, String name) {
    inputs[i] = name;
    return this;
  }

  /** One more attribute of the layer. */
  OnnxBytes attribute(byte[] attribute) {
    attributes.add(attribute);
    return this;
  }

  /** One more node before the layer. */
  OnnxBytes before(String operator, String inputs, String output, byte[]... attributes) {
    before.add(field(1, node("", operator, inputs, output, List.of(attributes))));
    return this;
  }

  /** One more node after the layer; its output becomes the graph's. */
  OnnxBytes after(String operator, String inputs, String result, byte[]... attributes) {
    after.add(field(1, node("", operator, inputs, result, List.of(attributes))));
    output = result;
    return this;
  }

  /** One more constant of floats 0.5, 1.5, ... */
  OnnxBytes floats(String name, long... dims) {
    int n = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    ByteBuffer raw = ByteBuffer.allocate(4 * n).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      raw.putFloat(i + 0.5f);
    }
    return constant(tensor(name, 1, dims, field(9, raw.array())));
  }

  /** One more constant of integers. */
  OnnxBytes integers(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(raw::putLong);
    return constant(tensor(name, 7, new long[] {values.length}, field(9, raw.array())));
  }

  /** One more constant, a TensorProto. */
  OnnxBytes constant(byte[] tensor) {
    others.add(field(5, tensor));
    return this;
  }

  /** One more input of the graph. */
  OnnxBytes graphInput(String name, long... dims) {
    others.add(field(11, value(name, dims)));
    return this;
  }

  /** One more output of the graph. */
  OnnxBytes graphOutput(String name) {
    others.add(field(12, value(name)));
    return this;
  }

  byte[] bytes() {
    var graph = new ArrayList<byte[]>();
    boolean embedded = inputs[0].equals("embedded");
    graph.add(field(11, embedded ? value("x", 4, 2) : value("x", 4, 2, features)));
    floats("W", directions, gates * 2, features);
    floats("R", directions, gates * 2, 2);
    integers("one", 1);
    graph.addAll(before);
    graph.add(field(1, node("layer", operator, String.join(",", inputs), "Y,Y_h,Y_c", attributes)));
    graph.add(field(1, node("squeeze", "Squeeze", "Y,one", "y", List.of())));
    graph.addAll(after);
    graph.addAll(others);
    graph.add(field(12, value(output)));
    return model(join(graph.toArray(byte[][]::new)), opset);
  }

  Path write(Path folder) throws IOException {
    return Files.write(folder.resolve("made.onnx"), bytes());
  }

  static byte[] model(byte[] graph, long opset) {
    return join(number(1, 8), field(7, graph), field(8, join(field(1, ""), number(2, opset))));
  }

  static byte[] node(
      String name, String operator, String inputs, String outputs, List<byte[]> attributes) {
    var parts = new ArrayList<byte[]>();
    for (String input : inputs.split(",", -1)) {
      parts.add(field(1, input));
    }
    for (String output : outputs.split(",", -1)) {
      parts.add(field(2, output));
    }
    parts.add(field(3, name));
    parts.add(field(4, operator));
    attributes.forEach(a -> parts.add(field(5, a)));
    return join(parts.toArray(byte[][]::new));
  }

  static byte[] text(String name, String value) {
    return join(field(1, name), field(4, value));
  }

  static byte[] texts(String name, String... values) {
    return join(
        field(1, name), join(Arrays.stream(values).map(v -> field(9, v)).toArray(byte[][]::new)));
  }

  static byte[] integer(String name, long value) {
    return join(field(1, name), number(3, value));
  }

  static byte[] integers(String name, List<Long> values) {
    return join(
        field(1, name), join(values.stream().map(v -> number(8, v)).toArray(byte[][]::new)));
  }

  static byte[] number(String name, float value) {
    return join(field(1, name), bytes(out -> out.writeFloat(2, value)));
  }

  static byte[] tensor(String name, int type, long[] dims, byte[] data) {
    byte[] shape = join(Arrays.stream(dims).mapToObj(d -> number(1, d)).toArray(byte[][]::new));
    return join(shape, number(2, type), field(8, name), data);
  }

  private static byte[] value(String name, long... dims) {
    byte[] shape =
        join(Arrays.stream(dims).mapToObj(d -> field(1, number(1, d))).toArray(byte[][]::new));
    return join(field(1, name), field(2, field(1, join(number(1, 1), field(2, shape)))));
  }

  static byte[] field(int number, byte[] value) {
    return bytes(out -> out.writeByteArray(number, value));
  }

  static byte[] field(int number, String value) {
    return field(number, value.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] number(int number, long value) {
    return bytes(out -> out.writeInt64(number, value));
  }

  static byte[] join(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private interface Writing {
    void to(CodedOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) {
    var bytes = new ByteArrayOutputStream();
    var out = CodedOutputStream.newInstance(bytes);
    try {
      writing.to(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
