package io.ciranda.infer;

import io.ciranda.autograd.Parameter;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.AdaptiveSoftmax;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands behind the first product of an {@link AdaptiveSoftmax}, which gives the scores of the
 * head and the projections for all clusters side by side. Here they become a score for each symbol,
 * whose softmax are the probabilities: a symbol of a cluster has the cluster's score in the head
 * and the logarithm of its share of the cluster.
 *
 * <p>The clusters' weights stay float32 whatever the precision: rows of a cluster have no room for
 * the padding that narrow products need.
 */
final class PackedTails {
  private final Kernels kernels;
  private final int inHead; // c
  private final List<PackedMatrix> weights = new ArrayList<>(); // [d][symbols] of each cluster
  private final IntTensor zero;

  PackedTails(Kernels kernels, AdaptiveSoftmax softmax, Owner owner) {
    this.kernels = kernels;
    inHead = softmax.headSymbols();
    zero = owner.keep(IntTensor.allocate(1));
    for (AdaptiveSoftmax.Tail tail : softmax.tails()) {
      Tensor weight = tail.weight().value();
      var packed = owner.keep(new PackedMatrix(kernels, weight.dim(1), weight.dim(0)));
      packed.packTransposed(weight);
      weights.add(packed);
    }
  }

  /** The rows of the first product {@code [c + K + sum of d][H]}; the caller closes it. */
  static Tensor firstProduct(AdaptiveSoftmax softmax) {
    var parts = new ArrayList<Tensor>();
    parts.add(softmax.head().value());
    softmax.tails().stream()
        .map(AdaptiveSoftmax.Tail::projection)
        .map(Parameter::value)
        .forEach(parts::add);
    Tensor all =
        Tensor.allocate(parts.stream().mapToInt(p -> p.dim(0)).sum(), parts.getFirst().dim(1));
    int row = 0;
    for (Tensor part : parts) {
      Memory.copy(all.address(row), part.address(), part.size());
      row += part.dim(0);
    }
    return all;
  }

  /**
   * The scores of some rows.
   *
   * @param y out {@code [rows][outputs]}
   * @param z in, the first product, {@code [rows][columns]}
   */
  void apply(long y, int outputs, long z, int columns, int rows) {
    for (int row = 0; row < rows; row++) {
      Memory.copy(y + 4L * row * outputs, z + 4L * row * columns, inHead);
    }
    int from = inHead;
    int projected = inHead + weights.size();
    for (int k = 0; k < weights.size(); k++) {
      PackedMatrix weight = weights.get(k);
      long to = y + 4L * from;
      weight.gemm(to, outputs, 0, z + 4L * projected, columns, rows);
      for (int row = 0; row < rows; row++) {
        share(
            to + 4L * row * outputs, weight.n(), Memory.get(z, (long) row * columns + inHead + k));
      }
      from += weight.n();
      projected += weight.k();
    }
  }

  /** {@code scores += whole - log(sum of exp(scores))}. */
  private void share(long scores, int n, float whole) {
    // -log p of the first one, without which the kernel does not tell the sum.
    double ofFirst = kernels.softmaxCrossEntropy(scores, zero.address(), 0, 0, 1, n);
    float shift = (float) (whole - ofFirst - Memory.get(scores, 0));
    for (int i = 0; i < n; i++) {
      Memory.set(scores, i, Memory.get(scores, i) + shift);
    }
  }
}
