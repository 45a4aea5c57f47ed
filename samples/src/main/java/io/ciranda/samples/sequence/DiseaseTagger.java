package io.ciranda.samples.sequence;

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
 * Finds diseases in abstracts (NCBI disease corpus, Dogan et al. 2014), knowing of a word its lower
 * case where it is not rare, its shape, and its end. Arguments: files to train, validate and test
 * on, of a token, a tab and a label a line, an empty line after each sentence; and a seed.
 */
public final class DiseaseTagger {
  private DiseaseTagger() {}

  /** Prints how well it does. */
  public static void main(String[] args) throws IOException {
    long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
    System.out.println(run(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), seed));
  }

  static TaggingMetrics run(Path train, Path valid, Path test, long seed) throws IOException {
    SequenceOptions options =
        SequenceOptions.standard()
            .withMinCount(2)
            .withUnknownRate(0.15)
            .withDropout(0.5)
            .withSeed(seed);
    try (var model = SequenceTagger.fit(read(train), read(valid), options)) {
      return model.evaluate(read(test));
    }
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

  private static String[] symbols(String word) {
    String shape =
        word.replaceAll("\\p{Lu}+", "X").replaceAll("\\p{Ll}+", "x").replaceAll("\\d+", "9");
    String lower = word.toLowerCase(Locale.ROOT);
    return new String[] {lower, shape, lower.substring(Math.max(0, lower.length() - 3))};
  }
}
