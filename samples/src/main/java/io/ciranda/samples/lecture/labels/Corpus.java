package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Sentences with a label for each word.
 *
 * @param source where they are from
 * @param train to learn from
 * @param devel to tell when to stop
 * @param test to measure with
 */
record Corpus(String source, List<Sentence> train, List<Sentence> devel, List<Sentence> test) {

  /**
   * As many words as labels: {@code B-TYPE} begins an entity, {@code I-TYPE} goes on, {@code O}.
   */
  record Sentence(List<String> words, List<String> labels) {
    Sentence {
      words = List.copyOf(words);
      labels = List.copyOf(labels);
    }
  }

  /** What comes with the program. */
  static Corpus madeUp(int sentences, long seed) {
    var random = new SplittableRandom(seed);
    return new Corpus(
        "made-up sentences, such as "
            + String.join(" ", MadeUpSentences.make(1, new SplittableRandom(1)).getFirst().words()),
        MadeUpSentences.make(sentences, random),
        MadeUpSentences.make(sentences / 2, random),
        MadeUpSentences.make(1000, random));
  }

  /** {@code train}, {@code devel} and {@code test} of a folder, {@code .tsv} or {@code .tsv.gz}. */
  static Corpus read(Path folder) throws IOException {
    return new Corpus(
        folder.toString(), part(folder, "train"), part(folder, "devel"), part(folder, "test"));
  }

  private static List<Sentence> part(Path folder, String name) throws IOException {
    Path plain = folder.resolve(name + ".tsv");
    Path zipped = folder.resolve(name + ".tsv.gz");
    if (!Files.exists(plain) && !Files.exists(zipped)) {
      throw new UserException(
          "expected train.tsv, devel.tsv and test.tsv, or each with .gz, in %s, but there is no %s.%nWithout --data the example makes its sentences up."
              .formatted(folder, plain.getFileName()));
    }
    return parse(Files.exists(plain) ? plain : zipped);
  }

  private static List<Sentence> parse(Path file) throws IOException {
    var sentences = new ArrayList<Sentence>();
    var words = new ArrayList<String>();
    var labels = new ArrayList<String>();
    List<String> lines = TextFile.read(file).lines().toList();
    for (int i = 0; i <= lines.size(); i++) {
      String line = i < lines.size() ? lines.get(i) : "";
      if (!line.isBlank()) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 2 || !parts[1].matches("O|[BI]-.+")) {
          throw new UserException(
              "%s, line %d: expected a word, a tab and a label (B-TYPE, I-TYPE or O), actual '%s'.%nWithout --data the example makes its sentences up."
                  .formatted(file, i + 1, line));
        }
        words.add(parts[0]);
        labels.add(parts[1]);
      } else if (!words.isEmpty()) {
        sentences.add(new Sentence(words, labels));
        words.clear();
        labels.clear();
      }
    }
    return sentences;
  }

  @Override
  public String toString() {
    return "%s: %,d sentences to learn from, %,d to tell when to stop, %,d to test"
        .formatted(source, train.size(), devel.size(), test.size());
  }
}
