package io.ciranda.network;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file says, without the bytes of its tensors.
 *
 * @param opset the version of the standard operators
 * @param nodes in the order of the file, which is that of computation
 * @param initializers the graph's constants by name
 * @param inputs the graph's inputs
 * @param outputs the names of its outputs
 */
record OnnxModel(
    long opset,
    List<Node> nodes,
    Map<String, TensorData> initializers,
    List<Input> inputs,
    List<String> outputs) {

  /** A dimension of an input that the file leaves open. */
  static final long OPEN = -1;

  /**
   * An input of the graph.
   *
   * @param dims its shape, {@link #OPEN} where a dimension is; null where the file tells no shape
   */
  record Input(String name, List<Long> dims) {}

  /** An operation; the name of an input or output that is left out is empty. */
  record Node(
      String name,
      String operator,
      String domain,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {

    /** The name of input {@code i}, empty where it is left out. */
    String input(int i) {
      return i < inputs.size() ? inputs.get(i) : "";
    }

    long integer(String attribute, long otherwise) {
      Attribute a = attributes.get(attribute);
      return a == null ? otherwise : a.integer;
    }

    float number(String attribute, float otherwise) {
      Attribute a = attributes.get(attribute);
      return a == null ? otherwise : a.number;
    }

    String text(String attribute, String otherwise) {
      Attribute a = attributes.get(attribute);
      return a == null ? otherwise : a.text;
    }

    @Override
    public String toString() {
      String kind = domain.isEmpty() ? operator : domain + "." + operator;
      return "node '%s' (%s of %s)".formatted(clipped(name), clipped(kind), clipped(inputs));
    }
  }

  /** An attribute; which of the values is meant depends on the attribute. */
  record Attribute(
      long integer,
      float number,
      String text,
      TensorData tensor,
      List<Long> integers,
      List<String> texts) {}

  /** A constant and where its elements are; each is itself only. */
  static final class TensorData {
    /** How elements are written. */
    enum Encoding {
      /** Side by side. */
      FIXED,
      /** As numbers of the wire format; a half float as the integer that has its bits. */
      VARINTS
    }

    final String name;
    final int type;
    final List<Long> dims;
    final Encoding encoding;

    /** The file that has the elements; null where there are none. */
    final Path file;

    final long position;
    final long bytes;

    TensorData(
        String name,
        int type,
        List<Long> dims,
        Encoding encoding,
        Path file,
        long position,
        long bytes) {
      this.name = name;
      this.type = type;
      this.dims = List.copyOf(dims);
      this.encoding = encoding;
      this.file = file;
      this.position = position;
      this.bytes = bytes;
    }

    @Override
    public String toString() {
      return "constant '%s' %s".formatted(name, dims);
    }
  }

  /** As many of the names as fit in a message. */
  static String clipped(List<String> names) {
    return clipped(String.join(", ", names.subList(0, Math.min(12, names.size()))));
  }

  private static String clipped(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
