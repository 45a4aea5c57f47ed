package io.ciranda.infer;

/** Long short-term memory; {@link io.ciranda.nn.Lstm} has the equations. */
final class PackedLstm extends PackedPart {
  private final SlicedProduct recurrent; // [H][4P]

  PackedLstm(Source source) {
    super(source, true);
    recurrent = product(source, source.weights().weightHh(), source.slices(), 0, gates);
  }

  @Override
  void recurrentProduct(int block, long z, long[] hPrev, Scratch scratch, int rows) {
    recurrent.add(block, z, gateRow(), hPrev, rows);
  }

  @Override
  void gates(long h, long c, long z, long[] hPrev, Scratch scratch, int rows) {
    kernels.lstmForward(h, c, scratch.units(), z, c, rows, slice.padded());
  }
}
