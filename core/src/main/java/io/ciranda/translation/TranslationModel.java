package io.ciranda.translation;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Dropout;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Attention;
import io.ciranda.nn.AttentionDecoder;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.text.TextCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A network that reads one sequence and writes another, with the codecs of both.
 *
 * <pre>
 * p(y_t | y_1 .. y_(t-1), source) = softmax(W_o readout(t) + b_o)
 * </pre>
 *
 * <p>Threads may share a model, each with its own tape, while nobody changes the weights.
 */
public final class TranslationModel implements AutoCloseable {
  static final String KIND = "translation-model";
  private static final Comparator<SentencePair> LONG_SOURCES_FIRST =
      Comparator.comparingInt(pair -> -pair.source().length);

  /**
   * What a model is made of.
   *
   * @param architecture how a source becomes a target
   * @param cell of encoder and decoder
   * @param embedding E, the width of both embeddings and of the readout
   * @param hidden H, the units of a decoder's layer, and of one direction of an encoder's; with
   *     {@link Attention.Score#DOT} the directions have H/2 each, so that annotations are as wide
   *     as the state
   * @param layers L, of encoder and decoder
   * @param refeedsContext for {@link Architecture#ENCODER_DECODER}: whether the encoder's last
   *     hidden is an input of every step
   * @param score for {@link Architecture#ATTENTION}: how a state and an annotation are compared
   * @param attention A, the width of what additive scores compare
   * @param inputFeeding for {@link Architecture#ATTENTION}: {@link AttentionDecoder}'s
   * @param tied whether the output shares the target embedding's weights (Press and Wolf 2017)
   * @param dropout the probability after embeddings, between layers and after the readout, in [0,
   *     1)
   */
  public record Config(
      Architecture architecture,
      Cell cell,
      int embedding,
      int hidden,
      int layers,
      boolean refeedsContext,
      Attention.Score score,
      int attention,
      boolean inputFeeding,
      boolean tied,
      float dropout) {
    /** Checks the sizes. */
    public Config {
      RecurrentStack.Config.of(cell, embedding, hidden, layers);
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("dropout: expected in [0, 1), actual " + dropout);
      }
      if (refeedsContext && architecture != Architecture.ENCODER_DECODER) {
        throw new IllegalArgumentException(
            "only an encoder-decoder re-feeds its context, actual " + architecture.label());
      }
      if (inputFeeding && architecture != Architecture.ATTENTION) {
        throw new IllegalArgumentException(
            "input feeding needs the architecture attention, actual " + architecture.label());
      }
      if (architecture == Architecture.ATTENTION) {
        if (score == Attention.Score.DOT && hidden % 2 != 0) {
          throw new IllegalArgumentException(
              "dot scores need an even hidden size, actual " + hidden);
        }
        attentionConfig(score, hidden, attention);
      }
      if (tied && architecture == Architecture.WORD_BY_WORD) {
        throw new IllegalArgumentException("word by word there is no target embedding to tie to");
      }
    }

    /** GRU or other cells with the usual settings of an architecture. */
    public static Config of(
        Architecture architecture, Cell cell, int embedding, int hidden, float dropout) {
      return new Config(
          architecture,
          cell,
          embedding,
          hidden,
          1,
          false,
          Attention.Score.ADDITIVE,
          hidden,
          false,
          architecture != Architecture.WORD_BY_WORD,
          dropout);
    }

    /** The same with the context re-fed. */
    public Config withContext() {
      return new Config(
          architecture,
          cell,
          embedding,
          hidden,
          layers,
          true,
          score,
          attention,
          inputFeeding,
          tied,
          dropout);
    }

    private static Attention.Config attentionConfig(
        Attention.Score score, int hidden, int attention) {
      int annotation = score == Attention.Score.DOT ? hidden : 2 * hidden;
      return new Attention.Config(score, hidden, annotation, attention);
    }

    /** N, the width of both directions together. */
    int annotation() {
      return attentionConfig(score, hidden, attention).annotation();
    }

    /** Layers in one direction. */
    RecurrentStack.Config stack(int input) {
      return new RecurrentStack.Config(cell, input, hidden, layers, false, dropout, false);
    }

