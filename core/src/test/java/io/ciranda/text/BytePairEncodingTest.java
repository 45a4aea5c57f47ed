package io.ciranda.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.ciranda.text.BytePairEncoding.Merge;
import io.ciranda.text.TextCodec.Level;
import io.ciranda.text.TextCodec.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against subword-nmt; text_golden.py says what the files are. */
class BytePairEncodingTest {
  private static final TextCodec TOKENS = TextCodec.learn(List.of("any"), Options.of(Level.WORD));

  private static Map<String, Long> words(List<String> lines) {
    var words = new HashMap<String, Long>();
    for (String line : lines) {
      TOKENS.split(line).forEach(word -> words.merge(word, 1L, Long::sum));
    }
    return words;
  }

  @Test
  void tokensAreThoseThatSubwordNmtGot() throws IOException {
    assertEquals(
        TextFiles.lines("learn.tokens"),
        TextFiles.lines("learn.txt").stream()
            .map(line -> String.join(" ", TOKENS.split(line)))
            .toList());
  }

  @ParameterizedTest
  @CsvSource({"60, 2", "1000, 2", "1000, 5"})
  void mergesAndSymbolsAreThoseOfSubwordNmt(int merges, int minFrequency) throws IOException {
    String golden = TextFiles.text("learn-%d-%d.bpe".formatted(merges, minFrequency));
    var learned = BytePairEncoding.learn(words(TextFiles.lines("learn.txt")), merges, minFrequency);
    assertEquals(golden, learned.save());

    var loaded = BytePairEncoding.load(golden);
    assertEquals(golden, loaded.save());
    var lines = new ArrayList<String>();
    for (String line : TextFiles.lines("apply.txt")) {
      var symbols = new ArrayList<String>();
      for (String token : TOKENS.split(line)) {
        List<String> parts = loaded.split(token);
        assertEquals(parts, loaded.split(token), "of the cache");
        parts.forEach(part -> symbols.add((part + "@@").replace("</w>@@", "")));
      }
      lines.add(String.join(" ", symbols));
    }
    assertEquals(TextFiles.lines("apply-%d-%d.txt".formatted(merges, minFrequency)), lines);
  }

  @Test
  void aCodecLearnsUntilNoPairOccursTwice() throws IOException {
    assertEquals(
        TextFiles.text("learn-1000-2.bpe"),
        TextCodec.learnMerges(
                TextFiles.lines("learn.txt"), Options.of(Level.SUBWORD).withMerges(1000))
            .save());
  }

  private static BytePairEncoding merges(String... lines) {
    return BytePairEncoding.load("#version: 0.2\n" + String.join("\n", lines));
  }

  @Test
  void aMergeIsDoneEverywhereBeforeWhatItMakesIsMerged() {
    // A learned file has no such order: "ab a" stands before what makes its left side.
    assertEquals(List.of("ab", "ab", "c</w>"), merges("ab a", "a b").split("ababc"));
    assertEquals(List.of("aba", "c</w>"), merges("ab a", "a b").split("abac"));
  }

  @Test
  void ofOverlappingPairsTheLeftIsMerged() {
    assertEquals(List.of("aa", "a", "a</w>"), merges("a a").split("aaaa"));
    assertEquals(List.of("aa", "aa</w>"), merges("a a", "a a</w>").split("aaaa"));
  }

  @Test
  void theFirstOfEqualMergesCounts() {
    assertEquals(List.of("ab", "c</w>"), merges("a b", "b c</w>", "a b").split("abc"));
  }

  @Test
  void withoutMergesAWordIsItsCharacters() {
    assertEquals(List.of("a", "😀", "b</w>"), merges().split("a😀b"));
    assertEquals(List.of("a</w>"), merges().split("a"));
    assertEquals(List.of(), merges().split(""));
    assertEquals(List.of(), BytePairEncoding.learn(Map.of("a", 9L), 5, 1).merges());
    assertEquals(List.of(), BytePairEncoding.learn(Map.of(), 5, 1).merges());
  }

  @Test
  void itEndsWhereNoPairIsFrequentEnough() {
    Map<String, Long> words = Map.of("ab", 3L, "xy", 2L);
    assertEquals(List.of(new Merge("a", "b</w>")), BytePairEncoding.learn(words, 9, 3).merges());
    assertEquals(2, BytePairEncoding.learn(words, 9, 2).merges().size());
    assertEquals(1, BytePairEncoding.learn(words, 1, 1).merges().size());
  }

  @Test
  void aWordOfAMillionCharactersTakesNoHour() {
    var lines = new ArrayList<String>();
    for (int n = 1; n < 1 << 18; n *= 2) {
      lines.add("a".repeat(n) + " " + "a".repeat(n));
    }
    BytePairEncoding encoding = merges(lines.toArray(String[]::new));
    List<String> symbols =
        assertTimeout(Duration.ofSeconds(60), () -> encoding.split("a".repeat(1 << 20)));
    // 2^20 - 1 without the mark: three of the longest symbol, 2^18, and one of each shorter.
    assertEquals("a".repeat(1 << 20) + "</w>", String.join("", symbols));
    assertEquals(3 + 18 + 1, symbols.size());
  }

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }

  @Test
  void whatIsNoFileOfMergesIsRefusedWithItsLine() {
    assertRefused("line 1: expected '#version: 0.2', actual ''", () -> BytePairEncoding.load(""));
    assertRefused(
        "line 1: expected '#version: 0.2', actual 'a b'", () -> BytePairEncoding.load("a b\n"));
    for (String line : new String[] {"ab", "a b c", "a  b", " a", "a ", "", " "}) {
      assertRefused(
          "line 3: expected two symbols with one blank between them, actual '" + line + "'",
          () -> merges("a b", line, "b c"));
    }
    assertEquals(
        List.of(new Merge("a", "b")), BytePairEncoding.load("#version: 0.2\r\na b\r\n").merges());
  }

  @Test
  void argumentsAreChecked() {
    assertRefused(
        "expected merges >= 0 and a minimal frequency >= 1, actual -1 and 2",
        () -> BytePairEncoding.learn(Map.of(), -1, 2));
    assertRefused(
        "expected merges >= 0 and a minimal frequency >= 1, actual 1 and 0",
        () -> BytePairEncoding.learn(Map.of(), 1, 0));
    assertRefused(
        "expected words without blanks and counts >= 0, actual 'a b' 1 times",
        () -> BytePairEncoding.learn(Map.of("a b", 1L), 1, 2));
    assertRefused(
        "expected words without blanks and counts >= 0, actual '' 1 times",
        () -> BytePairEncoding.learn(Map.of("", 1L), 1, 2));
    assertRefused(
        "expected a symbol to merge without blanks and line ends, actual ' '",
        () -> new Merge("a", " "));
  }
}
