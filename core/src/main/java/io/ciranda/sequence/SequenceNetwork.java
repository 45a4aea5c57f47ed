package io.ciranda.sequence;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.infer.Model;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Dropout;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.nn.Embedding;
import io.ciranda.nn.Linear;
import io.ciranda.nn.LinearChainCrf;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.Spelling;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The network under all models of this package:
 *
 * <pre>
 * x(t) = [features(t), E_1[row_1(t)], .. E_K[row_K(t)]]      y = rnn(x)
 * output = W pool(y) + b, or W y(t) + b for each step
 * </pre>
 *
 * <p>A column that is read letter by letter has {@link Spelling}'s vectors instead of E's. A CRF
 * stands behind the outputs: it is asked for in training here, and by {@link SequenceTagger}.
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
   * @param spelled the column that is read letter by letter, whose V and E are those of letters; -1
   *     for none
   * @param pooling of the steps, or null for an output at each step
   * @param outputs O
   * @param crf whether a CRF tells the labels of a sequence
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sizes(
      int features,
      int[] vocabularies,
      int[] widths,
      int spelled,
      Cell cell,
      int hidden,
      int layers,
      boolean bidirectional,
      Pooling pooling,
      int outputs,
      boolean crf) {
    Sizes {
      if (bidirectional && pooling == Pooling.LAST) {
        throw new IllegalArgumentException(
            "a bidirectional network has only begun to read backwards in its last step: pool with Pooling.MEAN");
      }
    }

    /** I: the features and the embeddings side by side. */
    int input() {
      return features + IntStream.range(0, widths.length).map(this::width).sum();
    }

    /** The width of the vector of a symbol of column {@code k}. */
    int width(int k) {
      return k == spelled ? spelling().output() : widths[k];
    }

    Spelling.Config spelling() {
      return new Spelling.Config(cell, vocabularies[spelled], widths[spelled]);
    }

    /** Whether the input are the symbols of one column and nothing else. */
    boolean readsTokens() {
      return features == 0 && widths.length == 1 && spelled < 0;
    }

    RecurrentStack.Config stack(float dropout) {
      return new RecurrentStack.Config(
          cell, input(), hidden, layers, bidirectional, dropout, false);
    }

    /** The prefix of the embedding of column {@code k}, or of its letters. */
    String embedding(int k) {
      return k == spelled
          ? "spelling.embedding."
          : readsTokens() ? "embedding." : "embedding." + k + ".";
    }
  }

  /**
   * What is left out in training, each by a probability in [0, 1).
   *
   * @param dropout elements of each layer's outputs
   * @param inputDropout elements of the first layer's input
   * @param unknownRate symbols, which are then unknown ones
   */
  record Noise(float dropout, float inputDropout, float unknownRate) {
    static final Noise NONE = new Noise(0, 0, 0);
  }

  private final Sizes sizes;
  private final Noise noise;
  private final Backend backend;
  private final Parameters parameters;
  private final RecurrentStack rnn;
  private final List<Embedding> embeddings = new ArrayList<>();
  private final Spelling spelling; // or null
  private final Linear output; // DH -> O
  private final LinearChainCrf crf; // or null

  /**
   * A network with PyTorch's default initialisation: embeddings normal, the rest uniform in
   * ±1/sqrt(H).
   *
   * @param memory steps over which gates begin to keep what they hold, or 0
   */
  static SequenceNetwork create(Sizes sizes, Noise noise, int memory, long seed) {
    var random = new SplittableRandom(seed);
    var network = new SequenceNetwork(sizes, noise, declare(sizes).build(random));
    if (memory > 0) {
      network.rnn.rememberLong(memory, random);
    }
    return network;
  }

  /**
   * A network with the weights of a file, to use.
   *
   * @throws io.ciranda.io.ModelFileException if one is missing or of another shape
   */
  static SequenceNetwork read(Sizes sizes, SafetensorsFile in) throws IOException {
    return new SequenceNetwork(sizes, Noise.NONE, declare(sizes).read(in));
  }

  private SequenceNetwork(Sizes sizes, Noise noise, Parameters parameters) {
    this.sizes = sizes;
    this.noise = noise;
    this.parameters = parameters;
    backend = Backend.best();
    try {
      rnn = new RecurrentStack(sizes.stack(noise.dropout), parameters, backend, "rnn.");
    } catch (Throwable e) {
      parameters.close();
      throw e;
    }
    for (int k = 0; k < sizes.widths.length; k++) {
      embeddings.add(new Embedding(parameters, sizes.embedding(k)));
    }
    spelling =
        sizes.spelled < 0 ? null : new Spelling(sizes.spelling(), parameters, backend, "spelling.");
    output = new Linear(parameters, "output.");
    crf = sizes.crf ? new LinearChainCrf(parameters, "crf.") : null;
  }

  /** The parameters of a network of those sizes. */
  static Parameters.Builder declare(Sizes sizes) {
    var builder = new Parameters.Builder();
    for (int k = 0; k < sizes.widths.length; k++) {
      if (k == sizes.spelled) {
        Spelling.declare(builder, sizes.spelling(), "spelling.");
      } else {
        Embedding.declare(builder, sizes.vocabularies[k], sizes.widths[k], sizes.embedding(k));
      }
    }
    RecurrentStack.Config stack = sizes.stack(0);
    RecurrentStack.declare(builder, stack, "rnn.");
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(sizes.hidden));
    Linear.declare(builder, stack.output(), sizes.outputs, uniform, "output.");
    if (sizes.crf) {
      LinearChainCrf.declare(builder, sizes.outputs, "crf.");
    }
    return builder;
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
    if (spelling != null) {
      spelling.refresh(part, parts);
    }
  }

  /** What tells labels from the outputs of a sequence's steps; null where each is by itself. */
  LinearChainCrf crf() {
    return crf;
  }

  /** The embedding of column {@code k}, or of its letters. */
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

  /** The layer that reads letters, packed to run: its states at each letter. */
  Model packSpelling() {
    Tensor letters = embedding(sizes.spelled).weight().value();
    RecurrentStack.Config stack = sizes.spelling().stack();
    return Model.of(Network.of(stack, parameters, "spelling.rnn.", letters, null, null));
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
    if (crf != null) {
      Variable emissions = output.forward(tape, Ops.dropout(tape, y, noise.dropout));
      IntTensor labels = eachStep(tape, examples, (example, t) -> example.labels()[t]);
      return crf.loss(tape, emissions, labels, lengths(tape, examples), scale);
    }
    if (weights == null && examples.getFirst().labels() != null) {
      Variable logits = output.forward(tape, Ops.dropout(tape, y, noise.dropout));
      List<int[]> wanted = examples.stream().map(Encoded::labels).toList();
      return SequenceTranscriber.CTC.loss(tape, logits, lengths(tape, examples), wanted, scale);
    }
    Variable picked =
        sizes.pooling == Pooling.MEAN
            ? Ops.meanOverTime(tape, y, lengths(tape, examples))
            : Ops.rows(tape, y, places(tape, examples));
    Variable scores = output.forward(tape, Ops.dropout(tape, picked, noise.dropout));
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
    boolean isWhole = noise.inputDropout == 0 || !tape.isTraining();
    if (sizes.readsTokens() && isWhole) { // which may be folded
      IntTensor ids = rows(tape, examples, 0);
      return rnn.forward(tape, embedding(0).weight(), ids, lengths, null).y();
    }
    Variable x = sizes.features == 0 ? null : tape.constant(features(tape, examples));
    for (int k = 0; k < embeddings.size(); k++) {
      Variable symbols =
          k == sizes.spelled
              ? spelled(tape, examples)
              : embedding(k).forward(tape, rows(tape, examples, k));
      x = x == null ? symbols : Ops.concat(tape, x, symbols);
    }
    return rnn.forward(tape, Ops.dropout(tape, x, noise.inputDropout), lengths, null).y();
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
    IntTensor ids = eachStep(tape, examples, (example, t) -> example.rows()[t * columns + k]);
    if (tape.isTraining() && noise.unknownRate > 0) {
      long key = tape.nextKey();
      for (int i = 0; i < ids.size(); i++) {
        ids.set(i, Dropout.survives(key, i, noise.unknownRate) ? ids.get(i) : 0);
      }
    }
    return ids;
  }

  private interface OfStep {
    int apply(Encoded example, int t);
  }

  /** {@code [T][B]}, 0 beyond a sequence's length. */
  private static IntTensor eachStep(Tape tape, List<Encoded> examples, OfStep value) {
    int batch = examples.size();
    int[] values = new int[longest(examples) * batch];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < examples.get(b).steps(); t++) {
        values[t * batch + b] = value.apply(examples.get(b), t);
      }
    }
    return tape.workspace().ints(values.length / batch, batch).copyFrom(values);
  }

  /** The vectors of the names that are read letter by letter, {@code [T][B][2E]}. */
  private Variable spelled(Tape tape, List<Encoded> examples) {
    var numbers = new LinkedHashMap<String, Integer>(); // of different names
    for (Encoded example : examples) {
      for (String name : example.spellings()) {
        numbers.putIfAbsent(name, numbers.size());
      }
    }
    List<String> names = List.copyOf(numbers.keySet());
    int longest = names.stream().mapToInt(String::length).max().orElseThrow();
    int[] letters = new int[longest * names.size()];
    for (int w = 0; w < names.size(); w++) {
      for (int i = 0; i < names.get(w).length(); i++) {
        letters[i * names.size() + w] = names.get(w).charAt(i);
      }
    }
    Workspace workspace = tape.workspace();
    return spelling.forward(
        tape,
        workspace.ints(longest, names.size()).copyFrom(letters),
        workspace.ints(names.size()).copyFrom(names.stream().mapToInt(String::length).toArray()),
        eachStep(tape, examples, (example, t) -> numbers.get(example.spellings()[t])));
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
    if (spelling != null) {
      spelling.close();
    }
    parameters.close();
  }
}
