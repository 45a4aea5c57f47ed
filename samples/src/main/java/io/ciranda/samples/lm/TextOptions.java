package io.ciranda.samples.lm;

import io.ciranda.samples.text.Split;
import io.ciranda.samples.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say which texts a model learns from and is measured on. */
final class TextOptions {
  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text, plain or gzip'ed, to learn from.")
  Path text;

  @Option(
      names = "--valid",
      paramLabel = "FILE",
      description = "Text to validate on, instead of a part of --text.")
  Path valid;

  @Option(
      names = "--test",
      paramLabel = "FILE",
      description = "Text for the final test, instead of a part of --text.")
  Path test;

  @Option(
      names = "--split",
      paramLabel = "TRAIN,VALID[,PIECES]",
      converter = SplitConverter.class,
      defaultValue = "0.9,0.05",
      description = {
        "Where --valid is not given: fractions of --text to learn from and to validate on; the rest is for the test",
        "(default: ${DEFAULT-VALUE}). With PIECES those of each of so many equal pieces of the text, as char-rnn cuts one",
        "for each lane of its batch: the parts are then more alike than the beginning and the end of a book."
      })
  Split.Fractions split;

  /** Reads the files and cuts them. */
  Split read() throws IOException {
    String whole = TextFile.read(text);
    String tested = test == null ? "" : TextFile.read(test);
    if (valid != null) {
      return new Split(whole, TextFile.read(valid), tested);
    }
    Split parts = Split.of(whole, split);
    return test == null ? parts : new Split(parts.train(), parts.valid(), tested);
  }
}
