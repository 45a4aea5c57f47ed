package io.ciranda.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Int32 values in off-heap memory, row-major and contiguous: token ids, class labels, lengths. A
 * type of its own so that ids are never mistaken for activations.
 */
public final class IntTensor implements AutoCloseable {
  private final Block block;
  private final int generation;
  private final long address;
  private final int[] shape;
  private final long size;

  IntTensor(Block block, long address, int[] shape) {
    this.block = block;
    this.generation = block.generation();
    this.address = address;
    this.shape = shape;
    this.size = Shape.size(shape);
  }

  /** Zeros, with memory of their own, freed by {@link #close}. */
  public static IntTensor allocate(int... shape) {
    var block = new Block("int tensor " + Shape.text(shape), 4 * Shape.size(shape));
    return new IntTensor(block, block.segment().address(), shape.clone());
  }

  /** A copy of {@code values}, row-major, with memory of its own. */
  public static IntTensor of(int[] values, int... shape) {
    IntTensor tensor = allocate(shape);
    tensor.copyFrom(values);
    return tensor;
  }

  /**
   * The address of the first element, for kernels.
   *
   * @throws IllegalStateException after close, or after the reset of the workspace it came from
   */
  public long address() {
    block.requireAlive(generation, this);
    return address;
  }

  /** The memory as a segment of exactly this tensor's size. */
  public MemorySegment segment() {
    return block.segment().asSlice(address() - block.segment().address(), 4 * size);
  }

  /** Dimension {@code i}. */
  public int dim(int i) {
    return shape[i];
  }

  /** The number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** The shape, a copy. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of elements. */
  public long size() {
    return size;
  }

  /** Element {@code i} in row-major order. */
  public int get(long i) {
    return Memory.getInt(address(), java.util.Objects.checkIndex(i, size));
  }

  /** Sets element {@code i} in row-major order. */
  public void set(long i, int value) {
    segment().setAtIndex(ValueLayout.JAVA_INT, i, value);
  }

  /**
   * Copies {@code values}, row-major, into this tensor.
   *
   * @throws IllegalArgumentException if there are not exactly {@link #size} of them
   */
  public IntTensor copyFrom(int[] values) {
    if (values.length != size) {
      throw new IllegalArgumentException(
          "expected %d values for %s, actual %d".formatted(size, this, values.length));
    }
    MemorySegment.copy(values, 0, segment(), ValueLayout.JAVA_INT, 0, values.length);
    return this;
  }

  /**
   * Throws unless every value is in {@code [from, to)}. Kernels use ids as row numbers without
   * looking at them again.
   *
   * @param name what the values are, for the message
   * @throws IllegalArgumentException naming the first offender and its place
   */
  public IntTensor requireRange(String name, int from, int to) {
    long base = address();
    for (long i = 0; i < size; i++) {
      int value = Memory.getInt(base, i);
      if (value < from || value >= to) {
        throw new IllegalArgumentException(
            "%s: expected values in [%d, %d), actual %d at position %d"
                .formatted(name, from, to, value, i));
      }
    }
    return this;
  }

  /**
   * Returns this tensor if its shape is the expected one.
   *
   * @throws IllegalArgumentException saying expected and actual
   */
  public IntTensor requireShape(String name, int... expected) {
    Shape.require(name, shape, expected);
    return this;
  }

  @Override
  public void close() {
    block.close();
  }

  @Override
  public String toString() {
    return "int tensor " + Shape.text(shape);
  }
}
