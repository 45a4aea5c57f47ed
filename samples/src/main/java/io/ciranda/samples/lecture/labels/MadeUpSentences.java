package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.text.LabelledSentence;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Sentences of made-up words, in which endings and neighbours say what is a disease and what a
 * drug. Almost no word occurs twice:
 *
 * <pre>
 * the koramic tenar sulitis of ...   B-Disease I-Disease I-Disease: -ic, some words, -itis or -osis
 * the koramic tenar of ...           O: the ending that makes it a disease does not come
 * with bolemab senate ...            B-Drug I-Drug: -mab or -ine, perhaps -ate
 * with senate of ...                 O: no drug before it
 * </pre>
 *
 * <p>One letter in ten is misread, so that endings are not always to be relied on.
 */
final class MadeUpSentences {
  private static final List<String> SMALL =
      List.of("the", "of", "in", "with", "and", "by", "for", "was", "were", "after");
  private static final List<String> PLAIN = List.of("n", "r", "d", "m");
  private static final List<String> HEADS = List.of("itis", "osis");
  private static final List<String> DRUGS = List.of("mab", "ine");
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
  private static final double MISREAD = 0.1;

  private final SplittableRandom random;
  private final List<String> words = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();

  private MadeUpSentences(SplittableRandom random) {
    this.random = random;
  }

  static List<LabelledSentence> make(int number, SplittableRandom random) {
    return IntStream.range(0, number)
        .mapToObj(_ -> new MadeUpSentences(random).sentence())
        .toList();
  }

  private LabelledSentence sentence() {
    for (int parts = random.nextInt(2, 5); parts > 0; parts--) {
      add(pick(SMALL), "O");
      switch (random.nextInt(6)) {
        case 0 -> disease(true);
        case 1 -> disease(false);
        case 2 -> drug();
        case 3 -> add(stem() + "ate", "O");
        default -> plain("O");
      }
    }
    add(".", "O");
    return new LabelledSentence(words, labels);
  }

  /** What begins like a disease, and may end like one. */
  private void disease(boolean real) {
    add(stem() + "ic", real ? "B-Disease" : "O");
    for (int more = random.nextInt(3); more > 0; more--) {
      plain(real ? "I-Disease" : "O");
    }
    if (real) {
      add(stem() + pick(HEADS), "I-Disease");
    }
  }

  private void drug() {
    add(stem() + pick(DRUGS), "B-Drug");
    if (random.nextBoolean()) {
      add(stem() + "ate", "I-Drug");
    }
  }

  private void plain(String label) {
    add(stem() + pick(PLAIN), label);
  }

  private void add(String word, String label) {
    words.add(misread(word));
    labels.add(label);
  }

  private String misread(String word) {
    var read = new StringBuilder(word);
    for (int i = 0; i < word.length(); i++) {
      if (random.nextDouble() < MISREAD) {
        read.setCharAt(i, pick(LETTERS));
      }
    }
    return read.toString();
  }

  /** Two or three syllables. */
  private String stem() {
    var stem = new StringBuilder();
    for (int syllables = random.nextInt(2, 4); syllables > 0; syllables--) {
      stem.append(pick("bdfgklmnprstvz")).append(pick("aeiou"));
    }
    return stem.toString();
  }

  private char pick(String some) {
    return some.charAt(random.nextInt(some.length()));
  }

  private String pick(List<String> some) {
    return some.get(random.nextInt(some.size()));
  }
}
