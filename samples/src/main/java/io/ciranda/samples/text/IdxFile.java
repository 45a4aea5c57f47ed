package io.ciranda.samples.text;

import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The IDX files of MNIST (LeCun et al. 1998), plain or gzip'ed: two zero bytes, the type (8 for
 * bytes), the number of dimensions, each of them as an int of four bytes, the bytes.
 *
 * @param items the first dimension: pictures, or labels
 * @param size bytes of an item: the product of the others
 * @param bytes of all items
 */
public record IdxFile(int items, int size, ByteBuffer bytes) {
  private static final int BYTES = 8;

  /** Whether a file says by its name that it is one: {@code ...idx3-ubyte.gz}. */
  public static boolean isNamedSo(Path file) {
    return file.getFileName().toString().matches(".*idx[123]-ubyte(\\.gz)?");
  }

  /**
   * Reads a file.
   *
   * @throws UserException where it is missing or damaged, or holds no bytes
   */
  public static IdxFile read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(TextFile.readBytes(file, "an IDX file"));
    if (in.remaining() < 8 || in.getShort() != 0 || in.get() != BYTES) {
      throw new UserException(file + ": expected an IDX file of bytes, actual another beginning");
    }
    int dimensions = in.get();
    long items = 0;
    long size = 1;
    for (int d = 0; d < dimensions && in.remaining() >= 4; d++) {
      long n = Integer.toUnsignedLong(in.getInt());
      items = d == 0 ? n : items;
      size = d == 0 ? 1 : Math.min(size * n, Integer.MAX_VALUE);
    }
    if (items * size != in.remaining()) {
      throw new UserException(
          "%s: expected %d items of %d bytes, actual %d bytes: the file is cut short or damaged"
              .formatted(file, items, size, in.remaining()));
    }
    return new IdxFile((int) items, (int) size, in.slice());
  }

  /** Byte {@code i} of an item, 0 to 255. */
  public int at(int item, int i) {
    return Byte.toUnsignedInt(bytes.get(item * size + i));
  }
}
