package io.ciranda.infer;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.nn.AdaptiveSoftmax;
import java.util.List;

/**
 * What stands behind the last recurrent layer: linear layer or adaptive softmax, and softmax, if
 * any.
 */
final class PackedHead {
  private final Kernels kernels;
  private final List<Slice> features;
  private final int outputs; // O
  private final int columns; // rows of the weight, padded to whole panels
  private final boolean linear;
  private final boolean softmax;
  private final SlicedProduct product; // [features][columns], or null
  private final long bias; // [columns], or 0
  private final PackedTails tails; // of an adaptive softmax, or null

  PackedHead(
      Kernels kernels, Precision precision, Network network, List<Slice> features, Owner owner) {
    this.kernels = kernels;
    this.features = List.copyOf(features);
    outputs = network.architecture().output();
    linear = network.architecture().outputs() > 0;
    softmax = network.architecture().softmax();
    AdaptiveSoftmax adaptive = network.adaptive();
    Tensor weight =
        adaptive == null ? network.linearWeight() : PackedTails.firstProduct(adaptive); // or null
    columns = linear ? Slice.padded(kernels, 1, weight.dim(0)) : 0;
    bias = linear && network.linearBias() != null ? padded(network.linearBias(), owner) : 0;
    product =
        linear
            ? new SlicedProduct(
                kernels,
                precision,
                owner,
                features,
                columns,
                (slice, from, to) -> pack(precision, weight, slice, from, to))
            : null;
    tails = adaptive == null ? null : new PackedTails(kernels, adaptive, owner);
    if (adaptive != null) {
      weight.close();
    }
  }

  private long padded(Tensor linearBias, Owner owner) {
    Tensor padded = owner.keep(Tensor.allocate(columns));
    Memory.copy(padded.address(), linearBias.address(), outputs);
    return padded.address();
  }

  private PackedMatrix pack(Precision precision, Tensor w, Slice slice, int from, int to) {
    try (Tensor padded = Tensor.allocate(to - from, slice.size())) {
      for (int i = from; i < Math.min(to, w.dim(0)); i++) {
        Memory.copy(padded.address(i - from), w.address(i) + 4L * slice.from(), slice.size());
      }
      var packed = new PackedMatrix(kernels, precision, slice.size(), to - from);
      packed.packTransposed(padded);
      return packed;
    }
  }

  /** The floats that {@link #apply} needs for a row. */
  int scratchRow() {
    return columns;
  }

  /**
   * The output of some rows.
   *
   * @param y out {@code [rows][O]}
   * @param x in, the slices of the features, each an array of rows
   * @param first row of each that is taken
   * @param scratch {@code [rows][scratchRow()]}
   */
  void apply(long y, long[] x, int first, long scratch, int rows) {
    if (linear) {
      long z = columns == outputs && tails == null ? y : scratch;
      product.set(z, bias, x, first, rows);
      if (tails != null) {
        tails.apply(y, outputs, z, columns, rows);
      } else if (z != y) {
        copyRows(y, z, columns, rows, outputs);
      }
    } else {
      for (int part = 0; part < x.length; part++) {
        Slice slice = features.get(part);
        long from = x[part] + 4L * first * slice.padded();
        copyRows(y + 4L * slice.from(), from, slice.padded(), rows, slice.size());
      }
    }
    if (softmax) {
      kernels.softmax(y, rows, outputs);
    }
  }

  private void copyRows(long y, long from, long ldFrom, int rows, int n) {
    for (int row = 0; row < rows; row++) {
      Memory.copy(y + 4L * row * outputs, from + 4L * row * ldFrom, n);
    }
  }
}
