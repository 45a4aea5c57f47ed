package io.ciranda.samples.lm;

import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.training.OptimizationOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how a model is trained. */
final class TrainingOptions {
  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Pieces of the text that are read side by side (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--bptt",
      paramLabel = "T",
      defaultValue = "64",
      description =
          "Steps that gradients go back; the state goes on beyond (default: ${DEFAULT-VALUE}).")
  int bptt;

  @Option(
      names = "--validate-every",
      paramLabel = "STEPS",
      defaultValue = "0",
      description = "Steps between validations; 0 for once an epoch (default: ${DEFAULT-VALUE}).")
  int validateEvery;

  @Option(
      names = "--weight-dropout",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Probability with which an element of a recurrent matrix is left out of a training step (Merity et al. 2018; default: ${DEFAULT-VALUE}).")
  float weightDropout;

  @Option(
      names = "--average",
      paramLabel = "D",
      defaultValue = "0",
      description = {
        "Validate and save a moving average of the weights, such as 0.999: after step n it is D times itself plus 1 - D times the weights,",
        "with (1 + n) / (10 + n) for D at the beginning; 0 for the weights themselves (default: ${DEFAULT-VALUE})."
      })
  double average;

  @Mixin OptimizationOptions optimization;

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  LanguageModelTrainer.Config config() {
    optimization.check();
    return new LanguageModelTrainer.Config(
        batch,
        bptt,
        optimization.epochs(),
        optimization.rule(),
        optimization.rate(),
        optimization.clipping(),
        optimization.schedule(),
        optimization.seed(),
        optimization.threads(batch),
        validateEvery,
        optimization.patience(),
        weightDropout,
        average);
  }
}
