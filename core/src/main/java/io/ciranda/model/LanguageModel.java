package io.ciranda.model;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.infer.Model;
import io.ciranda.io.JsonStrings;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.IntTensor;
import io.ciranda.network.Network;
import io.ciranda.nn.AdaptiveSoftmax;
import io.ciranda.nn.CarriedState;
import io.ciranda.nn.Cell;
import io.ciranda.nn.Linear;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A recurrent language model (Mikolov et al. 2010): an embedding, a recurrent stack, and a softmax
 * over the next symbol.
 *
 * <pre>
 * y = rnn(embedding[x(1..T)], state)        p(x(t+1)) = softmax(W y(t) + b)
 * </pre>
 *
 * <p>For a large vocabulary the softmax can be an {@link AdaptiveSoftmax}.
 *
 * <p>Threads may share a model, each with its own tape, while nobody changes the weights.
 */
public final class LanguageModel implements AutoCloseable {
  static final String KIND = "language-model";

  private static final String CUTOFFS = "ciranda.cutoffs";

  /**
   * What a model is made of.
   *
   * @param cell the kind of cell
   * @param embedding E, the width of the embedding
   * @param hidden H, the units of a layer
   * @param layers L
   * @param tied whether the output shares the embedding's weights (Press and Wolf 2017); needs E =
   *     H
   * @param dropout the probability after each recurrent layer (between layers and before the
   *     output), in [0, 1)
   * @param cutoffs of an {@link AdaptiveSoftmax}; none for a softmax over all symbols at once
   */
  public record Config(
      Cell cell,
      int embedding,
      int hidden,
      int layers,
      boolean tied,
      float dropout,
      List<Integer> cutoffs) {
    /** Checks the sizes. */
    public Config {
      cutoffs = List.copyOf(cutoffs);
      RecurrentStack.Config.of(cell, embedding, hidden, layers);
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("dropout: expected in [0, 1), actual " + dropout);
      }
      if (tied && embedding != hidden) {
        throw new IllegalArgumentException(
            "tied weights need an embedding as wide as the hidden layer: expected %d, actual %d"
                .formatted(hidden, embedding));
      }
      if (!cutoffs.isEmpty()) {
        AdaptiveSoftmax.requireAscending(cutoffs);
        if (tied) {
          throw new IllegalArgumentException(
              "an adaptive softmax has weights of several widths: expected it without tied weights");
        }
      }
    }

    /** With a softmax over all symbols at once. */
    public Config(Cell cell, int embedding, int hidden, int layers, boolean tied, float dropout) {
      this(cell, embedding, hidden, layers, tied, dropout, List.of());
    }

    /** Whether the softmax is adaptive. */
    public boolean adaptive() {
      return !cutoffs.isEmpty();
    }

