package io.ciranda.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * A bump allocator for memory that lives for one training step. {@link #reset} frees everything at
 * once and keeps the memory, so that from the second step of the same sizes on nothing is
 * allocated. One workspace belongs to one thread.
 */
public final class Workspace implements AutoCloseable {
  private static final long FIRST_CHUNK = 1 << 20;

  private final String name;
  private final List<Block> chunks = new ArrayList<>();
  private int chunk; // the chunk in use
  private long used; // bytes taken of it

  /** An empty workspace; {@code name} appears in error messages. */
  public Workspace(String name) {
    this.name = "workspace '" + name + "'";
  }

  /** A tensor of undefined content, valid until {@link #reset}. */
  public Tensor tensor(int... shape) {
    long bytes = 4 * Shape.size(shape);
    long address = take(bytes);
    return new Tensor(chunks.get(chunk), address, shape);
  }

  /** A tensor of zeros, valid until {@link #reset}. */
  public Tensor zeros(int... shape) {
    return tensor(shape).zero();
  }

  /** An int tensor of undefined content, valid until {@link #reset}. */
  public IntTensor ints(int... shape) {
    long bytes = 4 * Shape.size(shape);
    long address = take(bytes);
    return new IntTensor(chunks.get(chunk), address, shape);
  }

  private long take(long bytes) {
    long rounded = Math.ceilDiv(Math.max(bytes, 1), Block.ALIGNMENT) * Block.ALIGNMENT;
    while (chunk < chunks.size() && used + rounded > chunks.get(chunk).segment().byteSize()) {
      chunk++;
      used = 0;
    }
    if (chunk == chunks.size()) {
      // Doubling: a step's memory ends up in a few chunks, whatever its size.
      long last = chunks.isEmpty() ? FIRST_CHUNK : 2 * chunks.getLast().segment().byteSize();
      chunks.add(new Block(name, Math.max(rounded, last)));
    }
    long address = chunks.get(chunk).segment().address() + used;
    used += rounded;
    return address;
  }

  /** Makes all memory free again; every tensor taken so far becomes stale. */
  public void reset() {
    chunks.forEach(Block::nextGeneration);
    chunk = 0;
    used = 0;
  }

  /** The off-heap bytes held, in use or free. */
  public long capacity() {
    return chunks.stream().mapToLong(c -> c.segment().byteSize()).sum();
  }

  @Override
  public void close() {
    chunks.forEach(Block::close);
  }
}
