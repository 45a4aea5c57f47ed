package io.ciranda.sequence;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.nn.LinearChainCrf;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the models of this package share: how sequences are encoded, the network, what its outputs
 * mean, and the network packed to run. Immutable once made: any number of threads may share it.
 */
final class SequenceModel implements AutoCloseable {
  /** Floats of the input of a batch, about: few long sequences, or many short ones. */
  private static final int BATCH_FLOATS = 1 << 20;

  private static final int BATCH_MOST = 32;

  private final String kind;
  private final Encoder encoder;
  private final Targets targets;
  private final SequenceNetwork network;
  private final Model packed;
  private final Model spelling; // packed, or null where no column is read letter by letter
  private final LinearChainCrf.Weights crf; // or null
  private final float[][] embeddings; // [K], [V][E] each; none where the network reads tokens

  /** Takes over a network whose weights do not change any more. */
  SequenceModel(String kind, Encoder encoder, Targets targets, SequenceNetwork network) {
    this.kind = kind;
    this.encoder = encoder;
    this.targets = targets;
    this.network = network;
    packed = network.pack();
    SequenceNetwork.Sizes sizes = network.sizes();
    spelling = sizes.spelled() < 0 ? null : network.packSpelling();
    crf = sizes.crf() ? network.crf().weights() : null;
    embeddings = new float[sizes.readsTokens() ? 0 : sizes.widths().length][];
    for (int k = 0; k < embeddings.length; k++) {
      embeddings[k] = network.embedding(k).weight().value().toArray();
    }
  }

  String kind() {
    return kind;
  }

  Encoder encoder() {
    return encoder;
  }

  Targets targets() {
    return targets;
  }

  SequenceNetwork network() {
    return network;
  }

  Model packed() {
    return packed;
  }

  /** Where there is one output for a sequence; else there is one for each step. */
  Pooling pooling() {
    return network.sizes().pooling();
  }

  /** I, the floats of a step's input where the network does not read tokens. */
  int input() {
    return network.sizes().input();
  }

  boolean readsTokens() {
    return network.sizes().readsTokens();
  }

  /**
   * Whether an answer needs the whole sequence: a later step may change what the network, or the
   * CRF, says of one before it.
   */
  boolean readsWhole() {
    return network.sizes().bidirectional() || crf != null;
  }

  /** Puts the embedding of {@code row} of column {@code k} into a step's input. */
  void embed(int k, int row, float[] x, int at) {
    int width = network.sizes().width(k);
    System.arraycopy(embeddings[k], row * width, x, at, width);
  }

  /** For one thread; null where no column is read letter by letter. */
  Speller newSpeller() {
    return spelling == null ? null : new Speller(encoder, spelling);
  }

  /**
   * The network's outputs.
   *
   * @return for each sequence {@code [O]}, or {@code [T][O]} where there are outputs at each step
   * @throws IllegalArgumentException if one has another form than those of the training
   * @throws IllegalStateException if the model is closed
   */
  float[][] outputs(List<Sequence> sequences) {
    for (int i = 0; i < sequences.size(); i++) {
      encoder.require(sequences.get(i), sequences.size() == 1 ? "sequence" : "sequence " + i);
    }
    float[][] outputs = new float[sequences.size()][];
    // Of one length, so that a network that reads from the end begins at each one's own.
    List<Integer> order =
        IntStream.range(0, outputs.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> sequences.get(i).steps()))
            .toList();
    for (int from = 0, to; from < outputs.length; from = to) {
      int steps = sequences.get(order.get(from)).steps();
      int most = Math.clamp(BATCH_FLOATS / ((long) steps * input()), 1, BATCH_MOST);
      to = from + 1;
      while (to < outputs.length
          && to - from < most
          && sequences.get(order.get(to)).steps() == steps) {
        to++;
      }
      run(sequences, order.subList(from, to), steps, outputs);
    }
    return outputs;
  }

  /** The sequences of that length and these numbers, side by side. */
  private void run(List<Sequence> sequences, List<Integer> batch, int steps, float[][] outputs) {
    int rows = batch.size();
    try (Session session = packed.newSession(rows);
        var buffer = new StepBuffer(this, rows, steps)) {
      for (int b = 0; b < rows; b++) {
        Sequence sequence = sequences.get(batch.get(b));
        int[] symbols = encoder.rows(sequence);
        for (int t = 0; t < steps; t++) {
          buffer.set(t, b, sequence.numbers(), symbols, t, encoder.spelled(sequence, t));
        }
      }
      float[] y = buffer.run(session, steps);
      for (int b = 0; b < rows; b++) {
        outputs[batch.get(b)] = pooled(y, b, rows, steps);
      }
    }
  }

  /**
   * The outputs of sequence {@code b}.
   *
   * @param y of the network, {@code [T][B][O]}
   * @return {@code [O]}, or {@code [T][O]} where there are outputs at each step
   */
  float[] pooled(float[] y, int b, int rows, int steps) {
    int width = targets.outputs();
    if (pooling() == null) {
      float[] all = new float[steps * width];
      for (int t = 0; t < steps; t++) {
        System.arraycopy(y, (t * rows + b) * width, all, t * width, width);
      }
      return all;
    }
    var pool = new Pool(pooling(), width);
    for (int t = 0; t < steps; t++) {
      pool.add(y, (t * rows + b) * width);
    }
    return pool.pooled();
  }

  /** The labels of a sequence's steps, of their outputs {@code [T][O]}. */
  List<LabelPrediction> labels(float[] outputs) {
    return LabelPrediction.ofSteps(targets.labels(), crf, outputs);
  }

  @Override
  public void close() {
    packed.close();
    if (spelling != null) {
      spelling.close();
    }
    network.close();
  }

  @Override
  public String toString() {
    return "%s, %s a step, %,d weights: %s"
        .formatted(kind, encoder.form(), network.parameters().count(), packed.architecture());
  }
}
