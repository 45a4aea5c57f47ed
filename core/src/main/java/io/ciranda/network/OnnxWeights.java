package io.ciranda.network;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ciranda.io.DType;
import io.ciranda.io.Elements;
import io.ciranda.io.ModelFileException;
import io.ciranda.memory.Tensor;
import io.ciranda.network.OnnxConstant.Run;
import io.ciranda.network.OnnxModel.TensorData;
import io.ciranda.network.OnnxModel.TensorData.Encoding;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the elements of an ONNX file's constants, from the file and those beside it. */
final class OnnxWeights implements AutoCloseable {
  /** Shapes, axes and indices have no more. */
  private static final int MAX_INTEGERS = 64;

  /**
   * How often over a file's bytes may be read: half floats double, and small constants are shared.
   */
  private static final int MAX_REUSE = 4;

  private static final long SMALL = 1 << 20;

  private final Path path;
  private final Map<Path, FileChannel> channels = new HashMap<>();
  private final Map<TensorData, Tensor> decoded = new HashMap<>();
  private long held; // bytes of the files
  private long taken; // bytes of the floats read for a network

  /** Takes over the channel of the model. */
  OnnxWeights(Path path, FileChannel channel) throws IOException {
    this.path = path;
    channels.put(path, channel);
    held = channel.size();
  }

  /** Whether the constant's elements are integers. */
  static boolean integral(TensorData data) {
    return integers(data.type) != null;
  }

  /** Whether elements of the type are floats that can be read. */
  static boolean floating(int type) {
    return floats(type) != null;
  }

  private static DType integers(int type) {
    return switch (type) {
      case 6 -> DType.I32;
      case 7 -> DType.I64;
      default -> null;
    };
  }

  private static DType floats(int type) {
    return switch (type) {
      case 1 -> DType.F32;
      case 10 -> DType.F16;
      case 11 -> DType.F64;
      case 16 -> DType.BF16;
      default -> null;
    };
  }

  /**
   * A constant of floats.
   *
   * @throws ModelFileException if it has another type, or its elements do not fill its shape
   */
  OnnxConstant constant(TensorData data) throws ModelFileException {
    DType dtype = floats(data.type);
    if (dtype == null) {
      throw bad(
          data,
          "expected elements of FLOAT (1), FLOAT16 (10), DOUBLE (11) or BFLOAT16 (16), actual type "
              + data.type);
    }
    boolean half = dtype == DType.F16 || dtype == DType.BF16;
    if (data.encoding == Encoding.VARINTS && !half) {
      throw bad(data, "expected elements of %s as floats, actual as integers".formatted(dtype));
    }
    long size = size(data, dtype);
    return new OnnxConstant(data.dims, size == 0 ? List.of() : List.of(new Run(data, 0, size)));
  }

  /** The number of elements, of which the file has the bytes. */
  private long size(TensorData data, DType dtype) throws ModelFileException {
    // Written as varints an element takes a byte or more; they are counted when they are decoded.
    long elementBytes = data.encoding == Encoding.FIXED ? dtype.bytes() : 1;
    long size = 1;
    for (long dim : data.dims) {
      if (dim < 0 || dim > Integer.MAX_VALUE || (dim > 0 && size > data.bytes / dim)) {
        size = -1;
        break;
      }
      size *= dim;
    }
    boolean fits =
        data.encoding == Encoding.FIXED
            ? size >= 0 && size == data.bytes / elementBytes && data.bytes % elementBytes == 0
            : size >= 0 && size <= data.bytes;
    if (!fits) {
      throw bad(
          data,
          "expected the bytes of %s elements of %s in the file, actual %d"
              .formatted(data.dims, dtype, data.bytes));
    }
    return size;
  }

  /**
   * The integers of a small constant.
   *
   * @throws ModelFileException if it has another type, is too large or not a list
   */
  List<Long> integers(TensorData data) throws IOException {
    DType dtype = integers(data.type);
    long size = size(data, dtype);
    if (data.dims.size() > 1 || size > MAX_INTEGERS) {
      throw bad(data, "expected a list of at most %d integers".formatted(MAX_INTEGERS));
    }
    var values = new ArrayList<Long>();
    if (size == 0) {
      return values;
    }
    if (data.encoding == Encoding.VARINTS) {
      varints(data, size, (i, value) -> values.add(value));
    } else {
      elements(data, dtype, 0, size).toLongs((i, value) -> values.add(value));
    }
    return values;
  }

