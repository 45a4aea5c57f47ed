package io.ciranda.samples.translate;

import io.ciranda.kernel.Precision;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.infer.SamplingOptions;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which model translates, and how translations are searched for. */
final class TranslatorOptions {
  private static final int LONGEST = 200;
  private static final int LONGEST_BY_CHARACTER = 1000;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A model of translate train.")
  private Path model;

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

  @Option(
      names = "--length-factor",
      paramLabel = "X",
      defaultValue = "" + Decoding.USUAL_FACTOR,
      description =
          "Symbols of a translation at most for each symbol of its source (default: ${DEFAULT-VALUE}).")
  private double lengthFactor;

  @Option(
      names = "--unknown",
      paramLabel = "WAY",
      defaultValue = "copy",
      description = {
        "Where a word comes out that the vocabulary lacks (default: ${DEFAULT-VALUE}):",
        "copy: the source's word that was looked at most; needs attention.",
        "avoid: the next likeliest.",
        "write: <unk>."
      })
  private Decoding.Unknown unknown;

  @Mixin private SamplingOptions choice = new SamplingOptions(0);

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Sentences that are translated together (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      defaultValue = "f32",
      description = {
        "Of the weights: f32, bf16 or int8 (default: ${DEFAULT-VALUE}). Narrow ones are faster where a",
        "sentence is translated by itself, and slower in large batches."
      })
  private Precision precision;

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
        lengthFactor,
        choice.sampling(),
        choice.seed(),
        unknown);
  }

  /** The file of the model. */
  Path model() {
    return model;
  }

  /** The model. */
  TranslationModel load(Console console) throws IOException {
    return TranslationModel.load(model, Engine.backend(console));
  }

  /** How a model's translations are searched for. */
  Decoding decoding(TranslationModel loaded) {
    return decoding(loaded.target().level());
  }

  /** Translates so. */
  Translator translator(TranslationModel loaded) {
    return new Translator(loaded, decoding(loaded), batch, threads(), precision);
  }

  /** What is said of translations that did not end by themselves. */
  static String cut(long count, Decoding decoding) {
    return "%,d translations were cut at %d symbols or %s for each of the source; --max-length and --length-factor allow more"
        .formatted(count, decoding.maxLength(), decoding.lengthFactor());
  }

  int threads() {
    return threads == null ? Math.min(4, Runtime.getRuntime().availableProcessors()) : threads;
  }

  int batch() {
    return batch;
  }
}
