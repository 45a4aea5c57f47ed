package io.ciranda.samples.translate;

import io.ciranda.io.AtomicFile;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.Summaries;
import io.ciranda.text.Bleu;
import io.ciranda.text.Chrf;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda translate eval}. */
@Command(
    name = "eval",
    description =
        "Translates a file and compares with the right translations: BLEU and chrF, as sacrebleu has them by default.")
final class Evaluate extends CirandaCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text, plain or gzip'ed, a sentence a line.")
  private Path source;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "FILE",
      description = "The right translations, line by line.")
  private Path target;

  @Option(
      names = "--lowercase",
      description = "Upper and lower case count as the same, in both figures.")
  private boolean lowercase;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where to write the translations, line by line.")
  private Path output;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description = "Where to write what --json prints.")
  private Path summary;

  @Mixin private TranslatorOptions translators;

  /**
   * What {@code --json} prints.
   *
   * @param cut translations that were cut at the maximum length
   * @param seconds of translating
   */
  record Result(
      List<String> command,
      String model,
      String source,
      String target,
      Test test,
      Bleu bleu,
      String bleuSignature,
      String chrfSignature,
      Decoding decoding,
      int sentences,
      int cut,
      double seconds,
      double sentencesPerSecond,
      Environment environment) {}

  /** The figures, in [0, 100]. */
  record Test(double bleu, double chrf) {}

  @Override
  protected Object run(Console console) throws IOException {
    checked(translators::check);
    requireOther("--output", output, translators.model(), source, target);
    requireOther("--summary", summary, translators.model(), source, target, output);
    ParallelText text = ParallelText.read(source, target);
    try (TranslationModel loaded = translators.load(console);
        Translator translator = translators.translator(loaded)) {
      console.narrate("translating %,d sentences".formatted(text.size()));
      long start = System.nanoTime();
      List<Translation> translations = translator.translate(text.sources());
      double seconds = (System.nanoTime() - start) * 1e-9;
      List<String> hypotheses = translations.stream().map(Translation::text).toList();
      List<List<String>> references = List.of(text.targets());
      Bleu bleu = Bleu.of(hypotheses, references, lowercase);
      Chrf chrf = Chrf.of(hypotheses, references, 0, lowercase);
      String letters = lowercase ? "lc" : "mixed";
      var result =
          new Result(
              commandLine(),
              translators.model().toString(),
              source.toString(),
              target.toString(),
              new Test(bleu.score(), chrf.score()),
              bleu,
              "nrefs:1|case:%s|eff:no|tok:13a|smooth:exp".formatted(letters),
              "nrefs:1|case:%s|eff:yes|nc:6|nw:0|space:no".formatted(letters),
              translators.decoding(loaded),
              text.size(),
              (int) translations.stream().filter(one -> !one.isComplete()).count(),
              seconds,
              text.size() / seconds,
              Environment.current());
      console.print("%s   %s".formatted(bleu, result.bleuSignature));
      console.print("%s   %s".formatted(chrf, result.chrfSignature));
      console.print(
          "%,d sentences in %.1f s, %,.0f sentences/s"
              .formatted(result.sentences, seconds, result.sentencesPerSecond));
      if (result.cut > 0) {
        console.narrate(TranslatorOptions.cut(result.cut, result.decoding));
      }
      if (output != null) {
        write(hypotheses);
      }
      if (summary != null) {
        Summaries.write(summary, result);
      }
      return result;
    }
  }

  private void write(List<String> lines) throws IOException {
    byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(output, bytes.length, channel -> channel.write(ByteBuffer.wrap(bytes)));
  }
}