  /** Before the constants of a network are loaded: each may take as much. */
  void begin() {
    taken = 0;
  }

  /**
   * Reads a constant into new memory that the caller closes.
   *
   * @throws ModelFileException if the file ends before it, or a graph asks for far more than the
   *     file holds
   * @throws OutOfMemoryError if the memory is not there
   */
  Tensor load(OnnxConstant constant) throws IOException {
    for (Run run : constant.runs()) {
      channel(run.tensor());
    }
    taken += Float.BYTES * constant.size();
    long limit = MAX_REUSE * held + SMALL;
    if (taken > limit) {
      throw new ModelFileException(
          path,
          "expected a graph that takes at most %d bytes of weights out of %d in the file, actual more: it uses its constants too often"
              .formatted(limit, held));
    }
    int[] shape = constant.dims().stream().mapToInt(Math::toIntExact).toArray();
    Tensor tensor = Tensor.allocate(shape);
    try {
      MemorySegment floats = tensor.segment();
      long at = 0;
      for (Run run : constant.runs()) {
        MemorySegment to = floats.asSlice(Float.BYTES * at, Float.BYTES * run.size());
        load(run, to);
        at += run.size();
      }
      return tensor;
    } catch (Throwable e) {
      tensor.close();
      throw e;
    }
  }

  private void load(Run run, MemorySegment to) throws IOException {
    TensorData data = run.tensor();
    if (data.encoding == Encoding.VARINTS) {
      MemorySegment all = decoded(data).segment();
      to.copyFrom(all.asSlice(Float.BYTES * run.begin(), Float.BYTES * run.size()));
    } else if (run.size() > 0) {
      elements(data, floats(data.type), run.begin(), run.size()).toFloats(to);
    }
  }

  /** Numbers of the wire format have no places of their own, so these are read once as a whole. */
  private Tensor decoded(TensorData data) throws IOException {
    Tensor there = decoded.get(data);
    if (there != null) {
      return there;
    }
    DType dtype = floats(data.type);
    long size = size(data, dtype);
    Tensor tensor = Tensor.allocate(Math.toIntExact(size));
    decoded.put(data, tensor);
    MemorySegment floats = tensor.segment();
    varints(
        data,
        size,
        (i, value) ->
            floats.setAtIndex(
                ValueLayout.JAVA_FLOAT,
                i,
                dtype == DType.F16
                    ? Float.float16ToFloat((short) value)
                    : Float.intBitsToFloat((int) value << 16)));
    return tensor;
  }

  private Elements elements(TensorData data, DType dtype, long first, long count)
      throws IOException {
    long position = data.position + first * dtype.bytes();
    return new Elements(data.file, channel(data), dtype, position, count);
  }

  private void varints(TensorData data, long size, Elements.LongSink sink) throws IOException {
    FileChannel channel = channel(data).position(data.position);
    try {
      var in = CodedInputStream.newInstance(Channels.newInputStream(channel));
      in.pushLimit(Math.toIntExact(data.bytes));
      for (long i = 0; i < size; i++) {
        sink.accept(i, in.readRawVarint64());
      }
      if (!in.isAtEnd()) {
        throw bad(data, "expected %d elements, actual more".formatted(size));
      }
    } catch (InvalidProtocolBufferException e) {
      var exception = bad(data, "expected %d elements, actual fewer".formatted(size));
      exception.initCause(e);
      throw exception;
    }
  }

  private FileChannel channel(TensorData data) throws IOException {
    FileChannel channel = channels.get(data.file);
    if (channel == null) {
      channel = FileChannel.open(data.file);
      channels.put(data.file, channel);
      held += channel.size();
    }
    return channel;
  }

  private ModelFileException bad(TensorData data, String problem) {
    return new ModelFileException(
        path, "tensor '%s' at byte %d: %s".formatted(data.name, data.position, problem));
  }

  @Override
  public void close() throws IOException {
    decoded.values().forEach(Tensor::close);
    for (FileChannel channel : channels.values()) {
      channel.close();
    }
  }
}
