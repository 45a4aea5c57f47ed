package io.ciranda.infer;

/** Gated recurrent unit; {@link io.ciranda.nn.Gru} has the equations. */
final class PackedGru extends PackedPart {
  private final SlicedProduct recurrent; // [H][3P]
  private final long recurrentBias; // [3P]
  private final int own;

  PackedGru(Source source) {
    super(source, false);
    recurrent = product(source, source.weights().weightHh(), source.slices(), 0, gates);
    recurrentBias = padded(source, source.weights().biasHh(), null);
    own = source.own();
  }

  @Override
  void recurrentProduct(int block, long z, long[] hPrev, Scratch scratch, int rows) {
    recurrent.set(block, scratch.gates(), recurrentBias, hPrev, 0, rows);
  }

  @Override
  void gates(long h, long c, long z, long[] hPrev, Scratch scratch, int rows) {
    kernels.gruForward(h, z, scratch.units(), scratch.gates(), hPrev[own], rows, slice.padded());
  }
}
