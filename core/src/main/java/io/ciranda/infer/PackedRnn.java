package io.ciranda.infer;

/** Elman's network; {@link io.ciranda.nn.Rnn} has the equation. */
final class PackedRnn extends PackedPart {
  private final SlicedProduct recurrent; // [H][P]
  private final boolean relu;

  PackedRnn(Source source, boolean relu) {
    super(source, true);
    recurrent = product(source, source.weights().weightHh(), source.slices(), 0, gates);
    this.relu = relu;
  }

  @Override
  void recurrentProduct(int block, long z, long[] hPrev, Scratch scratch, int rows) {
    recurrent.add(block, z, gateRow(), hPrev, rows);
  }

  @Override
  void gates(long h, long c, long z, long[] hPrev, Scratch scratch, int rows) {
    kernels.rnnForward(h, z, relu, rows, slice.padded());
  }
}
