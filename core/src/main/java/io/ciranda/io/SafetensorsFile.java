package io.ciranda.io;

import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An open safetensors file. {@link #open} reads and checks the whole header; tensors are read when
 * they are asked for. A file that is replaced while it is open is read to the end as it was.
 * Threads may share one.
 */
public final class SafetensorsFile implements AutoCloseable {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Bytes read or written at a time. A multiple of every element's size, and small enough to be in
   * L2 still when the elements are converted.
   */
  static final int CHUNK = 256 << 10;

  private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.BF16);
  private static final Set<DType> INTEGERS = EnumSet.of(DType.I32, DType.I64);

  /** What every JVM takes as an array's length. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Path path;
  private final FileChannel channel;
  private final Header header;
  private final long dataStart;

  private SafetensorsFile(Path path, FileChannel channel, Header header, long dataStart) {
    this.path = path;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Opens a file and checks its header against its size.
   *
   * @throws ModelFileException if there is no such file, or it is not a sound safetensors file
   */
  public static SafetensorsFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new ModelFileException(
          path, "expected a file, actual " + (Files.exists(path) ? "something else" : "nothing"));
    }
    FileChannel channel = FileChannel.open(path);
    try {
      long size = channel.size();
      if (size < Header.PREFIX) {
        throw new ModelFileException(
            path, "expected a safetensors file, actual only %d bytes".formatted(size));
      }
      byte[] prefix = new byte[Header.PREFIX];
      Elements.read(path, channel, 0, MemorySegment.ofArray(prefix));
      long length = MemorySegment.ofArray(prefix).get(LONG, 0);
      long limit = Math.min(size - Header.PREFIX, Header.MAX_BYTES);
      if (length < 1 || length > limit) {
        throw new ModelFileException(
            path,
            0,
            "expected the header's length, 1 to %d, actual %s; the file is cut short or no safetensors file"
                .formatted(limit, Long.toUnsignedString(length)));
      }
      byte[] json = new byte[(int) length];
      Elements.read(path, channel, Header.PREFIX, MemorySegment.ofArray(json));
      long dataStart = Header.PREFIX + length;
      Header header = Header.parse(path, json, size - dataStart);
      return new SafetensorsFile(path, channel, header, dataStart);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** The {@code __metadata__} map, empty where the file has none; unmodifiable. */
  public Map<String, String> metadata() {
    return header.metadata;
  }

  /**
   * One value of the metadata.
   *
   * @throws ModelFileException if there is none of that name
   */
  public String metadata(String key) throws ModelFileException {
    String value = header.metadata.get(key);
    if (value == null) {
      throw new ModelFileException(
          path, "expected metadata '%s', actual %s".formatted(key, some(header.metadata.keySet())));
    }
    return value;
  }

  /** The tensors' names in the header's order; unmodifiable. */
  public Set<String> names() {
    return header.tensors.keySet();
  }

  /** A tensor's shape, a copy. */
  public int[] shape(String name) throws ModelFileException {
    return entry(name).shape.clone();
  }

  /** A tensor's element type. */
  public DType dtype(String name) throws ModelFileException {
    return entry(name).dtype;
  }

  /**
   * Reads a tensor of F32, F64, F16 or BF16 into new memory that the caller closes.
   *
   * @throws ModelFileException if there is no such tensor, or it has another type
   * @throws OutOfMemoryError if the memory is not there
   */
  public Tensor load(String name) throws IOException {
    Tensor tensor = Tensor.allocate(entry(name, FLOATS).shape);
    try {
      loadInto(name, tensor);
      return tensor;
    } catch (Throwable e) {
      tensor.close();
      throw e;
    }
  }

  /**
   * Reads a tensor of F32, F64, F16 or BF16 into memory that is there already.
   *
   * @throws ModelFileException if there is no such tensor, or it has another type or shape
   */
  public void loadInto(String name, Tensor tensor) throws IOException {
    requireFloats(name, tensor.shape());
    elements(entry(name, FLOATS)).toFloats(tensor.segment());
  }

  /**
   * Throws unless there is such a tensor of F32, F64, F16 or BF16.
   *
   * @throws ModelFileException if there is no such tensor, or it has another type or shape
   */
  public void requireFloats(String name, int... shape) throws ModelFileException {
    Header.Entry entry = entry(name, FLOATS);
    if (!Arrays.equals(entry.shape, shape)) {
      throw bad(
          name,
          entry,
          "expected shape %s, actual %s"
              .formatted(Arrays.toString(shape), Arrays.toString(entry.shape)));
    }
  }

  /**
   * Reads a tensor of I32 or I64 into new memory that the caller closes.
   *
   * @throws ModelFileException if there is no such tensor, or it has another type, or a value that
   *     does not fit into an int
   * @throws OutOfMemoryError if the memory is not there
   */
  public IntTensor loadInts(String name) throws IOException {
    Header.Entry entry = entry(name, INTEGERS);
    IntTensor tensor = IntTensor.allocate(entry.shape);
    try {
      elements(entry)
          .toLongs(
              (i, value) -> {
                if (value != (int) value) {
                  throw bad(name, entry, "expected ints, actual %d at %d".formatted(value, i));
                }
                tensor.set(i, (int) value);
              });
      return tensor;
    } catch (Throwable e) {
      tensor.close();
      throw e;
    }
  }

  /**
   * Reads a tensor of I32 or I64, of whatever shape, row-major: positions and random states.
   *
   * @throws ModelFileException if there is no such tensor, or it has another type, or too many
   *     elements for an array
   */
  public long[] loadLongs(String name) throws IOException {
    Header.Entry entry = entry(name, INTEGERS);
    Elements elements = elements(entry);
    if (elements.count() > MAX_ARRAY) {
      throw bad(
          name,
          entry,
          "expected at most %d elements, actual %d".formatted(MAX_ARRAY, elements.count()));
    }
    long[] values = new long[(int) elements.count()];
    elements.toLongs((i, value) -> values[(int) i] = value);
    return values;
  }

  /** Closes the file; what was loaded stays. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private Elements elements(Header.Entry entry) {
    long count = (entry.end - entry.begin) / entry.dtype.bytes();
    return new Elements(path, channel, entry.dtype, dataStart + entry.begin, count);
  }

  private Header.Entry entry(String name) throws ModelFileException {
    Header.Entry entry = header.tensors.get(name);
    if (entry == null) {
      throw new ModelFileException(
          path, "expected a tensor '%s', actual %s".formatted(name, some(names())));
    }
    return entry;
  }

  private Header.Entry entry(String name, Set<DType> types) throws ModelFileException {
    Header.Entry entry = entry(name);
    if (!types.contains(entry.dtype)) {
      throw bad(name, entry, "expected one of %s, actual %s".formatted(types, entry.dtype));
    }
    return entry;
  }

  private ModelFileException bad(String name, Header.Entry entry, String problem) {
    return new ModelFileException(path, name, dataStart + entry.begin, problem);
  }

  private static String some(Set<String> names) {
    int shown = 12;
    return names.stream().limit(shown).collect(Collectors.joining(", ", "[", ""))
        + (names.size() > shown ? ", and " + (names.size() - shown) + " more]" : "]");
  }
}
