package io.ciranda.samples.sequence;

import io.ciranda.nn.Cell;
import io.ciranda.samples.text.TextFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTagger;
import io.ciranda.sequence.TaggingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds diseases in abstracts (NCBI disease corpus, Dogan et al. 2014): a BiLSTM-CRF that knows the
 * words that are not rare, and of all words their letters. Arguments: files to train, validate and
 * test on, of a token, a tab and a label a line, an empty line after each sentence; and a seed.
 */
public final class DiseaseTagger {
  private DiseaseTagger() {}

  /** Prints how well it does. */
  public static void main(String[] args) throws IOException {
    long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
    System.out.println(run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), seed));
  }

  static TaggingMetrics run(Path train, Path valid, Path test, long seed) throws IOException {
    try (var model = fit(train, valid, seed)) {
      return model.evaluate(read(test));
    }
  }

  static SequenceTagger fit(Path train, Path valid, long seed) throws IOException {
    SequenceOptions options =
        SequenceOptions.standard()
            .withCell(Cell.LSTM)
            .withHidden(100)
            .withDropout(0.5)
            .withMinCount(2)
            .withUnknownRate(0.3)
            .withSpelled(1, 25)
            .withCrf(true)
            .withEpochs(40)
            .withSeed(seed);
    return SequenceTagger.fit(read(train), read(valid), options);
  }

  static List<Example<List<String>>> read(Path file) throws IOException {
    var examples = new ArrayList<Example<List<String>>>();
    for (String sentence : TextFile.read(file).split("\\R\\R+", -1)) {
      List<String[]> lines =
          sentence.lines().filter(line -> !line.isBlank()).map(l -> l.split("\t", -1)).toList();
      if (!lines.isEmpty()) {
        String[][] words = lines.stream().map(line -> symbols(line[0])).toArray(String[][]::new);
        List<String> labels = lines.stream().map(line -> line[1]).toList();
        examples.add(new Example<>(Sequence.ofSymbols(words), labels));
      }
    }
    return examples;
  }

  /** A word without its case, and as it is, to be read letter by letter. */
  static String[] symbols(String word) {
    return new String[] {word.toLowerCase(Locale.ROOT), word};
  }
}
