package io.ciranda.samples.lecture.sentiment;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.TextFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What somebody wrote about a film.
 *
 * @param words in lower case, punctuation by itself
 * @param label {@link #PRAISE} or {@link #BLAME}
 */
record Review(List<String> words, String label) {
  static final String PRAISE = "pos";
  static final String BLAME = "neg";

  private static final Pattern LINE_BREAK = Pattern.compile("<br ?/?>");
  private static final Pattern WORD = Pattern.compile("[\\p{L}']+|\\p{N}+|[.,!?]");

  /**
   * Reads a label, a tab, further columns or none, and the text a line.
   *
   * @throws UserException where the file is missing or a line holds something else
   */
  static List<Review> read(Path file) throws IOException {
    var reviews = new ArrayList<Review>();
    List<String> lines = TextFile.read(file).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String label = line.substring(0, Math.max(0, line.indexOf('\t')));
      List<String> words = words(line.substring(line.lastIndexOf('\t') + 1));
      if (!(label.equals(PRAISE) || label.equals(BLAME)) || words.isEmpty()) {
        throw new UserException(
            "%s, line %d: expected pos or neg, a tab and a text with words, actual '%s'"
                .formatted(
                    file, i + 1, line.length() <= 30 ? line : line.substring(0, 30) + "..."));
      }
      reviews.add(new Review(words, label));
    }
    return reviews;
  }

  private static List<String> words(String text) {
    String plain = LINE_BREAK.matcher(text).replaceAll(" ").toLowerCase(Locale.ROOT);
    return WORD.matcher(plain).results().map(result -> result.group()).toList();
  }

  /**
   * Made-up reviews, as many of praise as of blame. Each says what was expected and, twice, what
   * came; the same words in another order, or one "not" more, say the opposite.
   */
  static List<Review> makeUp(int number, Random random) {
    return IntStream.range(0, number).mapToObj(i -> makeUp(i % 2 == 0, random)).toList();
  }

  private static final List<String> THINGS =
      List.of("film", "plot", "cast", "music", "ending", "dialogue", "camera", "story");
  private static final List<String> GOOD =
      List.of("good", "great", "funny", "moving", "brilliant", "clever", "charming", "fresh");
  private static final List<String> BAD =
      List.of("bad", "dull", "silly", "flat", "awful", "slow", "stale", "clumsy");
  private static final List<String> ASIDES =
      List.of("", "i saw it on a rainy day .", "my sister came along .", "it is two hours long .");

  private static Review makeUp(boolean praises, Random random) {
    String text =
        "%s i thought the %s would be %s , but it was %s , really %s . %s"
            .formatted(
                any(ASIDES, random),
                any(THINGS, random),
                said(random.nextBoolean(), random),
                said(praises, random),
                said(praises, random),
                any(ASIDES, random));
    return new Review(words(text), praises ? PRAISE : BLAME);
  }

  /** A word, or "not" and one of the opposite. */
  private static String said(boolean good, Random random) {
    boolean plain = random.nextBoolean();
    return (plain ? "" : "not ") + any(plain == good ? GOOD : BAD, random);
  }

  private static String any(List<String> some, Random random) {
    return some.get(random.nextInt(some.size()));
  }

  /** The last {@code most} words: reviews come to their point at the end. */
  Review end(int most) {
    int from = Math.max(0, words.size() - most);
    return new Review(words.subList(from, words.size()), label);
  }

  Example<String> example() {
    return new Example<>(Sequence.ofSymbols(words.toArray(String[]::new)), label);
  }
}
