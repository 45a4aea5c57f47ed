package io.ciranda.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Elements of one type that lie one after another in a file, little-endian. They are read in pieces
 * through off-heap memory; the file is never mapped.
 *
 * @param path names the file in messages
 * @param channel the open file
 * @param dtype the type of an element
 * @param position the first element's first byte
 * @param count how many there are
 */
public record Elements(Path path, FileChannel channel, DType dtype, long position, long count) {
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Takes element number {@code i}, an integer. */
  public interface LongSink {
    /** Takes it, or refuses it. */
    void accept(long i, long value) throws IOException;
  }

  /** Takes {@code n} elements, as they are in the file; the first is number {@code first}. */
  private interface RawSink {
    void accept(MemorySegment raw, long first, long n) throws IOException;
  }

  /**
   * Reads elements of F32, F64, F16 or BF16.
   *
   * @param floats at least {@link #count} floats; the elements go to its start
   * @throws ModelFileException if the file ends before them
   */
  public void toFloats(MemorySegment floats) throws IOException {
    chunks((raw, first, n) -> toFloats(raw, floats, first, n));
  }

  /**
   * Reads elements of I32 or I64.
   *
   * @throws ModelFileException if the file ends before them
   */
  public void toLongs(LongSink sink) throws IOException {
    chunks(
        (raw, first, n) -> {
          for (long i = 0; i < n; i++) {
            sink.accept(first + i, integer(raw, i));
          }
        });
  }

  private void toFloats(MemorySegment raw, MemorySegment floats, long first, long n) {
    if (dtype == DType.F32) {
      MemorySegment.copy(
          raw, SafetensorsFile.FLOAT, 0, floats, ValueLayout.JAVA_FLOAT, first * Float.BYTES, n);
      return;
    }
    for (long i = 0; i < n; i++) {
      float value =
          switch (dtype) {
            case F64 -> (float) raw.getAtIndex(DOUBLE, i);
            case F16 -> Float.float16ToFloat(raw.getAtIndex(SHORT, i));
            case BF16 -> Float.intBitsToFloat(raw.getAtIndex(SHORT, i) << 16);
            default -> throw new AssertionError(dtype);
          };
      floats.setAtIndex(ValueLayout.JAVA_FLOAT, first + i, value);
    }
  }

  private long integer(MemorySegment raw, long i) {
    return switch (dtype) {
      case I64 -> raw.getAtIndex(SafetensorsFile.LONG, i);
      case I32 -> raw.getAtIndex(SafetensorsFile.INT, i);
      default -> throw new AssertionError(dtype);
    };
  }

  private void chunks(RawSink sink) throws IOException {
    long bytes = count * dtype.bytes();
    try (var arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(SafetensorsFile.CHUNK, bytes), Long.BYTES);
      for (long at = 0; at < bytes; at += SafetensorsFile.CHUNK) {
        MemorySegment raw = buffer.asSlice(0, Math.min(SafetensorsFile.CHUNK, bytes - at));
        read(path, channel, position + at, raw);
        sink.accept(raw, at / dtype.bytes(), raw.byteSize() / dtype.bytes());
      }
    }
  }

  /** Fills {@code to} with the bytes at {@code position}. */
  static void read(Path path, FileChannel channel, long position, MemorySegment to)
      throws IOException {
    ByteBuffer buffer = to.asByteBuffer();
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, position + buffer.position());
      if (n < 0) {
        throw new ModelFileException(
            path,
            position + buffer.position(),
            "expected %d more bytes, actual is the end: the file was cut short while it was read"
                .formatted(buffer.remaining()));
      }
    }
  }
}
