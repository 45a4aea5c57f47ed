package io.ciranda.sequence;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.infer.Model;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Dropout;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.nn.Embedding;
import io.ciranda.nn.Linear;
import io.ciranda.nn.RecurrentStack;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The network under all models of this package:
 *
 * <pre>
 * x(t) = [features(t), E_1[row_1(t)], .. E_K[row_K(t)]]      y = rnn(x)
 * output = W pool(y) + b, or W y(t) + b for each step
 * </pre>
 *
 * <p>Threads may share one, each with its own tape, between two calls of {@link #refresh}.
 */
final class SequenceNetwork implements AutoCloseable {

  /**
   * Its sizes.
   *
   * @param features F
   * @param vocabularies V of each column of symbols
   * @param widths E of each column of symbols
   * @param pooling of the steps, or null for an output at each step
   * @param outputs O
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sizes(
      int features,
      int[] vocabularies,
      int[] widths,
      Cell cell,
      int hidden,
      int layers,
      boolean bidirectional,
      Pooling pooling,
      int outputs) {
    Sizes {
      if (bidirectional && pooling == Pooling.LAST) {
        throw new IllegalArgumentException(
            "a bidirectional network has only begun to read backwards in its last step: pool with Pooling.MEAN");
      }
    }

    /** I: the features and the embeddings side by side. */
    int input() {
      return features + Arrays.stream(widths).sum();
    }

    /** Whether the input are the symbols of one column and nothing else. */
    boolean readsTokens() {
      return features == 0 && widths.length == 1;
    }

    RecurrentStack.Config stack(float dropout) {
      return new RecurrentStack.Config(
          cell, input(), hidden, layers, bidirectional, dropout, false);
    }

    /** The prefix of the embedding of column {@code k}. */
    String embedding(int k) {
      return readsTokens() ? "embedding." : "embedding." + k + ".";
    }
  }

  private final Sizes sizes;
  private final float dropout;
  private final float unknownRate;
  private final Backend backend;
  private final Parameters parameters;
  private final RecurrentStack rnn;
  private final List<Embedding> embeddings = new ArrayList<>();
  private final Linear output; // DH -> O

  /**
   * A network with PyTorch's default initialisation: embeddings normal, the rest uniform in
   * ±1/sqrt(H).
   */
  SequenceNetwork(Sizes sizes, float dropout, float unknownRate, long seed) {
    this.sizes = sizes;
    this.dropout = dropout;
    this.unknownRate = unknownRate;
    backend = Backend.best();
    var builder = new Parameters.Builder();
    for (int k = 0; k < sizes.widths.length; k++) {
      Embedding.declare(builder, sizes.vocabularies[k], sizes.widths[k], sizes.embedding(k));
    }
    RecurrentStack.Config stack = sizes.stack(dropout);
    RecurrentStack.declare(builder, stack, "rnn.");
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(sizes.hidden));
    Linear.declare(builder, stack.output(), sizes.outputs, uniform, "output.");
    parameters = builder.build(new SplittableRandom(seed));
    rnn = new RecurrentStack(stack, parameters, backend, "rnn.");
    for (int k = 0; k < sizes.widths.length; k++) {
      embeddings.add(new Embedding(parameters, sizes.embedding(k)));
    }
    output = new Linear(parameters, "output.");
  }

  Sizes sizes() {
    return sizes;
  }

  Backend backend() {
    return backend;
  }

  Parameters parameters() {
    return parameters;
  }

  /** Packs weights that have changed; see {@link RecurrentStack#refresh}. */
  void refresh(int part, int parts) {
    rnn.refresh(part, parts);
  }

  /** The embedding of column {@code k}. */
  Embedding embedding(int k) {
    return embeddings.get(k);
  }

  /** As it is now, packed to run: the outputs of each step. */
  Model pack() {
    return Model.of(
        Network.of(
            sizes.stack(0),
            parameters,
            "rnn.",
            sizes.readsTokens() ? embedding(0).weight().value() : null,
            output.weight().value(),
            output.bias().value()));
  }

  /**
   * Forward up to the loss.
   *
   * @param examples at least one
   * @param weights of the labels; null where numbers are wanted, or labels in order
   * @param quantiles that are wanted; none for the mean
   * @param scale the gradient of the loss with respect to that of one place
   * @return the sum over all places
   */
  double loss(Tape tape, List<Encoded> examples, float[] weights, float[] quantiles, float scale) {
    Variable y = steps(tape, examples);
    if (weights == null && examples.getFirst().labels() != null) {
      Variable logits = output.forward(tape, Ops.dropout(tape, y, dropout));
      List<int[]> wanted = examples.stream().map(Encoded::labels).toList();
      return SequenceTranscriber.CTC.loss(tape, logits, lengths(tape, examples), wanted, scale);
    }
    Variable picked =
        sizes.pooling == Pooling.MEAN
            ? Ops.meanOverTime(tape, y, lengths(tape, examples))
            : Ops.rows(tape, y, places(tape, examples));
    Variable scores = output.forward(tape, Ops.dropout(tape, picked, dropout));
    if (weights != null) {
      return Ops.crossEntropy(tape, scores, labels(tape, examples), weights, scale);
    }
    Tensor targets = targets(tape, examples);
    if (quantiles.length > 0) {
      return Ops.pinball(tape, scores, targets, quantiles, scale);
    }
    targets = targets.reshape(scores.value().shape());
    dropMissing(targets, scores.value());
    return Ops.squaredError(tape, scores, targets, scale);
  }

  /** The last layer's outputs, {@code [T][B][DH]}. */
  private Variable steps(Tape tape, List<Encoded> examples) {
    IntTensor lengths = lengths(tape, examples);
    if (sizes.readsTokens()) {
      IntTensor ids = rows(tape, examples, 0);
      return rnn.forward(tape, embedding(0).weight(), ids, lengths, null).y();
    }
    Variable x = sizes.features == 0 ? null : tape.constant(features(tape, examples));
    for (int k = 0; k < embeddings.size(); k++) {
      Variable symbols = embedding(k).forward(tape, rows(tape, examples, k));
      x = x == null ? symbols : Ops.concat(tape, x, symbols);
    }
    return rnn.forward(tape, x, lengths, null).y();
  }

  private static int longest(List<Encoded> examples) {
    return examples.stream().mapToInt(Encoded::steps).max().orElseThrow();
  }

  private static IntTensor lengths(Tape tape, List<Encoded> examples) {
    IntTensor lengths = tape.workspace().ints(examples.size());
    return lengths.copyFrom(examples.stream().mapToInt(Encoded::steps).toArray());
  }

  /** {@code [T][B][F]}, zero beyond a sequence's length. */
  private Tensor features(Tape tape, List<Encoded> examples) {
    int n = sizes.features;
    int batch = examples.size();
    Tensor x = tape.workspace().zeros(longest(examples), batch, n);
    MemorySegment to = x.segment();
    for (int b = 0; b < batch; b++) {
      Encoded example = examples.get(b);
      for (int t = 0; t < example.steps(); t++) {
        long at = 4L * n * ((long) t * batch + b);
        MemorySegment.copy(example.features(), t * n, to, ValueLayout.JAVA_FLOAT, at, n);
      }
    }
    return x;
  }

  /** Column k, {@code [T][B]}, 0 beyond a sequence's length, and now and then where tape trains. */
  private IntTensor rows(Tape tape, List<Encoded> examples, int k) {
    int columns = sizes.widths.length;
    int batch = examples.size();
    int[] ids = new int[longest(examples) * batch];
    for (int b = 0; b < batch; b++) {
      Encoded example = examples.get(b);
      for (int t = 0; t < example.steps(); t++) {
        ids[t * batch + b] = example.rows()[t * columns + k];
      }
    }
    if (tape.isTraining() && unknownRate > 0) {
      long key = tape.nextKey();
      for (int i = 0; i < ids.length; i++) {
        ids[i] = Dropout.survives(key, i, unknownRate) ? ids[i] : 0;
      }
    }
    return tape.workspace().ints(ids.length / batch, batch).copyFrom(ids);
  }

  /** The rows of {@code [T][B]} that count: the last of a sequence, or all of its own. */
  private IntTensor places(Tape tape, List<Encoded> examples) {
    int batch = examples.size();
    boolean eachStep = sizes.pooling == null;
    int n = eachStep ? examples.stream().mapToInt(Encoded::steps).sum() : batch;
    int[] places = new int[n];
    int at = 0;
    for (int b = 0; b < batch; b++) {
      int last = examples.get(b).steps() - 1;
      for (int t = eachStep ? 0 : last; t <= last; t++) {
        places[at++] = t * batch + b;
      }
    }
    return tape.workspace().ints(n).copyFrom(places);
  }

  private static IntTensor labels(Tape tape, List<Encoded> examples) {
    int[] labels = examples.stream().flatMapToInt(e -> Arrays.stream(e.labels())).toArray();
    return tape.workspace().ints(labels.length).copyFrom(labels);
  }

  private static Tensor targets(Tape tape, List<Encoded> examples) {
    int n = examples.stream().mapToInt(e -> e.targets().length).sum();
    float[] targets = new float[n];
    int at = 0;
    for (Encoded example : examples) {
      System.arraycopy(example.targets(), 0, targets, at, example.targets().length);
      at += example.targets().length;
    }
    return tape.workspace().tensor(n).copyFrom(targets);
  }

  /** What is missing becomes what was predicted, of which the squared error is none. */
  private static void dropMissing(Tensor targets, Tensor predicted) {
    float[] values = targets.toArray();
    float[] instead = predicted.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.isNaN(values[i]) ? instead[i] : values[i];
    }
    targets.copyFrom(values);
  }

  @Override
  public void close() {
    rnn.close();
    parameters.close();
  }
}
