package io.ciranda.text;

import static io.ciranda.text.Vocabulary.Level.CHAR;
import static io.ciranda.text.Vocabulary.Level.WORD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class VocabularyTest {
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }

  @Test
  void theMostFrequentCharactersComeFirstThenThoseSeenFirst() {
    Vocabulary vocabulary = Vocabulary.of(CHAR, "xbbacca", NO_LIMIT);
    assertEquals(List.of("b", "a", "c", "x"), vocabulary.symbols());
    assertEquals(4, vocabulary.size());
    assertEquals("c", vocabulary.symbol(2));
    assertEquals(3, vocabulary.id("x"));
    assertEquals(-1, vocabulary.id("y"));
    assertEquals(CHAR, vocabulary.level());
  }

  @Test
  void aCharacterIsACodePointAndNotHalfOfOne() {
    String text = "a😀é😀\n";
    Vocabulary vocabulary = Vocabulary.of(CHAR, text, NO_LIMIT);
    assertEquals(List.of("😀", "a", "é", "\n"), vocabulary.symbols());
    int[] ids = vocabulary.encode(text).ids();
    assertArrayEquals(new int[] {1, 0, 2, 0, 3}, ids);
    assertEquals(text, vocabulary.decode(ids));
  }

  @Test
  void wordsStandBetweenBlanksAndLinesEnd() {
    Vocabulary vocabulary = Vocabulary.of(WORD, "the cat \t sat\r\n\n  the end", NO_LIMIT);
    assertEquals(List.of("<eos>", "the", "cat", "sat", "end", "<unk>"), vocabulary.symbols());
    assertArrayEquals(
        new int[] {1, 2, 3, 0, 0, 1, 4, 0}, vocabulary.encode("the cat sat\n\nthe end\n").ids());
    assertEquals("the cat sat\n\nthe end\n", vocabulary.decode(new int[] {1, 2, 3, 0, 0, 1, 4, 0}));
  }

  @Test
  void wordsBeyondTheLimitAreReadAsUnknown() {
    Vocabulary vocabulary = Vocabulary.of(WORD, "a a a b b c\nb a", 4);
    assertEquals(List.of("a", "b", "<eos>", "<unk>"), vocabulary.symbols());
    Vocabulary.Encoded encoded = vocabulary.encode("a c d c");
    assertArrayEquals(new int[] {0, 3, 3, 3, 2}, encoded.ids());
    assertEquals(Map.of("c", 2, "d", 1), encoded.unknown());
    assertEquals(List.of("c", "d"), List.copyOf(encoded.unknown().keySet()));
    assertEquals(3, encoded.unknownCount());
    assertTrue(encoded.replaced());
  }

  @Test
  void wordsThatAreTooRareAreReadAsUnknownCharactersNever() {
    Vocabulary vocabulary = Vocabulary.of(WORD, "a a a b b c\nb a", NO_LIMIT, 3);
    assertEquals(List.of("a", "b", "<unk>"), vocabulary.symbols());
    assertArrayEquals(new int[] {0, 2, 1, 2}, vocabulary.encode("a c b").ids());
    assertEquals(List.of("b", "a"), Vocabulary.of(CHAR, "abb", NO_LIMIT, 2).symbols());
  }

  @Test
  void theLineOfAPromptGoesOn() {
    Vocabulary vocabulary = Vocabulary.of(WORD, "a b\nb", NO_LIMIT);
    assertEquals(List.of("b", "<eos>", "a", "<unk>"), vocabulary.symbols());
    assertArrayEquals(new int[] {2, 1, 0}, vocabulary.encodePrompt("a\nb").ids());
    assertArrayEquals(new int[] {2, 1}, vocabulary.encodePrompt("a\n").ids());
    var withoutEnd = new Vocabulary(WORD, List.of("a", "b"));
    assertArrayEquals(new int[] {0, 1}, withoutEnd.encodePrompt("a b").ids());
  }

  @Test
  void aLimitThatIsNotReachedChangesNothing() {
    assertEquals(
        Vocabulary.of(WORD, "a b", NO_LIMIT).symbols(), Vocabulary.of(WORD, "a b", 4).symbols());
    assertEquals(List.of("a", "b"), Vocabulary.of(CHAR, "ab", 2).symbols());
  }

  @Test
  void aTextThatSpellsOutTheUnknownKeepsItOnce() {
    String text = "<unk> a <unk> b <unk>\n";
    assertEquals(
        List.of("<unk>", "a", "b", "<eos>"), Vocabulary.of(WORD, text, NO_LIMIT).symbols());
    Vocabulary limited = Vocabulary.of(WORD, text, 2);
    assertEquals(List.of("a", "<unk>"), limited.symbols());
    assertEquals(Map.of("b", 1, "<eos>", 1), limited.encode(text).unknown());
  }

  @Test
  void charactersBeyondTheVocabularyAreLeftOutAndCounted() {
    Vocabulary vocabulary = Vocabulary.of(CHAR, "ab", NO_LIMIT);
    Vocabulary.Encoded encoded = vocabulary.encode("a?b??a");
    assertArrayEquals(new int[] {0, 1, 0}, encoded.ids());
    assertEquals(Map.of("?", 3), encoded.unknown());
    assertFalse(encoded.replaced());
    assertEquals(0, vocabulary.encode("abba").unknownCount());
  }

  @Test
  void aWordVocabularyWithoutUnknownLeavesWordsOut() {
    var vocabulary = new Vocabulary(WORD, List.of("a", "<eos>"));
    Vocabulary.Encoded encoded = vocabulary.encode("a b a");
    assertArrayEquals(new int[] {0, 0, 1}, encoded.ids());
    assertFalse(encoded.replaced());
  }

  @Test
  void nothingEncodesToNothing() {
    for (Vocabulary.Level level : Vocabulary.Level.values()) {
      assertEquals(0, Vocabulary.of(level, "a", NO_LIMIT).encode("").ids().length);
      assertRefused("the text is empty", () -> Vocabulary.of(level, "", NO_LIMIT));
    }
  }

  @Test
  void aLimitThatWouldLeaveCharactersOutIsRefused() {
    assertRefused(
        "the text has 3 different characters, more than the limit of 2",
        () -> Vocabulary.of(CHAR, "abca", 2));
  }

  @Test
  void symbolsStandOnce() {
    assertRefused(
        "symbol 'a' stands twice in the vocabulary",
        () -> new Vocabulary(CHAR, List.of("a", "b", "a")));
    assertRefused("a vocabulary needs at least one symbol", () -> new Vocabulary(CHAR, List.of()));
  }
}
