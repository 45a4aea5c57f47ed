package io.ciranda.samples.translate;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.UserException;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.Translator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ciranda translate run}. */
@Command(
    name = "run",
    description = {
      "Translates standard input to standard output: a line in, a line out, as they come.",
      "An empty line stays empty. With attention, a word that the model does not know is copied."
    })
final class Run extends CirandaCommand {
  /** Batches for each thread that are read together, if they are there: like lengths meet. */
  private static final int BATCHES = 8;

  @Mixin private TranslatorOptions translators;

  @Override
  protected Object run(Console console) throws IOException {
    require(
        console.printsText(),
        "--json: the translations take standard output; translate eval has figures");
    checked(translators::check);
    try (TranslationModel loaded = translators.load(console);
        Translator translator = translators.translator(loaded)) {
      var lines = new Lines(System.in);
      int most = BATCHES * translators.threads() * translators.batch();
      long start = System.nanoTime();
      long count = 0;
      long cut = 0;
      for (List<String> some = lines.next(most); !some.isEmpty(); some = lines.next(most)) {
        List<Translation> translations = translator.translate(some, count);
        print(translations, console.out());
        count += some.size();
        cut += translations.stream().filter(translation -> !translation.isComplete()).count();
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      console.narrate(
          "%,d lines in %.1f s, %,.0f lines/s".formatted(count, seconds, count / seconds));
      if (cut > 0) {
        console.narrate(TranslatorOptions.cut(cut, translators.decoding(loaded)));
      }
      return null;
    }
  }

  private static void print(List<Translation> translations, PrintWriter out) {
    for (Translation translation : translations) {
      out.print(translation.text());
      out.print('\n');
    }
    if (out.checkError()) {
      throw new UserException(
          "the translations cannot be written: nobody reads them any more, or the disk is full");
    }
  }

  /** The lines of a stream; only a line feed ends one, so that they are counted as elsewhere. */
  private static final class Lines {
    private final BufferedReader in;

    Lines(java.io.InputStream in) {
      this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** Those that are there, at least one if one comes, at most {@code most}. */
    List<String> next(int most) throws IOException {
      var lines = new ArrayList<String>();
      do {
        String line = line();
        if (line == null) {
          break;
        }
        lines.add(line);
      } while (lines.size() < most && in.ready());
      return lines;
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      int c = in.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != '\n'; c = in.read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }
}
