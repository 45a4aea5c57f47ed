package io.ciranda.network;

import io.ciranda.network.OnnxModel.TensorData;
import java.util.ArrayList;
import java.util.List;

/**
 * A float constant of a graph: runs of the elements of a file's tensors, one after another,
 * row-major. Slices and concatenations along the first dimension are other runs, so that what an
 * exporter left to be computed is put together while it is read.
 */
record OnnxConstant(List<Long> dims, List<Run> runs) {
  /** More than any gate order and two directions need; a graph could double them at each node. */
  static final int MAX_RUNS = 64;

  /** Elements {@code begin} to {@code end} of a tensor. */
  record Run(TensorData tensor, long begin, long end) {
    long size() {
      return end - begin;
    }
  }

  OnnxConstant {
    dims = List.copyOf(dims);
    runs = List.copyOf(runs);
  }

  int rank() {
    return dims.size();
  }

  int dim(int i) {
    return Math.toIntExact(dims.get(i));
  }

  /** The number of elements. */
  long size() {
    return runs.stream().mapToLong(Run::size).sum();
  }

  /** Whether these are the same elements of the file in the same shape. */
  boolean same(OnnxConstant other) {
    return runs.equals(other.runs) && dims.equals(other.dims);
  }

  /** The same elements in another shape of as many. */
  OnnxConstant reshape(List<Long> shape) {
    return new OnnxConstant(shape, runs);
  }

  /** Rows {@code from} to {@code to} along the first dimension. */
  OnnxConstant rows(long from, long to) {
    long row = dims.getFirst() == 0 ? 0 : size() / dims.getFirst();
    long begin = from * row;
    long end = to * row;
    var taken = new ArrayList<Run>();
    long at = 0;
    for (Run run : runs) {
      long first = Math.max(begin, at);
      long last = Math.min(end, at + run.size());
      if (first < last) {
        long shift = run.begin - at;
        taken.add(new Run(run.tensor, first + shift, last + shift));
      }
      at += run.size();
    }
    var shape = new ArrayList<>(dims);
    shape.set(0, to - from);
    return new OnnxConstant(shape, taken);
  }

  /** Row {@code i}, without the first dimension. */
  OnnxConstant row(long i) {
    return rows(i, i + 1).reshape(dims.subList(1, rank()));
  }

  /** One below the other; all but the first dimension must be the same. */
  static OnnxConstant concat(List<OnnxConstant> parts) {
    var runs = new ArrayList<Run>();
    long rows = 0;
    for (OnnxConstant part : parts) {
      runs.addAll(part.runs);
      rows += part.dims.getFirst();
    }
    var shape = new ArrayList<>(parts.getFirst().dims);
    shape.set(0, rows);
    return new OnnxConstant(shape, runs);
  }
}
