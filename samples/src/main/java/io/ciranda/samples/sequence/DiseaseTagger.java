package io.ciranda.samples.sequence;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTagger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds diseases in abstracts (NCBI disease corpus, Doğan et al. 2014). Arguments: files of a
 * token, a tab and a label a line, with an empty line after each sentence, to train, validate and
 * test on.
 */
public final class DiseaseTagger {
  private DiseaseTagger() {}

  /** Trains, tests, prints. */
  public static void main(String[] args) throws IOException {
    List<Example<List<String>>> train = read(Path.of(args[0]));
    List<Example<List<String>>> valid = read(Path.of(args[1]));
    List<Example<List<String>>> test = read(Path.of(args[2]));
    SequenceOptions options =
        SequenceOptions.standard()
            .withMinCount(2)
            .withDropout(0.5)
            .withListener(System.out::println);
    if (args.length > 3) options = options.withSeed(Long.parseLong(args[3]));
    if (args.length > 4) options = options.withHidden(Integer.parseInt(args[4]));
    if (args.length > 5) options = options.withDropout(Double.parseDouble(args[5]));
    if (args.length > 6) options = options.withUnknownRate(Double.parseDouble(args[6]));
    if (args.length > 7) options = options.withLearningRate(Double.parseDouble(args[7]));
    try (var model = SequenceTagger.fit(train, valid, options)) {
      System.out.println(model.evaluate(valid));
      System.out.println(model.evaluate(test));
    }
  }

  static List<Example<List<String>>> read(Path file) throws IOException {
    var examples = new ArrayList<Example<List<String>>>();
    var words = new ArrayList<String[]>();
    var labels = new ArrayList<String>();
    var lines = new ArrayList<>(TimeSeriesFile.lines(file));
    lines.add("");
    for (String line : lines) {
      if (!line.isBlank()) {
        String[] parts = line.split("\t", -1);
        words.add(symbols(parts[0]));
        labels.add(parts[1]);
      } else if (!words.isEmpty()) {
        Sequence sentence = Sequence.ofSymbols(words.toArray(String[][]::new));
        examples.add(new Example<>(sentence, List.copyOf(labels)));
        words.clear();
        labels.clear();
      }
    }
    return examples;
  }

  /** The word, its shape (Xx, X, 9 ...), and how it ends. */
  private static String[] symbols(String word) {
    String shape =
        word.replaceAll("\\p{Lu}+", "X").replaceAll("\\p{Ll}+", "x").replaceAll("\\d+", "9");
    String lower = word.toLowerCase(Locale.ROOT);
    return new String[] {lower, shape, lower.substring(Math.max(0, lower.length() - 3))};
  }
}
