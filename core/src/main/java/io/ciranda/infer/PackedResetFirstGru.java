package io.ciranda.infer;

import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.List;

/**
 * Gated recurrent unit with the reset gate before the recurrent product (Cho et al. 2014, equation
 * 8), which other tools' models may have:
 *
 * <pre>
 * r = sigmoid(W_r x + U_r h(t-1) + b_r)   z = sigmoid(W_z x + U_z h(t-1) + b_z)
 * n = tanh(W_n x + U_n (r * h(t-1)) + b_n)
 * h(t) = (1 - z) * n + z * h(t-1)
 * </pre>
 *
 * <p>Its second product needs the first gate of all units: it is never cut into parts.
 */
final class PackedResetFirstGru extends PackedPart {
  private final SlicedProduct gateProduct; // [H][2P]
  private final SlicedProduct candidateProduct; // [H][P]
  private final int units; // P

  PackedResetFirstGru(Source source) {
    super(source, true);
    Tensor w = source.weights().weightHh();
    List<Slice> slices = source.slices();
    gateProduct = product(source, w, slices, 0, 2);
    candidateProduct = product(source, w, slices, 2, 3);
    units = slice.padded();
  }

  @Override
  void recurrentProduct(int block, long z, long[] hPrev, Scratch scratch, int rows) {
    if (block < gateProduct.blocks()) { // the last gate's product comes later
      gateProduct.add(block, z, gateRow(), hPrev, rows);
    }
  }

  @Override
  void gates(long h, long c, long z, long[] hPrev, Scratch scratch, int rows) {
    long reset = scratch.units(); // [rows][P], r * h(t-1)
    for (int row = 0; row < rows; row++) {
      long gate = z + 4L * row * gateRow();
      long before = hPrev[0] + 4L * row * units;
      kernels.sigmoid(gate, gate, 2L * units);
      kernels.multiply(reset + 4L * row * units, gate, before, units);
    }
    candidateProduct.add(z + 8L * units, gateRow(), reset, rows);
    for (int row = 0; row < rows; row++) {
      long update = z + 4L * row * gateRow() + 4L * units;
      long candidate = update + 4L * units;
      long change = reset + 4L * row * units; // h(t-1) - n
      long to = h + 4L * row * units;
      kernels.tanh(candidate, candidate, units);
      Memory.copy(change, hPrev[0] + 4L * row * units, units);
      kernels.axpy(change, -1, candidate, units);
      Memory.copy(to, candidate, units);
      kernels.multiplyAdd(to, update, change, units);
    }
  }
}
