package io.ciranda.network;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ciranda.io.ModelFileException;
import io.ciranda.network.OnnxModel.Attribute;
import io.ciranda.network.OnnxModel.Input;
import io.ciranda.network.OnnxModel.Node;
import io.ciranda.network.OnnxModel.TensorData;
import io.ciranda.network.OnnxModel.TensorData.Encoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the structure of an ONNX file: the messages of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a> as far as they are
 * needed here. The bytes of tensors are skipped; where they are is kept.
 */
final class OnnxReader {
  /**
   * What names, nodes and attributes may take on the heap, roughly. A graph of a thousand nodes
   * takes half a megabyte.
   */
  private static final long MAX_STRUCTURE = 32 << 20;

  private static final int MAX_TEXT = 64 << 10;

  // How a field is written: the low bits of its tag.
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final Path path;
  private final CodedInputStream in;
  private long structure;

  private OnnxReader(Path path, CodedInputStream in) {
    this.path = path;
    this.in = in;
  }

  /** Takes a field whose tag has been read; returns false for one that it does not know. */
  private interface Field {
    boolean read(int tag) throws IOException;
  }

  /**
   * Reads a file's structure.
   *
   * @throws ModelFileException if it is no sound ONNX file
   */
  static OnnxModel read(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size > Integer.MAX_VALUE) {
      throw new ModelFileException(
          path,
          "expected at most %d bytes, as the wire format allows, actual %d"
              .formatted(Integer.MAX_VALUE, size));
    }
    var in = CodedInputStream.newInstance(Channels.newInputStream(channel.position(0)));
    try {
      // Each message's length is held against the one around it, and this one against the file.
      in.pushLimit((int) size);
      return new OnnxReader(path, in).model();
    } catch (InvalidProtocolBufferException e) {
      var exception =
          new ModelFileException(
              path,
              "byte %d: the file is cut short, damaged or no ONNX file: %s"
                  .formatted(in.getTotalBytesRead(), e.getMessage()));
      exception.initCause(e);
      throw exception;
    }
  }

  private OnnxModel model() throws IOException {
    var opset =
        new Object() {
          long version;
        };
    var graphs = new ArrayList<OnnxModel>();
    fields(
        tag -> {
          switch (tag) {
            case 7 << 3 | BYTES -> graphs.add(graph());
            case 8 << 3 | BYTES -> {
              var id =
                  new Object() {
                    String domain = "";
                    long version;
                  };
              message(
                  field -> {
                    switch (field) {
                      case 1 << 3 | BYTES -> id.domain = text();
                      case 2 << 3 | VARINT -> id.version = in.readInt64();
                      default -> {
                        return false;
                      }
                    }
                    return true;
                  });
              if (standard(id.domain).isEmpty()) {
                opset.version = id.version;
              }
            }
            default -> {
              return false;
            }
          }
          return true;
        });
    if (graphs.size() != 1) {
      throw here("expected an ONNX file with one graph, actual %d".formatted(graphs.size()));
    }
    OnnxModel graph = graphs.getFirst();
    return new OnnxModel(
        opset.version, graph.nodes(), graph.initializers(), graph.inputs(), graph.outputs());
  }

  private static String standard(String domain) {
    return domain.equals("ai.onnx") ? "" : domain;
  }

  private OnnxModel graph() throws IOException {
    var nodes = new ArrayList<Node>();
    var initializers = new HashMap<String, TensorData>();
    var inputs = new ArrayList<Input>();
    var outputs = new ArrayList<String>();
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | BYTES -> nodes.add(node());
            case 5 << 3 | BYTES -> {
              TensorData tensor = tensor();
              if (initializers.put(tensor.name, tensor) != null) {
                throw here("expected one initializer '%s', actual two".formatted(tensor.name));
              }
            }
            case 11 << 3 | BYTES -> inputs.add(value());
            case 12 << 3 | BYTES -> outputs.add(value().name());
            default -> {
              return false;
            }
          }
          return true;
        });
    return new OnnxModel(0, nodes, initializers, inputs, outputs);
  }

  private Node node() throws IOException {
    keep(256);
    var names =
        new Object() {
          String name = "";
          String operator = "";
          String domain = "";
        };
    var inputs = new ArrayList<String>();
    var outputs = new ArrayList<String>();
    var attributes = new HashMap<String, Attribute>();
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | BYTES -> inputs.add(text());
            case 2 << 3 | BYTES -> outputs.add(text());
            case 3 << 3 | BYTES -> names.name = text();
            case 4 << 3 | BYTES -> names.operator = text();
            case 5 << 3 | BYTES -> attribute(attributes);
            case 7 << 3 | BYTES -> names.domain = standard(text());
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Node(names.name, names.operator, names.domain, inputs, outputs, attributes);
  }

  private void attribute(Map<String, Attribute> attributes) throws IOException {
    keep(256);
    var values =
        new Object() {
          String name = "";
          long integer;
          float number;
          String text = "";
          TensorData tensor;
        };
    var integers = new ArrayList<Long>();
    var texts = new ArrayList<String>();
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | BYTES -> values.name = text();
            case 2 << 3 | FIXED32 -> values.number = in.readFloat();
            case 3 << 3 | VARINT -> values.integer = in.readInt64();
            case 4 << 3 | BYTES -> values.text = text();
            case 5 << 3 | BYTES -> values.tensor = tensor();
            case 8 << 3 | VARINT, 8 << 3 | BYTES -> integers(tag, integers);
            case 9 << 3 | BYTES -> texts.add(text());
            default -> {
              return false;
            }
          }
          return true;
        });
    attributes.put(
        values.name,
        new Attribute(
            values.integer,
            values.number,
            values.text,
            values.tensor,
            List.copyOf(integers),
            List.copyOf(texts)));
  }

  private TensorData tensor() throws IOException {
    keep(256);
    var found =
        new Object() {
          String name = "";
          int type;
          Encoding encoding = Encoding.FIXED;
          Path file;
          long position;
          long bytes;
          boolean external;
        };
    var dims = new ArrayList<Long>();
    var external = new HashMap<String, String>();
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | VARINT, 1 << 3 | BYTES -> integers(tag, dims);
            case 2 << 3 | VARINT -> found.type = in.readInt32();
            case 3 << 3 | BYTES -> throw here("expected a whole tensor, actual a segment of one");
            case 8 << 3 | BYTES -> found.name = text();
            // float_data, int32_data, int64_data, raw_data, double_data
            case 4 << 3 | BYTES,
                5 << 3 | BYTES,
                7 << 3 | BYTES,
                9 << 3 | BYTES,
                10 << 3 | BYTES -> {
              int length = in.readRawVarint32();
              if (length != 0) {
                if (found.file != null) {
                  throw here("expected a tensor's elements in one piece, actual in two");
                }
                found.file = path;
                found.position = in.getTotalBytesRead();
                found.bytes = length;
                boolean varints = tag == (5 << 3 | BYTES) || tag == (7 << 3 | BYTES);
                found.encoding = varints ? Encoding.VARINTS : Encoding.FIXED;
                in.skipRawBytes(length);
              }
            }
            case 4 << 3 | FIXED32, 5 << 3 | VARINT, 7 << 3 | VARINT, 10 << 3 | 1 ->
                throw here("expected packed elements, actual one with a tag of its own");
            case 13 << 3 | BYTES -> entry(external);
            case 14 << 3 | VARINT -> found.external = in.readInt32() == 1;
            default -> {
              return false;
            }
          }
          return true;
        });
    return found.external
        ? external(found.name, found.type, dims, external)
        : new TensorData(
            found.name, found.type, dims, found.encoding, found.file, found.position, found.bytes);
  }

  /** A tensor whose elements are in a file beside the model. */
  private TensorData external(String name, int type, List<Long> dims, Map<String, String> where)
      throws IOException {
    String location = where.getOrDefault("location", "");
    // A name only, and no link: a file must not choose what is read elsewhere on the disk.
    Path file;
    try {
      file = path.resolveSibling(location);
    } catch (InvalidPathException e) {
      file = null;
    }
    if (location.isEmpty()
        || location.contains("/")
        || location.contains("\\")
        || file == null
        || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new ModelFileException(
          path,
          "tensor '%s': expected its elements in a file beside the model, actual '%s', which is missing, a link or elsewhere"
              .formatted(name, location));
    }
    long size = Files.size(file);
    long offset = natural(where.getOrDefault("offset", "0"));
    long length = natural(where.getOrDefault("length", Long.toString(Math.max(0, size - offset))));
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw new ModelFileException(
          path,
          "tensor '%s': expected its elements within the %d bytes of %s, actual offset %s and length %s"
              .formatted(name, size, location, where.get("offset"), where.get("length")));
    }
    return new TensorData(name, type, dims, Encoding.FIXED, file, offset, length);
  }

  /** The number, or -1 for a text that is none. */
  private static long natural(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private void entry(Map<String, String> entries) throws IOException {
    var entry =
        new Object() {
          String key = "";
          String value = "";
        };
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | BYTES -> entry.key = text();
            case 2 << 3 | BYTES -> entry.value = text();
            default -> {
              return false;
            }
          }
          return true;
        });
    entries.put(entry.key, entry.value);
  }

  /** A graph's input or output: its name, and the dimensions of its tensor type. */
  private Input value() throws IOException {
    keep(256);
    var found =
        new Object() {
          String name = "";
          List<Long> dims;
        };
    message(
        tag -> {
          switch (tag) {
            case 1 << 3 | BYTES -> found.name = text();
            case 2 << 3 | BYTES -> nested(1, () -> nested(2, () -> found.dims = dimensions()));
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Input(found.name, found.dims);
  }

  private interface Inner {
    void read() throws IOException;
  }

  /** A message of which one field counts, itself a message. */
  private void nested(int number, Inner inner) throws IOException {
    message(
        tag -> {
          if (tag != (number << 3 | BYTES)) {
            return false;
          }
          inner.read();
          return true;
        });
  }

  private List<Long> dimensions() throws IOException {
    var dims = new ArrayList<Long>();
    message(
        tag -> {
          if (tag != (1 << 3 | BYTES)) {
            return false;
          }
          keep(32);
          dims.add(OnnxModel.OPEN);
          message(
              field -> {
                if (field != (1 << 3 | VARINT)) {
                  return false;
                }
                long value = in.readInt64();
                dims.set(dims.size() - 1, value > 0 ? value : OnnxModel.OPEN);
                return true;
              });
          return true;
        });
    return dims;
  }

  private void integers(int tag, List<Long> to) throws IOException {
    if ((tag & 7) == VARINT) {
      keep(32);
      to.add(in.readInt64());
      return;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    while (!in.isAtEnd()) {
      keep(32);
      to.add(in.readInt64());
    }
    in.popLimit(limit);
  }

  private String text() throws IOException {
    int length = in.readRawVarint32();
    if (length < 0 || length > MAX_TEXT) {
      throw here(
          "expected a name of at most %d bytes, actual %s"
              .formatted(MAX_TEXT, Integer.toUnsignedString(length)));
    }
    keep(64 + 2L * length);
    byte[] bytes = in.readRawBytes(length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw here("expected a name in UTF-8, actual bytes are not");
    }
  }

  private void message(Field field) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    fields(field);
    in.popLimit(limit);
  }

  private void fields(Field field) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!field.read(tag) && !in.skipField(tag)) {
        throw here("expected a field, actual the end of a group that has not begun");
      }
    }
  }

  private void keep(long bytes) throws ModelFileException {
    structure += bytes;
    if (structure > MAX_STRUCTURE) {
      throw here(
          "expected a graph whose nodes and names take at most %d bytes, actual more"
              .formatted(MAX_STRUCTURE));
    }
  }

  private ModelFileException here(String problem) {
    return new ModelFileException(path, "byte %d: %s".formatted(in.getTotalBytesRead(), problem));
  }
}
