package io.ciranda.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One owned piece of off-heap memory and its lifetime. Its generation counts the resets of the
 * workspace that it belongs to, so that tensors of an earlier generation can be told from live
 * ones.
 */
final class Block implements AutoCloseable {
  /** A cache line, and the widest vector. */
  static final long ALIGNMENT = 64;

  private final String owner;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;
  private boolean closed;
  private int generation;

  /** Takes zeroed memory. {@code owner} names it in error messages. */
  Block(String owner, long bytes) {
    this.owner = owner;
    try {
      segment = arena.allocate(Math.max(bytes, ALIGNMENT), ALIGNMENT);
    } catch (OutOfMemoryError e) {
      arena.close();
      var error =
          new OutOfMemoryError(
              "no %,d bytes of off-heap memory for %s; less batch, steps or hidden units need less memory"
                  .formatted(bytes, owner));
      error.initCause(e);
      throw error;
    }
  }

  MemorySegment segment() {
    return segment;
  }

  int generation() {
    return generation;
  }

  void nextGeneration() {
    generation++;
  }

  /** Throws unless this block is open and still in the given generation. */
  void requireAlive(int expected, Object tensor) {
    if (closed) {
      throw new IllegalStateException("use after close: " + tensor + " belongs to " + owner);
    }
    if (generation != expected) {
      throw new IllegalStateException(
          "use after reset: %s was taken from %s in generation %d, which is now in generation %d"
              .formatted(tensor, owner, expected, generation));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      arena.close();
    }
  }
}
