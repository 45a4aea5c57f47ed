package io.ciranda.memory;

import java.util.Arrays;

/** Arithmetic on shapes, shared by the tensor types, and how they are written. */
public final class Shape {
  /** The number of 4-byte elements whose bytes a long still counts. */
  private static final long MAX_SIZE = Long.MAX_VALUE / 4;

  private Shape() {}

  /**
   * The number of elements.
   *
   * @throws IllegalArgumentException if a dimension is negative or the product overflows
   */
  public static long size(int[] shape) {
    long size = 1;
    for (int d : shape) {
      if (d < 0) {
        throw new IllegalArgumentException("negative dimension in shape " + text(shape));
      }
      if (d != 0 && size > MAX_SIZE / d) {
        throw new IllegalArgumentException(
            "more elements than any memory has in shape " + text(shape));
      }
      size *= d;
    }
    return size;
  }

  static void require(String name, int[] actual, int[] expected) {
    if (!Arrays.equals(actual, expected)) {
      throw new IllegalArgumentException(
          "%s: expected shape %s, actual %s".formatted(name, text(expected), text(actual)));
    }
  }

  /** {@code [T][B][H]}, with numbers. */
  public static String text(int[] shape) {
    var text = new StringBuilder();
    for (int d : shape) {
      text.append('[').append(d).append(']');
    }
    return text.isEmpty() ? "[]" : text.toString();
  }

  static long index(int[] shape, int... at) {
    if (at.length != shape.length) {
      throw new IllegalArgumentException(
          "expected %d indices for shape %s, actual %d"
              .formatted(shape.length, text(shape), at.length));
    }
    long index = 0;
    for (int i = 0; i < at.length; i++) {
      index = index * shape[i] + java.util.Objects.checkIndex(at[i], shape[i]);
    }
    return index;
  }
}
