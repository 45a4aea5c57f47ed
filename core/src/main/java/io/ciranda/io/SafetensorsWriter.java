package io.ciranda.io;

import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects what goes into a safetensors file, and writes it. Tensors are not copied: {@link #write}
 * writes what they hold then.
 */
public final class SafetensorsWriter {
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Source> sources = new LinkedHashMap<>();

  /**
   * Puts {@code n} elements from number {@code first} on into {@code raw}, as the file has them.
   */
  private interface Filler {
    void fill(MemorySegment raw, long first, long n);
  }

  /** The entry's offsets count from the tensor's own start until the order is known. */
  private record Source(Header.Entry entry, Filler filler) {}

  /** Of a file without tensors. */
  public SafetensorsWriter() {}

  /**
   * Adds a text to the {@code __metadata__} map, replacing an earlier one.
   *
   * @throws IllegalArgumentException if it has no UTF-8 form: it holds half of a surrogate pair
   */
  public SafetensorsWriter metadata(String key, String value) {
    requireEncodable("metadata key", key);
    requireEncodable("metadata '" + key + "'", value);
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor as F32.
   *
   * @throws IllegalArgumentException if the name is empty or taken
   */
  public SafetensorsWriter add(String name, Tensor tensor) {
    return add(
        name,
        DType.F32,
        tensor.shape(),
        tensor.size(),
        (raw, first, n) ->
            MemorySegment.copy(
                tensor.segment(),
                ValueLayout.JAVA_FLOAT,
                first * Float.BYTES,
                raw,
                SafetensorsFile.FLOAT,
                0,
                n));
  }

  /** Adds tensors under their names, such as all weights of a model. */
  public SafetensorsWriter addAll(Map<String, Tensor> tensors) {
    tensors.forEach(this::add);
    return this;
  }

  /**
   * Adds ints as I32.
   *
   * @throws IllegalArgumentException if the name is empty or taken
   */
  public SafetensorsWriter add(String name, IntTensor tensor) {
    return add(
        name,
        DType.I32,
        tensor.shape(),
        tensor.size(),
        (raw, first, n) -> {
          for (long i = 0; i < n; i++) {
            raw.setAtIndex(SafetensorsFile.INT, i, tensor.get(first + i));
          }
        });
  }

  /**
   * Adds longs as I64, one dimension: positions and random states. The array is not copied.
   *
   * @throws IllegalArgumentException if the name is empty or taken
   */
  public SafetensorsWriter add(String name, long... values) {
    return add(
        name,
        DType.I64,
        new int[] {values.length},
        values.length,
        (raw, first, n) ->
            MemorySegment.copy(values, (int) first, raw, SafetensorsFile.LONG, 0, (int) n));
  }

  private SafetensorsWriter add(String name, DType dtype, int[] shape, long size, Filler filler) {
    requireEncodable("tensor name", name);
    if (name.isEmpty() || name.equals(Header.METADATA)) {
      throw new IllegalArgumentException("expected a tensor's name, actual '" + name + "'");
    }
    var entry = new Header.Entry(dtype, shape, 0, size * dtype.bytes());
    if (sources.putIfAbsent(name, new Source(entry, filler)) != null) {
      throw new IllegalArgumentException("tensor '" + name + "' is there already");
    }
    return this;
  }

  private static void requireEncodable(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          what + ": expected text, actual holds half of a surrogate pair");
    }
  }

  /**
   * Writes the file, atomically.
   *
   * @throws IOException if it fails; see {@link AtomicFile#write}
   * @throws ModelFileException if the file could not be read again: a name of over 1000 characters,
   *     a header of over 100 MB
   * @throws IllegalStateException if a tensor has been closed
   */
  public void write(Path file) throws IOException {
    // Widest first, as the reference implementation does: then every tensor is aligned in the file.
    List<Map.Entry<String, Source>> order = new ArrayList<>(sources.entrySet());
    order.sort(Comparator.comparingInt(s -> -s.getValue().entry.dtype.bytes()));
    var entries = new LinkedHashMap<String, Header.Entry>();
    long dataBytes = 0;
    for (var source : order) {
      Header.Entry entry = source.getValue().entry.movedTo(dataBytes);
      entries.put(source.getKey(), entry);
      dataBytes = entry.end;
    }
    byte[] header = Header.encode(metadata, entries);
    var unused = Header.parse(file, header, dataBytes); // what cannot be read is not written
    AtomicFile.write(
        file,
        Header.PREFIX + header.length + dataBytes,
        channel -> {
          var prefix = new byte[Header.PREFIX];
          MemorySegment.ofArray(prefix).set(SafetensorsFile.LONG, 0, header.length);
          writeFully(channel, ByteBuffer.wrap(prefix));
          writeFully(channel, ByteBuffer.wrap(header));
          for (var source : order) {
            writeData(channel, source.getValue());
          }
        });
  }

  private static void writeData(WritableByteChannel channel, Source source) throws IOException {
    int bytes = source.entry.dtype.bytes();
    try (var arena = Arena.ofConfined()) {
      MemorySegment buffer =
          arena.allocate(Math.min(SafetensorsFile.CHUNK, source.entry.end), Long.BYTES);
      for (long at = 0; at < source.entry.end; at += SafetensorsFile.CHUNK) {
        MemorySegment raw =
            buffer.asSlice(0, Math.min(SafetensorsFile.CHUNK, source.entry.end - at));
        source.filler.fill(raw, at / bytes, raw.byteSize() / bytes);
        writeFully(channel, raw.asByteBuffer());
      }
    }
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
