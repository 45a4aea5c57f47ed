package io.ciranda.samples.translate;

import io.ciranda.nn.Attention;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.TranslationModel;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a model is made of. */
final class ModelOptions {
  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      defaultValue = "attention",
      description = {
        "How a source becomes a target (default: ${DEFAULT-VALUE}):",
        "word-by-word: an output for each input word.",
        "encoder-decoder: the source is read, its last state written from.",
        "attention: the decoder looks back at the source at each step."
      })
  private String architecture;

  @Option(
      names = "--context",
      description = "For encoder-decoder: the encoder's last state is an input of every step.")
  private boolean context;

  @Option(
      names = "--score",
      paramLabel = "SCORE",
      description =
          "For attention: how a state and a source position are compared: additive, general or dot (default: additive).")
  private Attention.Score score;

  @Option(
      names = "--attention-width",
      paramLabel = "A",
      description = "For additive scores: the width of what is compared (default: as --hidden).")
  private Integer attentionWidth;

  @Option(
      names = "--input-feeding",
      description = "For attention: a step sees the attentional vector of the one before.")
  private boolean inputFeeding;

  @Mixin private SizeOptions sizes;

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  TranslationModel.Config config() {
    Architecture chosen = Architecture.of(architecture);
    boolean hasAttention = chosen == Architecture.ATTENTION;
    Attention.Score compared = score == null ? Attention.Score.ADDITIVE : score;
    if (score != null && !hasAttention) {
      throw new IllegalArgumentException(
          "--score: only for --architecture attention, actual " + architecture);
    }
    if (attentionWidth != null && !(hasAttention && compared == Attention.Score.ADDITIVE)) {
      throw new IllegalArgumentException(
          "--attention-width: only for additive scores of --architecture attention");
    }
    return sizes.config(chosen, context, compared, attentionWidth, inputFeeding);
  }
}
