package io.ciranda.translation;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.nn.AttentionDecoder;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.nn.TanhLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * A bidirectional encoder and a decoder that looks back (Bahdanau, Cho and Bengio 2015):
 *
 * <pre>
 * h_j = [forward_j ; backward_j]      s(0) = tanh(W_b [forward(S) ; backward(1)] + b_b)
 * (s(t), seen(t)) = decoder(e(t), h, s(t-1))
 * readout(t) = tanh(W_r [s(t) ; seen(t) ; e(t)] + b_r)
 * </pre>
 *
 * <p>The cell state of an LSTM decoder starts at zero.
 */
final class AttentionNetwork extends TranslationNetwork {
  private static final String BRIDGE = "bridge.";
  private static final String ATTENTION = "attention.";

  // Of the readout's inputs.
  private static final int CONTEXT = 1;
  private static final int EMBEDDED = 2;

  private final TanhLayer bridge;
  private final AttentionDecoder decoder;

  AttentionNetwork(TranslationModel.Config config, Parameters parameters, Backend backend) {
    super(config, encoder(config), parameters, backend, readoutInputs(config));
    bridge = new TanhLayer(parameters, backend, BRIDGE, bridgeInputs(config));
    decoder = new AttentionDecoder(config.decoder(), parameters, backend, DECODER, ATTENTION);
  }

  static void declareAll(Parameters.Builder builder, TranslationModel.Config config) {
    RecurrentStack.declare(builder, encoder(config), ENCODER);
    TanhLayer.declare(builder, BRIDGE, config.layers() * config.hidden(), bridgeInputs(config));
    AttentionDecoder.declare(builder, config.decoder(), DECODER, ATTENTION);
    TanhLayer.declare(builder, READOUT, config.embedding(), readoutInputs(config));
  }

  private static RecurrentStack.Config encoder(TranslationModel.Config config) {
    return new RecurrentStack.Config(
        config.cell(),
        config.embedding(),
        config.annotation() / 2,
        config.layers(),
        true,
        config.dropout(),
        false);
  }

  private static int[] bridgeInputs(TranslationModel.Config config) {
    return new int[] {config.annotation() / 2, config.annotation() / 2};
  }

  private static int[] readoutInputs(TranslationModel.Config config) {
    return new int[] {config.hidden(), config.decoder().seen(), config.embedding()};
  }

  @Override
  int seenWidth() {
    return config.inputFeeding() ? config.decoder().seen() : 0;
  }

  @Override
  Encoded encode(Tape tape, Batch batch) {
    RecurrentStack.Output output = read(tape, batch);
    List<Variable> ends = output.last().h();
    Variable start = bridge.forward(tape, ends.get(ends.size() - 2), ends.getLast()); // [B][LH]
    int hidden = config.hidden();
    var h = new ArrayList<Variable>();
    var c = new ArrayList<Variable>();
    for (int l = 0; l < config.layers(); l++) {
      h.add(Ops.columns(tape, start, l * hidden, hidden));
      if (config.cell().hasCellState()) {
        c.add(tape.constant(tape.workspace().zeros(batch.lengths().dim(0), hidden)));
      }
    }
    var source = decoder.attention().source(tape, output.y(), batch.lengths());
    if (isPrepared(tape)) {
      source = decoder.prepare(tape, source, readout, CONTEXT);
    }
    return new Encoded(new State(h, c), source, null);
  }

  @Override
  Decoded decode(
      Tape tape,
      Encoded encoded,
      IntTensor inputs,
      IntTensor lengths,
      IntTensor rows,
      State state,
      Variable seen) {
    var source = rows == null ? encoded.source() : encoded.source().withRows(rows);
    if (isPrepared(tape)) {
      AttentionDecoder.Output output =
          decoder.forward(tape, targetEmbedding, inputs, lengths, source, state, seen);
      Variable readouts =
          readout.forwardFirst(
              tape,
              output.y(),
              product(tape, output.seen()),
              readout.product(tape, EMBEDDED, targetEmbedding, inputs));
      return new Decoded(readouts, output.last(), null, output.weights());
    }
    Variable e = embedTarget(tape, inputs);
    AttentionDecoder.Output output = decoder.forward(tape, e, lengths, source, state, seen);
    return new Decoded(
        readout.forward(tape, output.y(), output.seen(), e),
        output.last(),
        config.inputFeeding() ? output.seen() : null,
        output.weights());
  }

  @Override
  void fold(Tape tape) {
    super.fold(tape);
    if (!config.inputFeeding() && isFoldable(targetEmbedding, decoder.fedWidth())) {
      decoder.fold(tape, targetEmbedding);
      readout.fold(EMBEDDED, targetEmbedding);
    }
  }

  /** A source is read by many steps; what they make of its annotations is formed once. */
  private boolean isPrepared(Tape tape) {
    return !tape.isTraining() && !config.inputFeeding();
  }

  private Variable product(Tape tape, Variable seen) {
    return Ops.columns(tape, seen, decoder.fedWidth(), config.embedding());
  }

  @Override
  void refresh(int part, int parts) {
    super.refresh(part, parts);
    bridge.refresh(part, parts);
    decoder.refresh(part, parts);
  }

  @Override
  public void close() {
    super.close();
    bridge.close();
    decoder.close();
  }
}
