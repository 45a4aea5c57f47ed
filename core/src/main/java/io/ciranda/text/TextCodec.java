package io.ciranda.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns a line of text into ids and back: text, symbols, ids.
 *
 * <p>A text is first cut into tokens, which are a run of letters, digits and combining marks, or
 * one other character. A token that follows a blank or begins the text has {@link #BLANK} before
 * it, as in SentencePiece (Kudo and Richardson 2018), so that {@link #join} gives the text again:
 *
 * <pre>
 * A man, here.   ▁A ▁man , ▁here .
 * l'homme        ▁l ' homme
 * </pre>
 *
 * <p>What is lost: several blanks become one, blanks at the ends go, every kind of blank (tabs,
 * line ends, no-break spaces, and {@code ▁} itself) becomes a plain one, and half of a surrogate
 * pair becomes U+FFFD. Nothing assumes a natural language.
 *
 * <p>Immutable; threads may share one.
 */
public final class TextCodec {
  /** Stands for a blank within a symbol, U+2581. */
  public static final String BLANK = "▁";

  /** The symbol of id {@link #UNKNOWN_ID}. */
  public static final String UNKNOWN = "<unk>";

  /** The symbol of id {@link #BEGIN_ID}. */
  public static final String BEGIN = "<s>";

  /** The symbol of id {@link #END_ID}. */
  public static final String END = "</s>";

  /** What every symbol beyond the table is. */
  public static final int UNKNOWN_ID = 0;

  /** The begin of a sentence; {@link #encode} does not add it. */
  public static final int BEGIN_ID = 1;

  /** The end of a sentence; {@link #encode} does not add it. */
  public static final int END_ID = 2;

  // No text has them: "<" is always a token of its own.
  static final List<String> SPECIAL = List.of(UNKNOWN, BEGIN, END);

  private static final int REPLACEMENT = 0xFFFD;
  private static final int NEXT_LINE = 0x85;

  /** What a symbol of a text is. */
  public enum Level {
    /** A token. */
    WORD,
    /** One Unicode code point; {@link #BLANK} between words. */
    CHAR,
    /** A part of a token, by {@link BytePairEncoding}. */
    SUBWORD
  }

  /**
   * What a codec is like.
   *
   * @param merges how many merges to learn, at level SUBWORD; else 0
   * @param limit at most this many symbols, {@code <unk>}, {@code <s>} and {@code </s>} among them
   * @param minCount how often a symbol has to occur to be known
   * @param lowercase whether all text is made lower case
   */
  public record Options(Level level, int merges, int limit, int minCount, boolean lowercase) {
    /** Checks the numbers. */
    public Options {
      if (merges < 0 || (merges > 0 && level != Level.SUBWORD)) {
        throw new IllegalArgumentException(
            "merges: expected %s at level %s, actual %d"
                .formatted(level == Level.SUBWORD ? ">= 0" : "0", level, merges));
      }
      if (limit <= SPECIAL.size()) {
        throw new IllegalArgumentException(
            "limit: expected > %d, actual %d".formatted(SPECIAL.size(), limit));
      }
      if (minCount < 1) {
        throw new IllegalArgumentException("minCount: expected >= 1, actual " + minCount);
      }
    }

    /** No limit, every symbol, in upper and lower case; 10,000 merges at level SUBWORD. */
    public static Options of(Level level) {
      return new Options(level, level == Level.SUBWORD ? 10_000 : 0, Integer.MAX_VALUE, 1, false);
    }

    /** A changed copy. */
    public Options withMerges(int number) {
      return new Options(level, number, limit, minCount, lowercase);
    }

    /** A changed copy. */
    public Options withLimit(int symbols) {
      return new Options(level, merges, symbols, minCount, lowercase);
    }

    /** A changed copy. */
    public Options withMinCount(int occurrences) {
      return new Options(level, merges, limit, occurrences, lowercase);
    }

    /** A changed copy. */
    public Options withLowercase(boolean lower) {
      return new Options(level, merges, limit, minCount, lower);
    }
  }

  private final Level level;
  private final boolean lowercase;
  private final BytePairEncoding merges; // without merges below level SUBWORD
  private final List<String> symbols;
  private final Map<String, Integer> ids = new HashMap<>();

  TextCodec(Level level, boolean lowercase, BytePairEncoding merges, List<String> symbols) {
    this.level = level;
    this.lowercase = lowercase;
    this.merges = merges;
    this.symbols = List.copyOf(symbols);
    if (level != Level.SUBWORD && !merges.merges().isEmpty()) {
      throw new IllegalArgumentException(
          "merges: expected none at level %s, actual %d".formatted(level, merges.merges().size()));
    }
    for (String symbol : symbols) {
      if (symbol.isEmpty()) {
        throw new IllegalArgumentException("symbol %d is empty".formatted(ids.size()));
      }
      if (ids.putIfAbsent(symbol, ids.size()) != null) {
        throw new IllegalArgumentException(
            "symbol '%s' stands twice, at %d and %d"
                .formatted(symbol, ids.get(symbol), ids.size()));
      }
    }
  }

  /**
   * Learns the merges, if there are to be any, and the symbols of a text: the most frequent first,
   * ties in order of appearance.
   *
   * @param lines read several times
   * @throws IllegalArgumentException if there is no text in the lines
   */
  public static TextCodec learn(Iterable<String> lines, Options options) {
    return learn(lines, options, learnMerges(lines, options));
  }

  /**
   * Learns the symbols of a text that is split by given merges. Two languages share merges by two
   * codecs that were made so, or all symbols by one codec for the lines of both.
   *
   * @param merges in place of the number in the options
   * @throws IllegalArgumentException if there is no text in the lines, or there are merges and the
   *     level is not SUBWORD
   */
  public static TextCodec learn(Iterable<String> lines, Options options, BytePairEncoding merges) {
    var splitter = new TextCodec(options.level, options.lowercase, merges, List.of());
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String line : lines) {
      for (String symbol : splitter.split(line)) {
        counts.merge(symbol, 1L, Long::sum);
      }
    }
    if (counts.isEmpty()) {
      throw new IllegalArgumentException("expected lines with text, actual all are blank");
    }
    var symbols = new ArrayList<String>(SPECIAL);
    counts.entrySet().stream()
        .filter(entry -> entry.getValue() >= options.minCount)
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(options.limit - SPECIAL.size())
        .forEach(entry -> symbols.add(entry.getKey()));
    return new TextCodec(options.level, options.lowercase, merges, symbols);
  }

  /**
   * Learns the merges of a text, until no pair occurs twice; for two languages, of the lines of
   * both.
   */
  public static BytePairEncoding learnMerges(Iterable<String> lines, Options options) {
    Map<String, Long> words = new HashMap<>();
    if (options.merges > 0) {
      for (String line : lines) {
        for (String token : tokens(options.lowercase ? lower(line) : line)) {
          words.merge(token, 1L, Long::sum);
        }
      }
    }
    return BytePairEncoding.learn(words, options.merges, 2);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static List<String> tokens(String text) {
    var tokens = new ArrayList<String>();
    var token = new StringBuilder();
    boolean blank = true;
    boolean run = false; // whether a letter would go on with the token
    for (int c : text.codePoints().toArray()) {
      if (isBlank(c)) {
        blank = true;
        continue;
      }
      boolean letter = isLetter(c);
      if (blank || !letter || !run) {
        if (!token.isEmpty()) {
          tokens.add(token.toString());
        }
        token.setLength(0);
        token.append(blank ? BLANK : "");
      }
      token.appendCodePoint(Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c);
      run = letter;
      blank = false;
    }
    if (!token.isEmpty()) {
      tokens.add(token.toString());
    }
    return tokens;
  }

  private static boolean isBlank(int c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || c == NEXT_LINE
        || c == BLANK.charAt(0);
  }

  private static boolean isLetter(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> Character.isLetterOrDigit(c);
    };
  }

  /** What a symbol is. */
  public Level level() {
    return level;
  }

  /** Whether all text is made lower case. */
  public boolean lowercase() {
    return lowercase;
  }

  /** The merges; none below level SUBWORD. */
  public BytePairEncoding merges() {
    return merges;
  }

  /** V. */
  public int size() {
    return symbols.size();
  }

  /** All symbols, in order of their ids. */
  public List<String> symbols() {
    return symbols;
  }

  /**
   * The symbol of an id.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String symbol(int id) {
    if (id < 0 || id >= symbols.size()) {
      throw new IllegalArgumentException(
          "id: expected in [0, %d), actual %d".formatted(symbols.size(), id));
    }
    return symbols.get(id);
  }

  /** The symbols of a text, known or not. A blank text has none. */
  public List<String> split(String text) {
    List<String> tokens = tokens(lowercase ? lower(text) : text);
    return switch (level) {
      case WORD -> tokens;
      case CHAR ->
          String.join("", tokens).codePoints().skip(1).mapToObj(Character::toString).toList();
      case SUBWORD -> tokens.stream().flatMap(token -> merges.split(token).stream()).toList();
    };
  }

  /**
   * The ids of a text: one for each symbol of {@link #split}, {@link #UNKNOWN_ID} for those beyond
   * the table. No begin and no end of sentence are added.
   */
  public int[] encode(String text) {
    return split(text).stream().mapToInt(s -> ids.getOrDefault(s, UNKNOWN_ID)).toArray();
  }

  /** The text of symbols; {@code <unk>} becomes a word of its own. */
  public String join(List<String> symbols) {
    var text = new StringBuilder();
    for (String symbol : symbols) {
      if (symbol.equals(UNKNOWN)) {
        text.append(BLANK).append(UNKNOWN).append(BLANK);
      } else if (level == Level.SUBWORD && symbol.endsWith(BytePairEncoding.END_OF_WORD)) {
        text.append(symbol, 0, symbol.length() - BytePairEncoding.END_OF_WORD.length());
      } else {
        text.append(symbol);
      }
    }
    return text.toString().replaceAll(BLANK + "+", " ").strip();
  }

  /**
   * The text of ids; {@code <s>} and {@code </s>} are left out.
   *
   * @throws IllegalArgumentException if an id is not in the table
   */
  public String decode(int[] ids) {
    return join(
        Arrays.stream(ids)
            .filter(id -> id != BEGIN_ID && id != END_ID)
            .mapToObj(this::symbol)
            .toList());
  }

  // ---- files ----

  /**
   * The codec as JSON: {@code {"version": 1, "level": "subword", "lowercase": false, "merges": ["a
   * b", ...], "symbols": ["<unk>", ...]}}.
   */
  public String save() {
    return TextCodecJson.write(this);
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IllegalArgumentException if the text is something else, with what is wrong and where
   */
  public static TextCodec load(String text) {
    return TextCodecJson.read(text);
  }
}
