package io.ciranda.infer;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Network;
import java.util.Arrays;
import java.util.List;

/**
 * The units of one direction of a recurrent layer that one thread computes, packed to run: weights
 * that never change, and the arithmetic of a step on state that belongs to a session. Where a model
 * runs on one thread that is all H of them, else a part.
 *
 * <p>The H units of a part are padded to P, so that their gates fill whole panels of the packed
 * weights and the passes over them whole vectors. The weights and biases of the units added are
 * zero. The state of such a unit starts from zero and stays there, whichever the cell, for its
 * candidate is tanh(0).
 */
abstract class PackedPart {
  final Kernels kernels;
  final int gates; // G
  final Slice slice;

  private final int blocks; // of the recurrent product
  private final SlicedProduct input; // null where the input are tokens whose products are folded
  private final long inputBias; // [GP]
  private final long folded; // [V][GP], or 0
  private final Tensor vectors; // [V][E] of tokens whose products are not folded, or null
  private final float[] h0; // [H], or null
  private final float[] c0; // [H], or null

  /**
   * Memory that one step of a part needs beside its state, for up to B streams.
   *
   * @param gates {@code [B][GP]}
   * @param units {@code [B][P]}
   * @param vectors the address of {@code [rows][E]}, for as many tokens as are looked up at once
   */
  @SuppressWarnings("ArrayRecordComponent") // as the products take it; never compared
  record Scratch(long gates, long units, long[] vectors) {}

  /**
   * Where a part is packed from, and who owns the memory that it takes.
   *
   * @param slices of the layer's direction, for the recurrent products
   * @param own which of them is this part
   * @param below the slices of the layer's input, in both directions where it has them
   * @param vectors the embedding whose rows the first layer reads, {@code [V][E]}; null where it
   *     reads features, or tokens whose products are folded
   */
  record Source(
      Kernels kernels,
      Precision precision,
      Network network,
      int l,
      int d,
      List<Slice> slices,
      int own,
      List<Slice> below,
      Tensor vectors,
      Owner owner) {
    /** The same with another owner. */
    Source(Source other, Owner owner) {
      this(
          other.kernels,
          other.precision,
          other.network,
          other.l,
          other.d,
          other.slices,
          other.own,
          other.below,
          other.vectors,
          owner);
    }

    Layer layer() {
      return network.architecture().layers().get(l);
    }

    Network.Direction weights() {
      return network.direction(l, d);
    }
  }

  static PackedPart of(Source source) {
    return switch (source.layer().cell()) {
      case RNN -> new PackedRnn(source, false);
      case RNN_RELU -> new PackedRnn(source, true);
      case LSTM -> new PackedLstm(source);
      case GRU ->
          switch (source.layer().reset()) {
            case AFTER_PRODUCT -> new PackedGru(source);
            case BEFORE_PRODUCT -> new PackedResetFirstGru(source);
          };
    };
  }

  PackedPart(Source source, boolean addBiases) {
    Network.Direction weights = source.weights();
    kernels = source.kernels;
    gates = source.layer().cell().gates();
    slice = source.slices.get(source.own);
    blocks = SlicedProduct.blocks(kernels, source.precision, gateRow());
    inputBias = padded(source, weights.biasIh(), addBiases ? weights.biasHh() : null);
    boolean tokens = source.l == 0 && source.network.architecture().readsTokens();
    vectors = tokens ? source.vectors : null;
    boolean folds = tokens && vectors == null;
    folded = folds ? fold(source, weights.weightIh()) : 0;
    input = folds ? null : product(source, weights.weightIh(), source.below, 0, gates);
    h0 = sliced(weights.h0());
    c0 = sliced(weights.c0());
  }

  /** {@code E W_ih^T + b}: a token's input product is then a row of it. */
  private long fold(Source source, Tensor weightIh) {
    Tensor embedding = source.network.embedding();
    int vocabulary = embedding.dim(0);
    int width = embedding.dim(1);
    Tensor table = source.owner.keep(Tensor.allocate(vocabulary, gateRow()));
    try (var packed = new Owner()) {
      var once = new Source(source, packed);
      product(once, weightIh, List.of(Slice.whole(width)), 0, gates)
          .set(table.address(), inputBias, new long[] {embedding.address()}, 0, vocabulary);
    }
    return table.address();
  }

  /** The product with the transpose of some gates' rows of {@code w [GH][.]}, P for a gate. */
  final SlicedProduct product(
      Source source, Tensor w, List<Slice> columns, int fromGate, int toGate) {
    int rows = (toGate - fromGate) * slice.padded();
    return new SlicedProduct(
        kernels,
        source.precision,
        source.owner,
        columns,
        rows,
        (of, from, to) -> pack(source, w, fromGate * slice.padded() + from, to - from, of));
  }