    AttentionDecoder.Config decoder() {
      return new AttentionDecoder.Config(
          cell,
          embedding,
          layers,
          dropout,
          attentionConfig(score, hidden, attention),
          inputFeeding);
    }
  }

  private final Config config;
  private final TextCodec source;
  private final TextCodec target;
  private final Backend backend;
  private final Parameters parameters;
  private final TranslationNetwork network;
  private final Parameter outputWeight; // [Vt][E]
  private final Parameter outputBias; // [Vt]

  private TranslationModel(
      Config config, TextCodec source, TextCodec target, Backend backend, Parameters parameters) {
    this.config = config;
    this.source = source;
    this.target = target;
    this.backend = backend;
    this.parameters = parameters;
    try {
      network = TranslationNetwork.of(config, parameters, backend);
    } catch (Throwable e) {
      parameters.close();
      throw e;
    }
    outputWeight =
        parameters.get(config.tied ? TranslationNetwork.TARGET_EMBEDDING : "output.weight");
    outputBias = parameters.get("output.bias");
  }

  /** The parameters of a model of so many symbols. */
  private static Parameters.Builder declare(Config config, int sources, int targets) {
    Initializer small = Initializer.normal(0.1);
    var builder = new Parameters.Builder();
    builder.declare(TranslationNetwork.SOURCE_EMBEDDING, small, sources, config.embedding);
    if (config.architecture != Architecture.WORD_BY_WORD) {
      builder.declare(TranslationNetwork.TARGET_EMBEDDING, small, targets, config.embedding);
    }
    TranslationNetwork.declare(builder, config);
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(config.embedding));
    if (!config.tied) {
      builder.declare("output.weight", uniform, targets, config.embedding);
    }
    builder.declare("output.bias", uniform, targets);
    return builder;
  }

  /** A new model: embeddings normal with deviation 0.1, the rest as PyTorch initialises it. */
  public static TranslationModel create(
      Config config, TextCodec source, TextCodec target, Backend backend, long seed) {
    Parameters parameters =
        declare(config, source.size(), target.size()).build(new SplittableRandom(seed));
    return new TranslationModel(config, source, target, backend, parameters);
  }

  /** What the model is made of. */
  public Config config() {
    return config;
  }

  /** How sources become symbols. */
  public TextCodec source() {
    return source;
  }

  /** How symbols become targets. */
  public TextCodec target() {
    return target;
  }

  /** Who does the arithmetic. */
  public Backend backend() {
    return backend;
  }

  /** The weights. */
  public Parameters parameters() {
    return parameters;
  }

  Parameter outputWeight() {
    return outputWeight;
  }

  Parameter outputBias() {
    return outputBias;
  }

  /** A pair as the model reads it. */
  public SentencePair encode(String sourceText, String targetText) {
    return new SentencePair(source.encode(sourceText), target.encode(targetText));
  }

  /** Packs weights that have changed; see {@link RecurrentStack#refresh}. */
  public void refresh(int part, int parts) {
    network.refresh(part, parts);
  }

  /** How a loss is formed. */
  public record LossOptions(float smoothing, double ownSymbols) {
    /** The plain cross-entropy of teacher forcing. */
    public static final LossOptions PLAIN = new LossOptions(0, 0);

    /**
     * Checks the ranges.
     *
     * @param smoothing of the labels, in [0, 1)
     * @param ownSymbols the probability with which the decoder is fed with the symbol that it would
     *     have written itself in place of the target's (scheduled sampling, Bengio et al. 2015; in
     *     two passes, as in Duckworth et al. 2019), in [0, 1]
     */
    public LossOptions {
      if (!(smoothing >= 0 && smoothing < 1)) {
        throw new IllegalArgumentException(
            "label smoothing: expected in [0, 1), actual " + smoothing);
      }
      if (!(ownSymbols >= 0 && ownSymbols <= 1)) {
        throw new IllegalArgumentException(
            "scheduled sampling: expected in [0, 1], actual " + ownSymbols);
      }
    }
  }

  /**
   * Forward up to the loss, with teacher forcing.
   *
   * @param pairs at least one
   * @param scale the gradient of the loss with respect to that of one target symbol
   * @return the sum over all target symbols, {@code </s>} included, in nats
   */
  public double loss(Tape tape, List<SentencePair> pairs, LossOptions options, float scale) {
    // The encoder leaves out what is padded best where long sources come first.
    List<SentencePair> sorted = pairs.stream().sorted(LONG_SOURCES_FIRST).toList();
    Batch batch =
        Batch.of(
            tape, sorted.stream().map(SentencePair::source).toList(), network.reversesSource());
    List<int[]> targets = sorted.stream().map(SentencePair::target).toList();
    Variable readouts;
    IntTensor outputs;
    if (network instanceof WordByWordNetwork words) {
      readouts = words.readouts(tape, batch);
      outputs = aligned(tape, batch, targets);
    } else {
      Batch.Targets forced = Batch.Targets.of(tape, targets);
      if (options.ownSymbols > 0 && tape.isTraining()) {
        mixInOwnSymbols(tape, batch, forced, options.ownSymbols);
      }
      TranslationNetwork.Encoded encoded = network.encode(tape, batch);
      readouts = forcedReadouts(tape, encoded, forced);
      outputs = forced.outputs();
    }
    IntTensor places = tape.workspace().ints(written(outputs));
    IntTensor symbols = tape.workspace().ints(written(outputs));
    int n = 0;
    for (int i = 0; i < outputs.size(); i++) {
      if (outputs.get(i) >= 0) {
        places.set(n, i);
        symbols.set(n++, outputs.get(i));
      }
    }
    Variable counted = Ops.rows(tape, Ops.dropout(tape, readouts, config.dropout), places);
    return Ops.crossEntropy(tape, logits(tape, counted), symbols, options.smoothing, scale);
  }

  /** How many places have a symbol, others being padded. */
  private static int written(IntTensor outputs) {
    int n = 0;
    for (int i = 0; i < outputs.size(); i++) {
      n += outputs.get(i) >= 0 ? 1 : 0;
    }
    return n;
  }

  private Variable forcedReadouts(
      Tape tape, TranslationNetwork.Encoded encoded, Batch.Targets forced) {
    State initial = encoded.initial().rows(tape, forced.rows());
    return network
        .decode(tape, encoded, forced.inputs(), forced.lengths(), forced.rows(), initial, null)
        .readouts();
  }

  Variable logits(Tape tape, Variable readouts) {
    return Ops.linear(tape, readouts, outputWeight, outputBias);
  }

  /**
   * Target t at source position t, {@code </s>} where the target is over: what is longer than its
   * source is lost, which is the trouble with this architecture.
   */
  private static IntTensor aligned(Tape tape, Batch batch, List<int[]> targets) {
    int size = targets.size();
    int[] outputs = new int[Math.toIntExact(batch.source().size())];
    Arrays.fill(outputs, -1);
    for (int b = 0; b < size; b++) {
      int[] target = targets.get(b);
      for (int t = 0; t < batch.lengths().get(b); t++) {
        outputs[t * size + b] = t < target.length ? target[t] : TextCodec.END_ID;
      }
    }
    return tape.workspace().ints(outputs.length / size, size).copyFrom(outputs);
  }

  /** Replaces symbols of {@code inputs} by those that the model thinks likeliest there. */
  private void mixInOwnSymbols(Tape tape, Batch batch, Batch.Targets forced, double probability) {
    Tape first = Tape.inference(backend, tape.workspace());
    TranslationNetwork.Encoded encoded = network.encode(first, batch);
    Tensor logits = logits(first, forcedReadouts(first, encoded, forced)).value();
    IntTensor inputs = forced.inputs();
    int size = inputs.dim(1);
    int v = target.size();
    long key = tape.nextKey();
    for (int i = size; i < inputs.size(); i++) {
      if (!Dropout.survives(key, i, (float) probability)) {
        inputs.set(i, likeliest(logits.address() + 4L * (i - size) * v, v));
      }
    }
  }

  static int likeliest(long logits, int v) {
    int best = 0;
    for (int j = 1; j < v; j++) {
      best = Memory.get(logits, j) > Memory.get(logits, best) ? j : best;
    }
    return best;
  }

  // ---- files ----

  /**
   * Saves configuration, codecs and weights, atomically.
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
        .metadata("ciranda.architecture", config.architecture.label())
        .metadata("ciranda.cell", config.cell.label())
        .metadata("ciranda.embedding", Integer.toString(config.embedding))
        .metadata("ciranda.hidden", Integer.toString(config.hidden))
        .metadata("ciranda.layers", Integer.toString(config.layers))
        .metadata("ciranda.refeeds-context", Boolean.toString(config.refeedsContext))
        .metadata("ciranda.score", config.score.label())
        .metadata("ciranda.attention", Integer.toString(config.attention))
        .metadata("ciranda.input-feeding", Boolean.toString(config.inputFeeding))
        .metadata("ciranda.tied", Boolean.toString(config.tied))
        .metadata("ciranda.dropout", Float.toString(config.dropout))
        .metadata("ciranda.source", source.save())
        .metadata("ciranda.target", target.save());
    parameters.tensors().forEach(writer::add);
  }

  /**
   * Loads what {@link #save} wrote.
   *
   * @throws ModelFileException if the file is no translation model of this library, or is damaged
   */
  public static TranslationModel load(Path file, Backend backend) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      return read(in, backend);
    }
  }

  private static TranslationModel read(SafetensorsFile in, Backend backend) throws IOException {
    ModelFormat.require(in, KIND);
    try {
      var config =
          new Config(
              Architecture.of(in.metadata("ciranda.architecture")),
              Cell.of(in.metadata("ciranda.cell")),
              Integer.parseInt(in.metadata("ciranda.embedding")),
              Integer.parseInt(in.metadata("ciranda.hidden")),
              Integer.parseInt(in.metadata("ciranda.layers")),
              Boolean.parseBoolean(in.metadata("ciranda.refeeds-context")),
              Attention.Score.valueOf(in.metadata("ciranda.score").toUpperCase(Locale.ROOT)),
              Integer.parseInt(in.metadata("ciranda.attention")),
              Boolean.parseBoolean(in.metadata("ciranda.input-feeding")),
              Boolean.parseBoolean(in.metadata("ciranda.tied")),
              Float.parseFloat(in.metadata("ciranda.dropout")));
      TextCodec source = TextCodec.load(in.metadata("ciranda.source"));
      TextCodec target = TextCodec.load(in.metadata("ciranda.target"));
      requireLayers(in, config);
      Parameters parameters = declare(config, source.size(), target.size()).read(in);
      return new TranslationModel(config, source, target, backend, parameters);
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(in.path(), "metadata: " + e.getMessage());
    }
  }

  /** Not even declared are layers that the file only claims to have. */
  private static void requireLayers(SafetensorsFile in, Config config) throws IOException {
    for (int l = 0; l < config.layers; l++) {
      in.shape(TranslationNetwork.ENCODER + "weight_hh_l" + l);
    }
  }

  @Override
  public void close() {
    network.close();
    parameters.close();
  }
}
