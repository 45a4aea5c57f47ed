package io.ciranda.translation;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Attention;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.nn.TanhLayer;

/** What stands between the source's symbols and the readout of each target symbol. */
abstract sealed class TranslationNetwork implements AutoCloseable
    permits WordByWordNetwork, EncoderDecoderNetwork, AttentionNetwork {
  static final String SOURCE_EMBEDDING = "source_embedding.weight";
  static final String TARGET_EMBEDDING = "target_embedding.weight";
  static final String ENCODER = "encoder.";
  static final String DECODER = "decoder.";
  static final String READOUT = "readout.";

  /** What a folded embedding may take; beyond it a step multiplies rows of the embedding. */
  private static final long MOST_FOLDED_BYTES = 256L << 20;

  /**
   * What is known of a batch of sources.
   *
   * @param initial the state that the decoder starts from
   * @param source what it may look at; null without attention
   * @param context {@code [B][H]}, what it is told at every step; null if nothing
   */
  record Encoded(State initial, Attention.Source source, Variable context) {}

  /**
   * What a decoder came to over T steps of R rows.
   *
   * @param readouts {@code [T][R][E]}
   * @param last the state after the last step
   * @param seen {@code [T][R][F]}, what a decoder with input feeding saw; else null
   * @param weights {@code [T][R][S]}, of its attention; else null
   */
  record Decoded(Variable readouts, State last, Variable seen, Tensor weights) {}

  final TranslationModel.Config config;
  private final Parameter sourceEmbedding; // [Vs][E]
  final Parameter targetEmbedding; // [Vt][E], or null
  final RecurrentStack encoder;
  final TanhLayer readout;

  TranslationNetwork(
      TranslationModel.Config config,
      RecurrentStack.Config encoder,
      Parameters parameters,
      Backend backend,
      int... readoutInputs) {
    this.config = config;
    sourceEmbedding = parameters.get(SOURCE_EMBEDDING);
    targetEmbedding =
        config.architecture() == Architecture.WORD_BY_WORD
            ? null
            : parameters.get(TARGET_EMBEDDING);
    this.encoder = new RecurrentStack(encoder, parameters, backend, ENCODER);
    readout = new TanhLayer(parameters, backend, READOUT, readoutInputs);
  }

  static void declare(Parameters.Builder builder, TranslationModel.Config config) {
    switch (config.architecture()) {
      case WORD_BY_WORD -> WordByWordNetwork.declareAll(builder, config);
      case ENCODER_DECODER -> EncoderDecoderNetwork.declareAll(builder, config);
      case ATTENTION -> AttentionNetwork.declareAll(builder, config);
    }
  }

  static TranslationNetwork of(
      TranslationModel.Config config, Parameters parameters, Backend backend) {
    return switch (config.architecture()) {
      case WORD_BY_WORD -> new WordByWordNetwork(config, parameters, backend);
      case ENCODER_DECODER -> new EncoderDecoderNetwork(config, parameters, backend);
      case ATTENTION -> new AttentionNetwork(config, parameters, backend);
    };
  }

  /** Whether the encoder reads sentences from their end. */
  boolean reversesSource() {
    return false;
  }

  /** The floats of what decoding carries along for a row beside its {@link State}. */
  int seenWidth() {
    return 0;
  }

  /** Reads sources. */
  abstract Encoded encode(Tape tape, Batch batch);

  /**
   * Runs the decoder over given symbols.
   *
   * @param inputs {@code [T][R]}
   * @param lengths {@code [R]}, the symbols of each row, or null if all have T
   * @param rows {@code [R]}: the source of each row; null where row b belongs to source b
   * @param state to start from
   * @param seen {@code [R][F]} before the first step, where {@link #seenWidth} is not 0; null at
   *     the beginning
   */
  abstract Decoded decode(
      Tape tape,
      Encoded encoded,
      IntTensor inputs,
      IntTensor lengths,
      IntTensor rows,
      State state,
      Variable seen);

  final RecurrentStack.Output read(Tape tape, Batch batch) {
    if (config.dropout() == 0 || !tape.isTraining()) {
      return encoder.forward(tape, sourceEmbedding, batch.source(), batch.lengths(), null);
    }
    Variable x = embed(tape, sourceEmbedding, batch.source());
    return encoder.forward(tape, x, batch.lengths(), null);
  }

  final Variable embedTarget(Tape tape, IntTensor ids) {
    return embed(tape, targetEmbedding, ids);
  }

  private Variable embed(Tape tape, Parameter table, IntTensor ids) {
    return Ops.dropout(tape, Ops.embedding(tape, table, ids), config.dropout());
  }

  /** Folds embeddings into what reads them, for decoding with weights that stay. */
  void fold(Tape tape) {
    if (isFoldable(sourceEmbedding, encoder.foldedWidth())) {
      encoder.fold(tape, sourceEmbedding);
    }
  }

  static boolean isFoldable(Parameter table, long width) {
    return 4 * width * table.dim(0) <= MOST_FOLDED_BYTES;
  }

  void refresh(int part, int parts) {
    encoder.refresh(part, parts);
    readout.refresh(part, parts);
  }

  @Override
  public void close() {
    encoder.close();
    readout.close();
  }
}
