package io.ciranda.samples.translate;

import io.ciranda.samples.training.OptimizationOptions;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.TranslationTrainer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how a model is trained. */
final class TrainingOptions {
  private static final int LONGEST = 100;
  private static final int LONGEST_BY_CHARACTER = 500;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "64",
      description = "Pairs of a step, of like length (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--label-smoothing",
      paramLabel = "P",
      defaultValue = "0.1",
      description =
          "Probability that is spread over all symbols in what is learned (default: ${DEFAULT-VALUE}).")
  private float smoothing;

  @Option(
      names = "--scheduled-sampling",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Probability, rising to this, with which the decoder goes on from its own symbol instead of the right one (default: ${DEFAULT-VALUE}).")
  private double ownSymbols;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description =
          "Leave out pairs with more symbols on a side (default: "
              + LONGEST
              + ", "
              + LONGEST_BY_CHARACTER
              + " for characters).")
  private Integer maxLength;

  @Mixin private OptimizationOptions optimization = new OptimizationOptions("cosine:200", 1);

  /** The options that all trainings have. */
  OptimizationOptions optimization() {
    return optimization;
  }

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  TranslationTrainer.Config config(TextCodec.Level level) {
    optimization.check();
    int longest = level == TextCodec.Level.CHAR ? LONGEST_BY_CHARACTER : LONGEST;
    return new TranslationTrainer.Config(
        batch,
        optimization.epochs(),
        optimization.rule(),
        optimization.rate(),
        optimization.clipping(),
        optimization.schedule(),
        smoothing,
        ownSymbols,
        maxLength == null ? longest : maxLength,
        optimization.seed(),
        optimization.threads(batch),
        optimization.patience());
  }
}
