package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.LabelledSentence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
record Corpus(
    String source,
    List<LabelledSentence> train,
    List<LabelledSentence> devel,
    List<LabelledSentence> test) {

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

  private static List<LabelledSentence> part(Path folder, String name) throws IOException {
    Path plain = folder.resolve(name + ".tsv");
    Path zipped = folder.resolve(name + ".tsv.gz");
    if (!Files.exists(plain) && !Files.exists(zipped)) {
      throw new UserException(
          "expected train.tsv, devel.tsv and test.tsv, or each with .gz, in %s, but there is no %s.%nWithout --data the example makes its sentences up."
              .formatted(folder, plain.getFileName()));
    }
    try {
      return LabelledSentence.read(Files.exists(plain) ? plain : zipped);
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + ".%nWithout --data the example makes its sentences up.".formatted(), e);
    }
  }

  @Override
  public String toString() {
    return "%s: %,d sentences to learn from, %,d to tell when to stop, %,d to test"
        .formatted(source, train.size(), devel.size(), test.size());
  }
}
