package io.ciranda.samples.translate;

import io.ciranda.samples.cli.Console;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say which pairs a model learns from. */
final class PairOptions {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text, plain or gzip'ed, a sentence a line, to translate from.")
  private Path source;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "FILE",
      description = "The translations, line by line.")
  private Path target;

  @Option(
      names = "--valid-source",
      paramLabel = "FILE",
      description = "Sentences to validate on after each epoch; the best model is kept.")
  private Path validSource;

  @Option(
      names = "--valid-target",
      paramLabel = "FILE",
      description = "Their translations, line by line.")
  private Path validTarget;

  /** Throws IllegalArgumentException where one option needs another. */
  PairOptions check() {
    if ((validSource == null) != (validTarget == null)) {
      throw new IllegalArgumentException(
          "--valid-source and --valid-target: expected both or none");
    }
    return this;
  }

  /** To learn from. */
  ParallelText train(Console console) throws IOException {
    return ParallelText.readPairs(source, target, console);
  }

  /** To validate on; may be empty. */
  ParallelText valid(Console console) throws IOException {
    return validSource == null
        ? ParallelText.NONE
        : ParallelText.readPairs(validSource, validTarget, console);
  }

  /** What is translated into what. */
  String title() {
    return "%s to %s".formatted(source.getFileName(), target.getFileName());
  }
}
