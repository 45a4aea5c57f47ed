package io.ciranda.samples.translate;

import io.ciranda.samples.infer.SamplingOptions;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how translations are searched for. */
final class DecodingOptions {
  private static final int LONGEST = 200;
  private static final int LONGEST_BY_CHARACTER = 1000;

  @Option(
      names = "--beam",
      paramLabel = "K",
      defaultValue = "1",
      description =
          "Translations that are followed at once; 1 takes the likeliest symbol at each step (default: ${DEFAULT-VALUE}).")
  private int beam;

  @Option(
      names = "--length-penalty",
      paramLabel = "A",
      defaultValue = "1",
      description =
          "Translations are compared by log p / length^A; 0 favours short ones (default: ${DEFAULT-VALUE}).")
  private double lengthPenalty;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description =
          "Symbols of a translation at most (default: "
              + LONGEST
              + ", "
              + LONGEST_BY_CHARACTER
              + " for characters).")
  private Integer maxLength;

  @Mixin private SamplingOptions choice = new SamplingOptions(0);

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Sentences that are translated together (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Batches that are translated side by side (default: the number of processors, at most 4).")
  private Integer threads;

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  Decoding check() {
    if (batch < 1 || (threads != null && threads < 1)) {
      throw new IllegalArgumentException(
          "--batch, --threads: expected at least 1, actual %d, %s".formatted(batch, threads));
    }
    return decoding(TextCodec.Level.WORD);
  }

  private Decoding decoding(TextCodec.Level level) {
    int longest = level == TextCodec.Level.CHAR ? LONGEST_BY_CHARACTER : LONGEST;
    return new Decoding(
        beam,
        lengthPenalty,
        maxLength == null ? longest : maxLength,
        Decoding.USUAL_FACTOR,
        choice.sampling(),
        choice.seed(),
        Decoding.Unknown.COPY);
  }

  /** How a model's translations are searched for. */
  Decoding decoding(TranslationModel model) {
    return decoding(model.target().level());
  }

  /** Translates so. */
  Translator translator(TranslationModel model) {
    return new Translator(model, decoding(model), batch, threads());
  }

  int threads() {
    return threads == null ? Math.min(4, Runtime.getRuntime().availableProcessors()) : threads;
  }

  int batch() {
    return batch;
  }
}
