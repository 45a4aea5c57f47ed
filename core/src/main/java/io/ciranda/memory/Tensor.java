package io.ciranda.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A float32 tensor in off-heap memory: row-major, contiguous, 64-byte aligned where it owns its
 * memory. A view ({@link #reshape}, {@link #rows}) shares the memory and the lifetime of its
 * origin.
 *
 * <p>Tensors are not synchronised: threads that share one must agree on who writes.
 */
public final class Tensor implements AutoCloseable {
  private final Block block;
  private final int generation;
  private final long address;
  private final int[] shape;
  private final long size;

  Tensor(Block block, long address, int[] shape) {
    this.block = block;
    this.generation = block.generation();
    this.address = address;
    this.shape = shape;
    this.size = Shape.size(shape);
  }

  /**
   * A tensor of zeros with memory of its own, freed by {@link #close}.
   *
   * @throws IllegalArgumentException if a dimension is negative
   * @throws OutOfMemoryError if the memory is not there
   */
  public static Tensor allocate(int... shape) {
    var block = new Block("tensor " + Shape.text(shape), 4 * Shape.size(shape));
    return new Tensor(block, block.segment().address(), shape.clone());
  }

  /** A tensor with memory of its own that holds a copy of {@code values}, row-major. */
  public static Tensor of(float[] values, int... shape) {
    Tensor tensor = allocate(shape);
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

  /** The address of element {@code [row][0]...}, counting rows along the first dimension. */
  public long address(int row) {
    return address() + 4 * rowSize() * java.util.Objects.checkIndex(row, shape[0]);
  }

  /** The memory as a segment of exactly this tensor's size. */
  public MemorySegment segment() {
    return block.segment().asSlice(address() - block.segment().address(), 4 * size);
  }

  /** Dimension {@code i}. */
  public int dim(int i) {
    return shape[i];
  }

  /** The shape, a copy. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of dimensions. */
  public int rank() {
    return shape.length;
  }

  /** The number of elements. */
  public long size() {
    return size;
  }

  /** The number of elements in one row along the first dimension. */
  public long rowSize() {
    return shape.length == 0 || shape[0] == 0 ? 0 : size / shape[0];
  }

  /**
   * The same memory in another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public Tensor reshape(int... newShape) {
    if (Shape.size(newShape) != size) {
      throw new IllegalArgumentException(
          "cannot view %s as %s".formatted(this, Shape.text(newShape)));
    }
    block.requireAlive(generation, this);
    return new Tensor(block, address, newShape.clone());
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive) along the first dimension, a view. */
  public Tensor rows(int from, int to) {
    java.util.Objects.checkFromToIndex(from, to, shape[0]);
    int[] view = shape.clone();
    view[0] = to - from;
    return new Tensor(block, address() + 4 * rowSize() * from, view);
  }

  /**
   * Returns this tensor if its shape is the expected one.
   *
   * @param name what the tensor is to the caller, for the message
   * @throws IllegalArgumentException saying expected and actual
   */
  public Tensor requireShape(String name, int... expected) {
    Shape.require(name, shape, expected);
    return this;
  }

  /** The element at the given indices. */
  public float get(int... at) {
    return segment().getAtIndex(ValueLayout.JAVA_FLOAT, Shape.index(shape, at));
  }

  /** Sets the element at the given indices. */
  public void set(float value, int... at) {
    segment().setAtIndex(ValueLayout.JAVA_FLOAT, Shape.index(shape, at), value);
  }

  /** Sets all elements to {@code value}. */
  public Tensor fill(float value) {
    long base = address();
    for (long i = 0; i < size; i++) {
      Memory.set(base, i, value);
    }
    return this;
  }

  /** Sets all elements to zero. */
  public Tensor zero() {
    segment().fill((byte) 0);
    return this;
  }

  /**
   * Copies {@code values}, row-major, into this tensor.
   *
   * @throws IllegalArgumentException if there are not exactly {@link #size} of them
   */
  public Tensor copyFrom(float[] values) {
    if (values.length != size) {
      throw new IllegalArgumentException(
          "expected %d values for %s, actual %d".formatted(size, this, values.length));
    }
    MemorySegment.copy(values, 0, segment(), ValueLayout.JAVA_FLOAT, 0, values.length);
    return this;
  }

  /** Copies the elements of another tensor of the same shape. */
  public Tensor copyFrom(Tensor other) {
    other.requireShape("source of the copy", shape);
    segment().copyFrom(other.segment());
    return this;
  }

  /** A copy of the elements, row-major. */
  public float[] toArray() {
    return segment().toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Frees the memory, for this tensor and all views of it. Closing twice is harmless. */
  @Override
  public void close() {
    block.close();
  }

  @Override
  public String toString() {
    return "tensor " + Shape.text(shape);
  }
}
