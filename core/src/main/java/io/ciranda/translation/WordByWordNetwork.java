package io.ciranda.translation;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.nn.State;
import io.ciranda.nn.TanhLayer;

/** Target symbol t is read off the encoder's output at source symbol t. */
final class WordByWordNetwork extends TranslationNetwork {

  WordByWordNetwork(TranslationModel.Config config, Parameters parameters, Backend backend) {
    super(config, config.stack(config.embedding()), parameters, backend, config.hidden());
  }

  static void declareAll(Parameters.Builder builder, TranslationModel.Config config) {
    RecurrentStack.declare(builder, config.stack(config.embedding()), ENCODER);
    TanhLayer.declare(builder, READOUT, config.embedding(), config.hidden());
  }

  /** The readouts of all source positions, {@code [S][B][E]}. */
  Variable readouts(Tape tape, Batch batch) {
    return readout.forward(tape, read(tape, batch).y());
  }

  @Override
  Encoded encode(Tape tape, Batch batch) {
    throw new UnsupportedOperationException("word by word there is no decoder");
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
    throw new UnsupportedOperationException("word by word there is no decoder");
  }
}
