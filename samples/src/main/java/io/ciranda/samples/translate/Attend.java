package io.ciranda.samples.translate;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.HeatMap;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda translate attention}. */
@Command(
    name = "attention",
    description = {
      "Translates a sentence and shows what the decoder looked at for each symbol that it wrote.",
      "Printed: each symbol with the source's that it looked at most; drawn: all weights, the source above, the translation on the left."
    })
final class Attend extends CirandaCommand {
  @Option(
      names = "--sentence",
      required = true,
      paramLabel = "TEXT",
      description = "What is translated.")
  private String sentence;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The picture to write, .svg or .png.")
  private Path output;

  @Mixin private TranslatorOptions translators;

  /**
   * What {@code --json} prints.
   *
   * @param source the symbols that were read
   * @param target the symbols that were written
   * @param weights for each symbol of the target those of the source's
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(
      String model,
      String sentence,
      String translation,
      List<String> source,
      List<String> target,
      float[][] weights,
      String output) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(
        output == null || HeatMap.canWrite(output),
        "--output: expected a file that ends with .svg or .png, actual " + output);
    require(!sentence.isBlank(), "--sentence: expected text, actual '" + sentence + "'");
    checked(translators::check);
    try (TranslationModel loaded = translators.load(console);
        Translator translator = translators.translator(loaded)) {
      if (loaded.config().architecture() != Architecture.ATTENTION) {
        throw new UserException(
            "%s: expected a model with attention, actual %s.%nTrain one with --architecture attention."
                .formatted(translators.model(), loaded.config().architecture().label()));
      }
      Translation translation = translator.translate(sentence);
      Alignment alignment = Alignment.of(loaded, translation);
      console.print(translation.text());
      alignment.lines().forEach(line -> console.print("    " + line));
      if (output != null) {
        alignment.heatMap().write(output, console);
      }
      return new Result(
          translators.model().toString(),
          sentence,
          translation.text(),
          alignment.source(),
          alignment.target(),
          alignment.weights(),
          output == null ? null : output.toString());
    }
  }
}
