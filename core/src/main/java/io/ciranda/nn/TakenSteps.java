package io.ciranda.nn;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Kernels;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;

/**
 * Which steps the sequences of a batch take: row b takes step t where t is below its length. Arrays
 * are {@code [T][B][..]} all the same, as a state is easy to find there; but products leave out
 * what is not taken, as far as it stands together. They leave out all of it where long sequences
 * come first, which is what PyTorch's {@code pack_padded_sequence} wants of its caller.
 */
final class TakenSteps {
  private final int steps;
  private final int batch;
  private final IntTensor lengths; // [B], or null where all take all
  private final int[] rows; // [T]
  private final int whole;

  /**
   * The steps of a batch.
   *
   * @param lengths {@code [B]}, each in [0, T]; null if all are T
   */
  TakenSteps(int steps, int batch, IntTensor lengths) {
    this.steps = steps;
    this.batch = batch;
    this.lengths = lengths;
    rows = new int[steps];
    int shortest = steps;
    for (int row = 0; row < batch; row++) {
      int length = length(row);
      shortest = Math.min(shortest, length);
      for (int t = 0; t < length; t++) {
        rows[t] = row + 1;
      }
    }
    whole = shortest;
  }

  private int length(int row) {
    return lengths == null ? steps : lengths.get(row);
  }

  /** T. */
  int steps() {
    return steps;
  }

  /** B. */
  int batch() {
    return batch;
  }

  /** Whether a row takes a step. */
  boolean takes(int row, int t) {
    return t < length(row);
  }

  /** The first rows of step t, among which are all that take it. */
  int rows(int t) {
    return rows[t];
  }

  /** The first steps, those that all rows take. */
  int whole() {
    return whole;
  }

  /** Whether all rows take all steps. */
  boolean areAll() {
    return whole == steps;
  }

  /** Whether all rows take {@code n} steps from {@code from} on. */
  boolean areAll(int from, int n) {
    return from + n <= whole;
  }

  /** How often one of {@code n} steps from {@code from} on is taken. */
  int count(int from, int n) {
    if (areAll(from, n)) {
      return n * batch;
    }
    int count = 0;
    for (int row = 0; row < batch; row++) {
      count += Math.clamp(length(row) - from, 0, n);
    }
    return count;
  }

  /** The end of the run of rows from {@code row} on that all take step t or all do not. */
  int sameFate(int row, int t) {
    if (t < whole) {
      return batch;
    }
    int end = row + 1;
    while (end < batch && takes(end, t) == takes(row, t)) {
      end++;
    }
    return end;
  }

  /** Copies the rows of the steps that are taken; addresses of {@code [T][B][width]}. */
  void copy(long to, long from, int width) {
    forEachRun(
        0,
        steps,
        width,
        (offset, packed, floats) -> Memory.copy(to + offset, from + offset, floats));
  }

  /**
   * Adds packed rows to those that they were packed from: {@code to} is the first row of step
   * {@code from}, and all steps up to the last are meant.
   */
  void addPacked(Kernels kernels, long to, long packed, int width, int from) {
    forEachRun(
        from,
        steps - from,
        width,
        (offset, packedOffset, floats) -> kernels.add(to + offset, packed + packedOffset, floats));
  }

  /** Rows that stand together, in an array and in its packed copy: bytes from the start of each. */
  private interface Run {
    void accept(long offset, long packedOffset, long floats);
  }

  private void forEachRun(int from, int n, int width, Run run) {
    long packedOffset = 0;
    for (int t = from; t < from + n; t++) {
      for (int row = 0; row < rows[t]; ) {
        int end = sameFate(row, t);
        if (takes(row, t)) {
          long floats = (long) (end - row) * width;
          run.accept(4L * ((t - from) * (long) batch + row) * width, packedOffset, floats);
          packedOffset += 4 * floats;
        }
        row = end;
      }
    }
  }

  /** Memory to pack the rows of at most {@code span} steps in. */
  Packing packing(Tape tape, int span, int width) {
    return new Packing(
        areAll() ? null : tape.workspace().tensor(Math.min(span, steps) * batch, width), width);
  }

  /** Leaves out the rows of steps that are not taken. */
  final class Packing {
    private final Tensor packed; // null where nothing is left out
    private final int width;

    private Packing(Tensor packed, int width) {
      this.packed = packed;
      this.width = width;
    }

    /**
     * The rows of {@code n} steps that are taken, one after another: {@link #count(int, int)}.
     *
     * @param rows {@code [n][B][width]}, the first of step {@code from}
     * @return valid until the next call
     */
    long pack(long rows, int from, int n) {
      if (areAll(from, n)) {
        return rows;
      }
      long to = packed.address();
      forEachRun(
          from,
          n,
          width,
          (offset, packedOffset, floats) -> Memory.copy(to + packedOffset, rows + offset, floats));
      return to;
    }
  }
}
