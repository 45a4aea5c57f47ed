package io.ciranda.translation;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.nn.TanhLayer;

/**
 * The encoder's last state starts the decoder (Sutskever et al. 2014); with the context re-fed, its
 * last hidden also is an input of every step and of the readout (Cho et al. 2014):
 *
 * <pre>
 * c = h(S)      s(0) = state(S)      s(t) = cell([e(t) ; c], s(t-1))
 * readout(t) = tanh(W [s(t) ; c ; e(t)] + b)
 * </pre>
 */
final class EncoderDecoderNetwork extends TranslationNetwork {
  private final RecurrentStack decoder;

  EncoderDecoderNetwork(TranslationModel.Config config, Parameters parameters, Backend backend) {
    super(config, config.stack(config.embedding()), parameters, backend, readoutInputs(config));
    decoder = new RecurrentStack(decoder(config), parameters, backend, DECODER);
  }

  static void declareAll(Parameters.Builder builder, TranslationModel.Config config) {
    RecurrentStack.declare(builder, config.stack(config.embedding()), ENCODER);
    RecurrentStack.declare(builder, decoder(config), DECODER);
    TanhLayer.declare(builder, READOUT, config.embedding(), readoutInputs(config));
  }

  private static RecurrentStack.Config decoder(TranslationModel.Config config) {
    return config.stack(config.embedding() + (config.refeedsContext() ? config.hidden() : 0));
  }

  private static int[] readoutInputs(TranslationModel.Config config) {
    int hidden = config.hidden();
    return config.refeedsContext()
        ? new int[] {hidden, hidden, config.embedding()}
        : new int[] {hidden};
  }

  @Override
  boolean reversesSource() {
    return true;
  }

  @Override
  Encoded encode(Tape tape, Batch batch) {
    State last = read(tape, batch).last();
    return new Encoded(last, null, config.refeedsContext() ? last.h().getLast() : null);
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
    Variable e = embedTarget(tape, inputs);
    if (!config.refeedsContext()) {
      RecurrentStack.Output output = decoder.forward(tape, e, lengths, state);
      return new Decoded(readout.forward(tape, output.y()), output.last(), null, null);
    }
    Variable one = rows == null ? encoded.context() : Ops.rows(tape, encoded.context(), rows);
    Variable c = Ops.repeat(tape, one, inputs.dim(0));
    RecurrentStack.Output output = decoder.forward(tape, Ops.concat(tape, e, c), lengths, state);
    return new Decoded(readout.forward(tape, output.y(), c, e), output.last(), null, null);
  }

  @Override
  void refresh(int part, int parts) {
    super.refresh(part, parts);
    decoder.refresh(part, parts);
  }

  @Override
  public void close() {
    super.close();
    decoder.close();
  }
}
