package io.ciranda.samples.text;

import io.ciranda.samples.cli.UserException;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A sentence with as many labels as words: {@code B-TYPE} begins an entity, {@code I-TYPE} goes on,
 * {@code O}.
 */
public record LabelledSentence(List<String> words, List<String> labels) {
  /** Copies both. */
  public LabelledSentence {
    words = List.copyOf(words);
    labels = List.copyOf(labels);
  }

  /**
   * The sentences of a file, plain or gzip'ed: a word, a tab and a label a line, an empty line
   * after each sentence.
   *
   * @throws UserException where the file is missing or a line holds something else
   */
  public static List<LabelledSentence> read(Path file) throws IOException {
    var sentences = new ArrayList<LabelledSentence>();
    var words = new ArrayList<String>();
    var labels = new ArrayList<String>();
    List<String> lines = TextFile.read(file).lines().toList();
    for (int i = 0; i <= lines.size(); i++) {
      String line = i < lines.size() ? lines.get(i) : "";
      if (!line.isBlank()) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 2 || !parts[1].matches("O|[BI]-.+")) {
          throw new UserException(
              "%s, line %d: expected a word, a tab and a label (B-TYPE, I-TYPE or O), actual '%s'"
                  .formatted(file, i + 1, line));
        }
        words.add(parts[0]);
        labels.add(parts[1]);
      } else if (!words.isEmpty()) {
        sentences.add(new LabelledSentence(words, labels));
        words.clear();
        labels.clear();
      }
    }
    return sentences;
  }

  /** {@link #read} as what a tagger learns from. */
  public static List<Example<List<String>>> examples(Path file) throws IOException {
    return read(file).stream().map(LabelledSentence::example).toList();
  }

  /** The {@link #symbols} of each word, and its label. */
  public Example<List<String>> example() {
    return new Example<>(
        Sequence.ofSymbols(words.stream().map(LabelledSentence::symbols).toArray(String[][]::new)),
        labels);
  }

  /** A word without its case, and as it is, to be read letter by letter. */
  public static String[] symbols(String word) {
    return new String[] {word.toLowerCase(Locale.ROOT), word};
  }
}
