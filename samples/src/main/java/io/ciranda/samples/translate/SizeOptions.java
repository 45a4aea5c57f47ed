package io.ciranda.samples.translate;

import io.ciranda.nn.Attention;
import io.ciranda.nn.Cell;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.TranslationModel;
import picocli.CommandLine.Option;

/** The options that say of what size a model is, whatever its architecture. */
final class SizeOptions {
  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "gru",
      description = "lstm or gru, rnn or rnn-relu (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "256",
      description = "Units of a recurrent layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--embed",
      paramLabel = "E",
      description = "Width of both embeddings and of the readout (default: as --hidden).")
  private Integer embed;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "1",
      description = "Recurrent layers of encoder and decoder (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--no-tie",
      description = "The output has weights of its own, not those of the target embedding.")
  private boolean untied;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.3",
      description =
          "Probability with which a unit is left out in training, after embeddings, between layers and before the output (default: ${DEFAULT-VALUE}).")
  private float dropout;

  /**
   * A model without what only {@link ModelOptions} have.
   *
   * @param context whether an encoder-decoder's state is an input of every step
   */
  TranslationModel.Config config(Architecture architecture, boolean context) {
    return config(architecture, context, Attention.Score.ADDITIVE, null, false);
  }

  /**
   * Throws IllegalArgumentException with expected and actual where a value makes no sense.
   *
   * @param attentionWidth null for as wide as the state
   */
  TranslationModel.Config config(
      Architecture architecture,
      boolean context,
      Attention.Score score,
      Integer attentionWidth,
      boolean inputFeeding) {
    return new TranslationModel.Config(
        architecture,
        Cell.of(cell),
        embed == null ? hidden : embed,
        hidden,
        layers,
        context,
        score,
        attentionWidth == null ? hidden : attentionWidth,
        inputFeeding,
        !untied && architecture != Architecture.WORD_BY_WORD,
        dropout);
  }
}
