package io.ciranda.text;

import static io.ciranda.text.TextCodec.Level.CHAR;
import static io.ciranda.text.TextCodec.Level.SUBWORD;
import static io.ciranda.text.TextCodec.Level.WORD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.text.TextCodec.Level;
import io.ciranda.text.TextCodec.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextCodecTest {
  private static final List<String> LINES =
      List.of("A man, here.", "The man's hat: a hat.", "Un homme de l'homme.", "<s> 12,5 % </s>");

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }

  private static TextCodec words(String... lines) {
    return TextCodec.learn(List.of(lines), Options.of(WORD));
  }

  private static String split(Level level, String text) {
    return String.join(" ", TextCodec.learn(LINES, Options.of(level)).split(text));
  }

  @Test
  void aTokenThatFollowsABlankCarriesIt() {
    assertEquals("▁A ▁man , ▁here .", split(WORD, "A man, here."));
    assertEquals("▁l ' homme", split(WORD, "l'homme"));
    assertEquals("▁1 , 000 . 5 ▁% ▁– ▁½", split(WORD, "1,000.5 % – ½"));
    assertEquals("▁été ▁नमस्ते ▁e\u0301t", split(WORD, "été नमस्ते e\u0301t"));
    assertEquals("▁😀 😀 a ▁𝔸𝔹", split(WORD, "😀😀a 𝔸𝔹"));
    assertEquals("▁AH0 ▁K ▁2 ▁7 ▁7", split(WORD, "AH0 K 2 7 7"));
    assertEquals("", split(WORD, " \t\n"));
  }

  @Test
  void charactersAreCodePoints() {
    assertEquals("l ' h o ▁ 😀 .", split(CHAR, " l'ho \t 😀. "));
    assertEquals("", split(CHAR, " "));
  }

  @Test
  void subwordsEndAToken() {
    TextCodec codec =
        TextCodec.learn(List.of("low low lower lowest"), Options.of(SUBWORD).withMerges(4));
    assertEquals(
        List.of("▁low</w>", "▁low", "e", "r</w>", "▁", "n", "e", "w", "e", "r</w>", "!</w>"),
        codec.split("low lower newer!"));
    assertEquals(List.of("▁", "<</w>", "s</w>", "></w>"), codec.split("<s>"));
  }

  @Test
  void theMarkItselfIsReadAsABlank() {
    TextCodec codec = words("a b");
    assertEquals(List.of("▁a", "▁b"), codec.split("▁a▁▁b▁"));
    assertEquals("a b", codec.join(codec.split("▁a▁▁b▁")));
  }

  @Test
  void everyKindOfBlankIsABlank() {
    assertEquals(
        List.of("▁a", "▁b", "▁c", "▁d", "▁e", "\u200b"),
        words("a").split("a\u00a0b\u2028c\u0085d\r\n\u3000e\u200b"));
  }

  @Test
  void halfASurrogatePairIsReplaced() {
    assertEquals(List.of("▁\ufffd", "a", "\ufffd"), words("a").split("\ud83da\ude00"));
  }

  @Test
  void symbolsAreNumberedByFallingCountThenByAppearance() {
    TextCodec codec = words("c b b", "a b c d");
    assertEquals(List.of("<unk>", "<s>", "</s>", "▁b", "▁c", "▁a", "▁d"), codec.symbols());
    assertEquals(7, codec.size());
    assertEquals("▁a", codec.symbol(5));
    assertArrayEquals(new int[] {5, 0, 3}, codec.encode("a x b"));
    assertEquals("a <unk> b", codec.decode(new int[] {1, 5, 0, 3, 2, 2}));
    assertRefused("id: expected in [0, 7), actual 7", () -> codec.symbol(7));
    assertRefused("id: expected in [0, 7), actual -1", () -> codec.decode(new int[] {-1}));
  }

  @Test
  void rareSymbolsAreLeftOut() {
    List<String> lines = List.of("a a a b b c");
    Options all = Options.of(WORD);
    assertEquals(
        List.of("<unk>", "<s>", "</s>", "▁a", "▁b"),
        TextCodec.learn(lines, all.withLimit(5)).symbols());
    assertEquals(
        List.of("<unk>", "<s>", "</s>", "▁a"),
        TextCodec.learn(lines, all.withMinCount(3)).symbols());
  }

  @Test
  void lowercaseIsKept() {
    TextCodec codec =
        TextCodec.load(
            TextCodec.learn(List.of("Der HUND"), Options.of(WORD).withLowercase(true)).save());
    assertEquals("der hund", codec.decode(codec.encode("DER Hund")));
  }

  @ParameterizedTest
  @EnumSource
  void textThatSpellsASpecialSymbolIsText(Level level) {
    TextCodec codec = TextCodec.learn(LINES, Options.of(level));
    String text = "<s> 12,5 % </s>";
    int[] ids = codec.encode(text);
    for (int id : ids) {
      assertTrue(id > TextCodec.END_ID, codec.symbol(id));
    }
    assertEquals(text, codec.decode(ids));
    assertEquals("<unk> <s> </s>", codec.join(codec.split("<unk> <s> </s>")));
  }

  @ParameterizedTest
  @EnumSource
  void theUnknownIsAWordOfItsOwnAndKeepsItsPlace(Level level) {
    TextCodec codec = TextCodec.learn(LINES, Options.of(level));
    List<String> symbols = codec.split("man 漢, man");
    int[] ids = codec.encode("man 漢, man");
    assertEquals(symbols.size(), ids.length);
    for (int i = 0; i < ids.length; i++) {
      boolean unknown = symbols.get(i).contains("漢");
      assertEquals(unknown ? "<unk>" : symbols.get(i), codec.symbol(ids[i]));
    }
    assertEquals("man <unk> , man", codec.decode(ids));
  }

  @Test
  void twoLanguagesShareMerges() {
    Options options = Options.of(SUBWORD).withMerges(8);
    List<String> german = List.of("das Restaurant", "ein Restaurant");
    List<String> french = List.of("le restaurant", "un restaurant");
    var both = new ArrayList<String>(german);
    both.addAll(french);
    BytePairEncoding merges = TextCodec.learnMerges(both, options);
    TextCodec source = TextCodec.learn(german, options, merges);
    TextCodec target = TextCodec.learn(french, options, merges);
    assertEquals(List.of("▁", "R", "estaurant</w>"), source.split("Restaurant"));
    assertEquals(List.of("▁", "r", "estaurant</w>"), target.split("restaurant"));
    assertRefused(
        "merges: expected none at level WORD, actual 8",
        () -> TextCodec.learn(german, Options.of(WORD), merges));
  }

  @Test
  void optionsAreChecked() {
    Options options = Options.of(WORD);
    assertRefused("limit: expected > 3, actual 3", () -> options.withLimit(3));
    assertRefused("minCount: expected >= 1, actual 0", () -> options.withMinCount(0));
    assertRefused("merges: expected 0 at level WORD, actual 5", () -> options.withMerges(5));
    assertRefused(
        "merges: expected >= 0 at level SUBWORD, actual -1",
        () -> Options.of(SUBWORD).withMerges(-1));
    assertRefused(
        "expected lines with text, actual all are blank",
        () -> TextCodec.learn(List.of("", " "), options));
  }

  // ---- any text ----

  private static final String[] ALPHABETS = {
    "ab",
    "ab ",
    " \t\n\u00a0\u2003\u0085",
    "<unk></s>&",
    "aéßİıΣς'-.",
    "e\u0301\u0308\ufe0f\u20e3",
    "▁",
    "漢字かな한국어",
    "😀👩\u200d👩🏽🇫🇷𝔸",
    "\ud83d\ude00\udbff",
    "0123456789,.%",
    "\u0000\u0007\u001f\ufeff\uffff\u200f"
  };

  /** A few characters from a few of the alphabets, or from all of Unicode. */
  private static String text(SplittableRandom random) {
    var text = new StringBuilder();
    int length = random.nextInt(30);
    String alphabet = ALPHABETS[0];
    while (text.length() < length) {
      if (random.nextInt(4) == 0) {
        alphabet = ALPHABETS[random.nextInt(ALPHABETS.length)];
      }
      if (random.nextInt(20) == 0) {
        text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
      } else {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
    }
    return text.toString();
  }

  private static List<String> texts(long seed) {
    var random = new SplittableRandom(seed);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 3000; i++) {
      texts.add(text(random));
    }
    return texts;
  }

  /** What the class says is lost, by other means than the class. */
  private static String normal(String text, boolean lowercase) {
    return (lowercase ? text.toLowerCase(Locale.ROOT) : text)
        .replaceAll("[\\p{IsWhite_Space}\\x1c-\\x1f▁]+", " ")
        .replaceAll("^ | $", "")
        .replaceAll("\\p{Cs}", "\ufffd");
  }

  @ParameterizedTest
  @EnumSource
  void anyTextComesBack(Level level) {
    for (boolean lowercase : new boolean[] {false, true}) {
      Options options = Options.of(level).withLowercase(lowercase);
      TextCodec codec = TextCodec.learn(texts(1), options);
      TextCodec loaded = TextCodec.load(codec.save());
      assertEquals(codec.symbols(), loaded.symbols());
      for (String text : texts(1)) {
        assertEquals(normal(text, lowercase), codec.join(codec.split(text)));
        assertEquals(normal(text, lowercase), codec.decode(codec.encode(text)));
      }
      for (String text : texts(2)) {
        List<String> symbols = codec.split(text);
        assertEquals(normal(text, lowercase), codec.join(symbols));
        assertEquals(symbols, loaded.split(text));
        int[] ids = codec.encode(text);
        assertArrayEquals(ids, loaded.encode(text));
        assertEquals(symbols.size(), ids.length);
        codec.decode(ids);
      }
    }
  }

  // ---- files ----

  private static final String SAVED =
      "{\"version\":1,\"level\":\"subword\",\"lowercase\":false,\"merges\":[\"▁ a</w>\"],"
          + "\"symbols\":[\"<unk>\",\"<s>\",\"</s>\",\"▁a</w>\"]}";

  @Test
  void aCodecIsJson() {
    TextCodec codec = TextCodec.learn(List.of("a a"), Options.of(SUBWORD));
    assertEquals(SAVED, codec.save());
    assertEquals(SAVED, TextCodec.load(SAVED).save());
  }

  private static void assertNotLoaded(String message, String what, String by) {
    String text = SAVED.replace(what, by);
    String actual =
        assertThrows(IllegalArgumentException.class, () -> TextCodec.load(text)).getMessage();
    assertTrue(actual.startsWith("text codec: " + message), actual);
  }

  @Test
  void whatIsNoCodecIsRefused() {
    assertNotLoaded("line 1, column 0: expected a JSON object, actual the end", SAVED, "");
    assertNotLoaded("line 1, column 1: expected a JSON object, actual [", SAVED, "[]");
    assertNotLoaded("line 1, column 112: not JSON: Unexpected end", "}", "");
    assertNotLoaded(
        "line 1, column 23: not JSON: Duplicate", "\"level\"", "\"version\":1,\"level\"");
    assertNotLoaded("line 1, column 12: expected version 1, actual 2", "1", "2");
    assertNotLoaded("line 1, column 22: expected the level word,", "subword", "syllable");
    assertNotLoaded("merges: expected none at level WORD, actual 1", "subword", "word");
    assertNotLoaded("line 1, column 44: expected true or false", "false", "0");
    assertNotLoaded("merge 0: expected two symbols with one blank", "▁ a<", "▁a<");
    assertNotLoaded("merge 0: expected two symbols with one blank", "▁ a<", "▁  a<");
    assertNotLoaded("merge 0: expected a symbol to merge without", "▁ a<", "▁ a\\n<");
    assertNotLoaded("expected the first symbols [<unk>, <s>, </s>]", "<s>", "<t>");
    assertNotLoaded("symbol '</s>' stands twice, at 2 and 3", "▁a</w>\"]}", "</s>\"]}");
    assertNotLoaded("symbol 3 is empty", "▁a</w>\"]}", "\"]}");
    assertNotLoaded("line 1, column 103: expected only strings", "\"▁a</w>\"]}", "7]}");
    assertNotLoaded("line 1, column 44: expected version, level,", "lowercase", "uppercase");
    assertNotLoaded("expected version, level, lowercase, m", "\"lowercase\":false,", "");
    assertNotLoaded("line 1, column 114: expected nothing after", "}", "} 1");
    assertNotLoaded(
        "line 1, column 61: not JSON: Document nesting", "[\"▁ a</w>\"]", "[".repeat(100_000));
  }

  @Test
  void damagedFilesGiveNothingButErrors() {
    var random = new SplittableRandom(3);
    String saved = TextCodec.learn(texts(3).subList(0, 30), Options.of(SUBWORD)).save();
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder(saved);
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) random.nextInt(0x80));
          case 1 -> text.deleteCharAt(at);
          default -> text.setLength(Math.max(1, at));
        }
      }
      try {
        TextCodec.load(text.toString()).encode("a <s> b");
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().startsWith("text codec: "), e.getMessage());
      }
    }
  }
}
