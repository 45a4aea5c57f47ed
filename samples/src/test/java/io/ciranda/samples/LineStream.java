package io.ciranda.samples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Lines that are made when they are asked for, as a pipe or a person gives them. */
public abstract class LineStream extends InputStream {
  private byte[] piece = {};
  private int taken;
  private int row;

  /** A line with its end; null after the last. */
  public abstract String line(int number) throws IOException;

  @Override
  public int read() {
    throw new AssertionError("expected to be read in pieces");
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (taken == piece.length) {
      String line = line(row++);
      if (line == null) {
        return -1;
      }
      piece = line.getBytes(StandardCharsets.UTF_8);
      taken = 0;
    }
    int n = Math.min(length, piece.length - taken);
    System.arraycopy(piece, taken, bytes, offset, n);
    taken += n;
    return n;
  }
}
