package io.ciranda.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The symbols a model knows, numbered from 0: the most frequent first, ties in order of appearance.
 */
public final class Vocabulary {
  /** What a line break is to a word model. */
  public static final String END = "<eos>";

  /** What a word beyond the vocabulary is to a word model. */
  public static final String UNKNOWN = "<unk>";

  /** What a symbol of the text is. */
  public enum Level {
    /** One Unicode code point. */
    CHAR,
    /** What stands between blanks; the end of a line is a symbol too. */
    WORD
  }

  private final Level level;
  private final List<String> symbols;
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * A vocabulary of the given symbols, numbered in that order.
   *
   * @throws IllegalArgumentException if a symbol stands there twice, or there are none
   */
  public Vocabulary(Level level, List<String> symbols) {
    this.level = level;
    this.symbols = List.copyOf(symbols);
    if (symbols.isEmpty()) {
      throw new IllegalArgumentException("a vocabulary needs at least one symbol");
    }
    for (String symbol : symbols) {
      if (ids.putIfAbsent(symbol, ids.size()) != null) {
        throw new IllegalArgumentException(
            "symbol '" + symbol + "' stands twice in the vocabulary");
      }
    }
  }

  /**
   * The symbols of a text.
   *
   * @param limit at most this many, the most frequent; a word model then reads the others as {@link
   *     #UNKNOWN}
   * @throws IllegalArgumentException if the text is empty, or a limit would leave characters out
   */
  public static Vocabulary of(Level level, String text, int limit) {
    return of(level, text, limit, 1);
  }

  /**
   * The symbols of a text, as {@link #of(Level, String, int)}, without words that are rare.
   *
   * @param minCount how often a word has to occur, so that a model of words learns what to make of
   *     {@link #UNKNOWN} ones; of no effect on characters
   */
  public static Vocabulary of(Level level, String text, int limit, int minCount) {
    var counts = new LinkedHashMap<String, Integer>();
    forEachSymbol(level, text, true, symbol -> counts.merge(symbol, 1, Integer::sum));
    if (counts.isEmpty()) {
      throw new IllegalArgumentException("the text is empty");
    }
    if (level == Level.WORD) {
      counts.values().removeIf(count -> count < minCount);
      counts.putIfAbsent(UNKNOWN, 0);
    }
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    List<String> symbols = new ArrayList<>(sorted.stream().map(Map.Entry::getKey).toList());
    if (symbols.size() > limit) {
      if (level == Level.CHAR) {
        throw new IllegalArgumentException(
            "the text has %d different characters, more than the limit of %d"
                .formatted(symbols.size(), limit));
      }
      symbols.remove(UNKNOWN);
      symbols = new ArrayList<>(symbols.subList(0, Math.max(0, limit - 1)));
      symbols.add(UNKNOWN);
    }
    return new Vocabulary(level, symbols);
  }

  private static void forEachSymbol(
      Level level, String text, boolean endsLastLine, Consumer<String> consumer) {
    if (level == Level.CHAR) {
      text.codePoints().forEach(c -> consumer.accept(Character.toString(c)));
      return;
    }
    Iterator<String> lines = text.lines().iterator();
    while (lines.hasNext()) {
      for (String word : lines.next().strip().split("\\s+", -1)) {
        if (!word.isEmpty()) {
          consumer.accept(word);
        }
      }
      if (lines.hasNext() || endsLastLine) {
        consumer.accept(END);
      }
    }
  }

  /** V. */
  public int size() {
    return symbols.size();
  }

  /** What a symbol is. */
  public Level level() {
    return level;
  }

  /** All symbols, in order of their ids. */
  public List<String> symbols() {
    return symbols;
  }

  /** The symbol of an id. */
  public String symbol(int id) {
    return symbols.get(id);
  }

  /** The id of a symbol, or -1. */
  public int id(String symbol) {
    return ids.getOrDefault(symbol, -1);
  }

  /** The id of a symbol, that of {@link #UNKNOWN} where words have it, or -1. */
  public int idOrUnknown(String symbol) {
    int id = id(symbol);
    return id < 0 && level == Level.WORD ? id(UNKNOWN) : id;
  }

  /** A text as ids. */
  public static final class Encoded {
    private final int[] ids;
    private final Map<String, Integer> unknown;
    private final boolean replaced;

    private Encoded(int[] ids, Map<String, Integer> unknown, boolean replaced) {
      this.ids = ids;
      this.unknown = Collections.unmodifiableMap(unknown);
      this.replaced = replaced;
    }

    /** One for each symbol that the vocabulary has or reads as {@link #UNKNOWN}; not a copy. */
    public int[] ids() {
      return ids;
    }

    /** How often each symbol beyond the vocabulary stood in the text, in order of appearance. */
    public Map<String, Integer> unknown() {
      return unknown;
    }

    /** How many symbols of the text are beyond the vocabulary. */
    public int unknownCount() {
      return unknown.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Whether those were read as {@link #UNKNOWN}; else they were left out. */
    public boolean replaced() {
      return replaced;
    }
  }

  /** Encodes a text; the caller decides whether unknown symbols are an error. */
  public Encoded encode(String text) {
    return encode(text, true);
  }

  /**
   * Encodes a text that goes on: as {@link #encode}, but that its last line ends only where there
   * is a line break.
   */
  public Encoded encodePrompt(String text) {
    return encode(text, text.endsWith("\n") || text.endsWith("\r"));
  }

  private Encoded encode(String text, boolean endsLastLine) {
    boolean replaces = level == Level.WORD && id(UNKNOWN) >= 0;
    var buffer = java.util.stream.IntStream.builder();
    var unknown = new LinkedHashMap<String, Integer>();
    forEachSymbol(
        level,
        text,
        endsLastLine,
        symbol -> {
          if (id(symbol) < 0) {
            unknown.merge(symbol, 1, Integer::sum);
          }
          int id = idOrUnknown(symbol);
          if (id >= 0) {
            buffer.add(id);
          }
        });
    return new Encoded(buffer.build().toArray(), unknown, replaces);
  }

  /**
   * Ids as text: characters joined, words with blanks between them and {@link #END} as a line
   * break.
   */
  public String decode(int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) {
      String symbol = symbols.get(id);
      if (level == Level.CHAR) {
        text.append(symbol);
      } else if (symbol.equals(END)) {
        text.append('\n');
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
          text.append(' ');
        }
        text.append(symbol);
      }
    }
    return text.toString();
  }
}
