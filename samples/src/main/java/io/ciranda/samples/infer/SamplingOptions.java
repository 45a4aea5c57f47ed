package io.ciranda.samples.infer;

import io.ciranda.infer.Sampling;
import picocli.CommandLine.Option;

/** The options that say how a symbol is chosen among those that a model thinks possible. */
public final class SamplingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "Below 1 for safer, above 1 for wilder choices; 0 for the most probable (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      defaultValue = "0",
      description = "Choose among the K most probable only; 0 for all (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      defaultValue = "1",
      description =
          "Choose among the most probable that together have probability P (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the choices (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** With a default for {@code --temperature}. */
  public SamplingOptions(double temperature) {
    this.temperature = temperature;
  }

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  public Sampling sampling() {
    return new Sampling(temperature, topK, topP);
  }

  /** Of the choices. */
  public long seed() {
    return seed;
  }
}