  /** Packs the transpose of {@code rows} rows of {@code w [GH][.]}, counted with P for a gate. */
  private PackedMatrix pack(Source source, Tensor w, int from, int rows, Slice columns) {
    try (Tensor padded = Tensor.allocate(rows, columns.size())) {
      for (int i = 0; i < rows; i++) {
        int gate = (from + i) / slice.padded();
        int j = (from + i) % slice.padded();
        if (j < slice.size()) {
          long row = w.address(gate * source.layer().hidden() + slice.from() + j);
          Memory.copy(padded.address(i), row + 4L * columns.from(), columns.size());
        }
      }
      var packed = new PackedMatrix(kernels, source.precision, columns.size(), rows);
      packed.packTransposed(padded);
      return packed;
    }
  }

  /** The sum of two vectors {@code [G * layer's H]}, each of which may be null, as {@code [GP]}. */
  final long padded(Source source, Tensor first, Tensor second) {
    long sum = source.owner.keep(Tensor.allocate(gateRow())).address();
    for (Tensor bias : new Tensor[] {first, second}) {
      for (int gate = 0; bias != null && gate < gates; gate++) {
        long from = bias.address() + 4L * (gate * source.layer().hidden() + slice.from());
        kernels.add(sum + 4L * gate * slice.padded(), from, slice.size());
      }
    }
    return sum;
  }

  private float[] sliced(Tensor state) {
    if (state == null) {
      return null;
    }
    return Arrays.copyOfRange(state.toArray(), slice.from(), slice.from() + slice.size());
  }

  /** GP: the floats of a row of gates. */
  final int gateRow() {
    return gates * slice.padded();
  }

  /**
   * The input's product of {@code rows} rows.
   *
   * @param z out {@code [rows][GP]}
   * @param x in, the slices of the input, each an array of rows
   * @param first row of each that is taken
   */
  final void inputProduct(long z, long[] x, int first, int rows) {
    input.set(z, inputBias, x, first, rows);
  }

  /** The same for tokens, {@code ids [rows]}, each in [0, V). */
  final void tokenProduct(long z, long ids, Scratch scratch, int rows) {
    if (vectors == null) {
      kernels.gather(z, folded, ids, rows, gateRow());
    } else {
      kernels.gather(scratch.vectors[0], vectors.address(), ids, rows, vectors.dim(1));
      input.set(z, inputBias, scratch.vectors, 0, rows);
    }
  }

  /**
   * The rest of a step.
   *
   * @param h out {@code [rows][P]}
   * @param c in and out {@code [rows][P]}, of an LSTM
   * @param z in the input's product {@code [rows][GP]}; undefined afterwards
   * @param hPrev in, for each part of the direction {@code [rows][its P]}, none of them {@code h}
   * @param backwards whether the weights are read from the last to the first. Every other time that
   *     is faster: it begins with what the cache holds from the time before
   */
  final void step(
      long h, long c, long z, long[] hPrev, Scratch scratch, int rows, boolean backwards) {
    for (int i = 0; i < blocks; i++) {
      recurrentProduct(backwards ? blocks - 1 - i : i, z, hPrev, scratch, rows);
    }
    gates(h, c, z, hPrev, scratch, rows);
  }

  /**
   * A whole step, the input's product with it, which takes row {@code first} of x and those after.
   */
  final void step(
      long h,
      long c,
      long z,
      long[] x,
      int first,
      long[] hPrev,
      Scratch scratch,
      int rows,
      boolean backwards) {
    for (int i = 0; i < input.blocks(); i++) {
      int block = backwards ? input.blocks() - 1 - i : i;
      input.set(block, z, inputBias, x, first, rows);
      recurrentProduct(block, z, hPrev, scratch, rows);
    }
    gates(h, c, z, hPrev, scratch, rows);
  }

  /** A block of columns of the product of the state. */
  abstract void recurrentProduct(int block, long z, long[] hPrev, Scratch scratch, int rows);

  /** What makes a state of the products. */
  abstract void gates(long h, long c, long z, long[] hPrev, Scratch scratch, int rows);

  /** Sets one stream's state to where a sequence starts: {@code h [P]}, and {@code c [P]} or 0. */
  final void start(long h, long c) {
    start(h, h0);
    if (c != 0) {
      start(c, c0);
    }
  }

  private void start(long state, float[] values) {
    Memory.zero(state, slice.padded());
    for (int j = 0; values != null && j < values.length; j++) {
      Memory.set(state, j, values[j]);
    }
  }
}