    RecurrentStack.Config stack() {
      return new RecurrentStack.Config(cell, embedding, hidden, layers, false, dropout, false);
    }
  }

  private final Config config;
  private final Vocabulary vocabulary;
  private final Backend backend;
  private final Parameters parameters;
  private final RecurrentStack rnn;
  private final Parameter embedding; // [V][E]
  private final Linear output; // H -> V; null where the softmax is adaptive
  private final AdaptiveSoftmax adaptive; // or null

  private LanguageModel(
      Config config, Vocabulary vocabulary, Backend backend, Parameters parameters) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.backend = backend;
    this.parameters = parameters;
    try {
      rnn = new RecurrentStack(config.stack(), parameters, backend, "rnn.");
    } catch (Throwable e) {
      parameters.close();
      throw e;
    }
    embedding = parameters.get("embedding.weight");
    adaptive =
        config.adaptive()
            ? new AdaptiveSoftmax(parameters, config.cutoffs.size(), "output.")
            : null;
    output = config.adaptive() ? null : linear(config, parameters);
  }

  /** The parameters of a model of {@code v} symbols. */
  static Parameters.Builder declare(Config config, int v) {
    var builder = new Parameters.Builder();
    builder.declare(
        "embedding.weight", Initializer.normal(config.tied ? 0.1 : 1), v, config.embedding);
    RecurrentStack.declare(builder, config.stack(), "rnn.");
    if (config.adaptive()) {
      AdaptiveSoftmax.declare(builder, config.hidden, v, config.cutoffs, "output.");
    } else if (config.tied) {
      Initializer uniform = Initializer.uniform(1 / Math.sqrt(config.hidden));
      builder.declare("output.bias", uniform, v);
    } else {
      Linear.declare(builder, config.hidden, v, "output.");
    }
    return builder;
  }

  private static Linear linear(Config config, Parameters parameters) {
    return config.tied
        ? new Linear(parameters.get("embedding.weight"), parameters.get("output.bias"))
        : new Linear(parameters, "output.");
  }

  /**
   * A new model with PyTorch's default initialisation: embedding normal (tied: times 0.1), the rest
   * uniform in ±1/sqrt(H).
   */
  public static LanguageModel create(
      Config config, Vocabulary vocabulary, Backend backend, long seed) {
    return create(config, vocabulary, backend, seed, 0);
  }

  /**
   * A new model with all weights uniform in {@code [-range, range)}, as in Zaremba et al. 2014; 0
   * stands for the default initialisation.
   */
  public static LanguageModel create(
      Config config, Vocabulary vocabulary, Backend backend, long seed, double range) {
    var random = new SplittableRandom(seed);
    Parameters parameters = declare(config, vocabulary.size()).build(random);
    if (range > 0) {
      for (Parameter p : parameters.all()) {
        Initializer.uniform(range).fill(p.value(), random);
      }
    }
    return new LanguageModel(config, vocabulary, backend, parameters);
  }

  /** A model of its own that begins with the same weights. */
  LanguageModel copy() {
    return copy(config);
  }

  /** A {@link #copy()} to train without dropout. */
  LanguageModel copyWithoutDropout() {
    return copy(
        new Config(
            config.cell,
            config.embedding,
            config.hidden,
            config.layers,
            config.tied,
            0,
            config.cutoffs));
  }

  private LanguageModel copy(Config as) {
    LanguageModel copy = create(as, vocabulary, backend, 0);
    copy.parameters.values().copyFrom(parameters.values());
    copy.parameters.changed();
    return copy;
  }

  /** What the model is made of. */
  public Config config() {
    return config;
  }

  /** The symbols it knows. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Who does the arithmetic. */
  public Backend backend() {
    return backend;
  }

  /** The weights. */
  public Parameters parameters() {
    return parameters;
  }

  /** A zero state for a batch. */
  public CarriedState newState(int batch) {
    return new CarriedState(config.stack(), batch);
  }

  /** Packs weights that have changed; see {@link RecurrentStack#refresh}. */
  public void refresh(int part, int parts) {
    rnn.refresh(part, parts);
  }

  /** For a training step; see {@link RecurrentStack#refresh(int, int, float, long)}. */
  public void refresh(int part, int parts, float weightDropout, long seed) {
    rnn.refresh(part, parts, weightDropout, seed);
  }

  /**
   * The model as it is now, packed to run: it reads symbols and gives logits. Later changes of the
   * weights do not reach it. Of an adaptive softmax the clusters' weights stay float32.
   */
  public Model pack(Precision precision) {
    Network network =
        adaptive != null
            ? Network.of(config.stack(), parameters, "rnn.", embedding.value(), adaptive)
            : Network.of(
                config.stack(),
                parameters,
                "rnn.",
                embedding.value(),
                output.weight().value(),
                output.bias().value());
    return Model.of(network, new Model.Options(precision, 1, backend));
  }

  /**
   * The scores of the next symbol after each step.
   *
   * @param ids {@code [T][B]}
   * @param state in the state before, out the state after
   * @return logits {@code [T][B][V]}
   * @throws IllegalStateException if the softmax is adaptive: it forms no more than its loss needs
   */
  public Variable logits(Tape tape, IntTensor ids, CarriedState state) {
    if (adaptive != null) {
      throw new IllegalStateException(
          "an adaptive softmax gives no logits on a tape: take loss, or pack the model");
    }
    return output.forward(tape, features(tape, ids, state));
  }

  /** What the softmax sees, {@code [T][B][H]}. */
  private Variable features(Tape tape, IntTensor ids, CarriedState state) {
    RecurrentStack.Output steps = rnn.forward(tape, embedding, ids, null, state.load(tape));
    state.store(steps.last());
    return Ops.dropout(tape, steps.y(), config.dropout);
  }

  /**
   * Forward up to the loss.
   *
   * @param ids {@code [T][B]}
   * @param targets {@code [T][B]}, the symbol that follows each
   * @param state in the state before, out the state after
   * @param scale the gradient of the loss with respect to one symbol's; 1/(T*B) for a mean
   * @return the sum of {@code -log p(target)}, in nats
   */
  public double loss(Tape tape, IntTensor ids, IntTensor targets, CarriedState state, float scale) {
    return adaptive != null
        ? adaptive.loss(tape, features(tape, ids, state), targets, scale)
        : Ops.crossEntropy(tape, logits(tape, ids, state), targets, scale);
  }

  // ---- files ----

  /**
   * Saves configuration, vocabulary and weights, atomically.
   *
   * @throws IOException if it fails; an earlier file of that name is then unharmed
   */
  public void save(Path file) throws IOException {
    var writer = new SafetensorsWriter();
    addTo(writer);
    writer.write(file);
  }

  /** Adds all that {@link #read} needs. */
  void addTo(SafetensorsWriter writer) {
    ModelFormat.declare(writer, KIND)
        .metadata("ciranda.cell", config.cell.label())
        .metadata("ciranda.layers", Integer.toString(config.layers))
        .metadata("ciranda.tied", Boolean.toString(config.tied))
        .metadata("ciranda.dropout", Float.toString(config.dropout))
        .metadata("ciranda.level", vocabulary.level().name().toLowerCase(java.util.Locale.ROOT))
        .metadata("ciranda.vocabulary", JsonStrings.write(vocabulary.symbols()));
    if (config.adaptive()) {
      String cutoffs =
          config.cutoffs.stream().map(String::valueOf).collect(Collectors.joining(","));
      writer.metadata(CUTOFFS, cutoffs);
    }
    writer.addAll(parameters.tensors());
  }

  /**
   * Loads what {@link #save} wrote.
   *
   * @throws ModelFileException if the file is no language model of this library, or is damaged
   */
  public static LanguageModel load(Path file, Backend backend) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      return read(in, backend);
    }
  }

  static LanguageModel read(SafetensorsFile in, Backend backend) throws IOException {
    Path file = in.path();
    ModelFormat.require(in, KIND);
    try {
      Vocabulary.Level level =
          Vocabulary.Level.valueOf(in.metadata("ciranda.level").toUpperCase(java.util.Locale.ROOT));
      var vocabulary = new Vocabulary(level, JsonStrings.read(in.metadata("ciranda.vocabulary")));
      int[] table = in.shape("embedding.weight");
      int[] recurrent = in.shape("rnn.weight_hh_l0");
      if (table.length != 2 || recurrent.length != 2 || table[0] != vocabulary.size()) {
        throw new ModelFileException(
            file,
            "expected embedding.weight [%d][E] and rnn.weight_hh_l0 [GH][H], actual %s and %s"
                .formatted(vocabulary.size(), Arrays.toString(table), Arrays.toString(recurrent)));
      }
      var config =
          new Config(
              Cell.of(in.metadata("ciranda.cell")),
              table[1],
              recurrent[1],
              Integer.parseInt(in.metadata("ciranda.layers")),
              Boolean.parseBoolean(in.metadata("ciranda.tied")),
              Float.parseFloat(in.metadata("ciranda.dropout")),
              cutoffs(in));
      requireLayers(in, config);
      Parameters parameters = declare(config, vocabulary.size()).read(in);
      return new LanguageModel(config, vocabulary, backend, parameters);
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(file, "metadata: " + e.getMessage());
    }
  }

  private static List<Integer> cutoffs(SafetensorsFile in) {
    String cutoffs = in.metadata().getOrDefault(CUTOFFS, "");
    return cutoffs.isEmpty()
        ? List.of()
        : Arrays.stream(cutoffs.split(",", -1)).map(Integer::valueOf).toList();
  }

  /** Not even declared are layers that the file only claims to have. */
  private static void requireLayers(SafetensorsFile in, Config config) throws IOException {
    for (int l = 0; l < config.layers; l++) {
      in.shape("rnn.weight_hh_l" + l);
    }
  }

  @Override
  public void close() {
    rnn.close();
    parameters.close();
  }
}
