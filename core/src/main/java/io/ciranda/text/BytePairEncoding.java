package io.ciranda.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Splits words into subwords (Sennrich, Haddow and Birch 2016, section 3.2): a word begins as its
 * characters, the last one marked with {@link #END_OF_WORD}, and the merges join neighbours, those
 * learned first before the others. A word that was frequent where the merges were learned becomes
 * one symbol, a word never seen becomes its known parts.
 *
 * <p>Merges, segmentation and file are those of subword-nmt, version 0.2. Immutable; threads may
 * share one.
 */
public final class BytePairEncoding {
  /** The end of the last symbol of each word. */
  public static final String END_OF_WORD = "</w>";

  private static final String HEADER = "#version: 0.2";

  /** Words are few and come again; only a text that is no text has more than this. */
  private static final int CACHED_WORDS = 1 << 16;

  private static final int CACHED_LENGTH = 64;

  /** Two neighbours that become one symbol. */
  public record Merge(String left, String right) {
    /** Checks that the file format can hold them. */
    public Merge {
      requireSymbol(left);
      requireSymbol(right);
    }

    private static void requireSymbol(String symbol) {
      if (symbol.isEmpty() || symbol.chars().anyMatch(c -> c == ' ' || c == '\n' || c == '\r')) {
        throw new IllegalArgumentException(
            "expected a symbol to merge without blanks and line ends, actual '" + symbol + "'");
      }
    }

    @Override
    public String toString() {
      return left + " " + right;
    }

    static Merge parse(String text) {
      int blank = text.indexOf(' ');
      if (blank <= 0 || blank == text.length() - 1 || text.indexOf(' ', blank + 1) > 0) {
        throw new IllegalArgumentException(
            "expected two symbols with one blank between them, actual '" + text + "'");
      }
      return new Merge(text.substring(0, blank), text.substring(blank + 1));
    }
  }

  private final List<Merge> merges;
  private final Map<String, Integer> ids = new HashMap<>(); // of all symbols that merges name
  private final Map<Long, Integer> ranks = new HashMap<>(); // of a pair of ids
  private final int[] merged; // [rank], the id of what it makes
  private final Map<String, List<String>> cache = new ConcurrentHashMap<>();

  /** Merges, the first to be applied first. One that stands there again has no effect. */
  public BytePairEncoding(List<Merge> merges) {
    this.merges = List.copyOf(merges);
    merged = new int[merges.size()];
    for (int rank = 0; rank < merged.length; rank++) {
      Merge merge = merges.get(rank);
      ranks.putIfAbsent(pair(id(merge.left), id(merge.right)), rank);
      merged[rank] = id(merge.left + merge.right);
    }
  }

  private int id(String symbol) {
    return ids.computeIfAbsent(symbol, s -> ids.size());
  }

  static long pair(int left, int right) {
    return (long) left << Integer.SIZE | Integer.toUnsignedLong(right);
  }

  /**
   * Learns merges: again and again of the most frequent pair of neighbours, of several the last in
   * the order of code points.
   *
   * @param words how often each word occurs
   * @param merges at most this many
   * @param minFrequency ends where no pair is as frequent as this; subword-nmt's default is 2
   * @throws IllegalArgumentException if a word is empty or has a blank, a count is negative, {@code
   *     merges < 0} or {@code minFrequency < 1}
   */
  public static BytePairEncoding learn(Map<String, Long> words, int merges, int minFrequency) {
    if (merges < 0 || minFrequency < 1) {
      throw new IllegalArgumentException(
          "expected merges >= 0 and a minimal frequency >= 1, actual %d and %d"
              .formatted(merges, minFrequency));
    }
    return new BytePairEncoding(new BytePairLearner(words).learn(merges, minFrequency));
  }

  /** The merges, in the order of their application. */
  public List<Merge> merges() {
    return merges;
  }

  /** The symbols of a word; the last one ends with {@link #END_OF_WORD}. */
  public List<String> split(String word) {
    List<String> symbols = cache.get(word);
    if (symbols == null) {
      symbols = segment(word);
      if (word.length() <= CACHED_LENGTH && cache.size() < CACHED_WORDS) {
        cache.put(word, symbols);
      }
    }
    return symbols;
  }

  /** The characters of a word, the last with the mark. */
  static List<String> characters(String word) {
    var characters = new ArrayList<String>();
    for (int i = 0; i < word.length(); ) {
      int end = word.offsetByCodePoints(i, 1);
      characters.add(word.substring(i, end) + (end == word.length() ? END_OF_WORD : ""));
      i = end;
    }
    return characters;
  }

  private List<String> segment(String word) {
    return new Segmentation(characters(word)).symbols();
  }

  /** A word on its way from characters to subwords: a linked list, in time n log n. */
  private final class Segmentation {
    private static final int GONE = -2;
    private static final int UNKNOWN = -1;

    private final List<String> characters;
    private final int[] id; // of the symbol that begins at a character
    private final int[] next; // where the symbol after it begins
    private final int[] previous;
    private final PriorityQueue<Long> candidates = new PriorityQueue<>(); // rank, then place

    Segmentation(List<String> characters) {
      this.characters = characters;
      int n = characters.size();
      id = new int[n];
      next = new int[n];
      previous = new int[n];
      for (int i = 0; i < n; i++) {
        id[i] = ids.getOrDefault(characters.get(i), UNKNOWN);
        next[i] = i + 1;
        previous[i] = i - 1;
      }
      for (int i = 0; i < n; i++) {
        offer(i);
      }
    }

    private void offer(int i) {
      int rank = rank(i);
      if (rank >= 0) {
        candidates.add(pair(rank, i));
      }
    }

    /** Of the symbol at i and the one after it, or -1. */
    private int rank(int i) {
      if (i < 0 || id[i] < 0 || next[i] == id.length) {
        return -1;
      }
      return ranks.getOrDefault(pair(id[i], id[next[i]]), -1);
    }

    List<String> symbols() {
      var fresh = new ArrayList<Integer>();
      while (!candidates.isEmpty()) {
        int rank = rankOfFirst();
        // A merge is done at all places before what it makes is looked at.
        while (!candidates.isEmpty() && rankOfFirst() == rank) {
          int i = candidates.remove().intValue();
          if (rank(i) == rank) {
            merge(i, merged[rank]);
            fresh.add(i);
          }
        }
        for (int i : fresh) {
          offer(previous[i]);
          offer(i);
        }
        fresh.clear();
      }
      var symbols = new ArrayList<String>();
      for (int i = 0; i < id.length; i = next[i]) {
        symbols.add(String.join("", characters.subList(i, next[i])));
      }
      return List.copyOf(symbols);
    }

    private int rankOfFirst() {
      return (int) (candidates.element() >> Integer.SIZE);
    }

    private void merge(int i, int symbol) {
      int right = next[i];
      id[i] = symbol;
      id[right] = GONE;
      next[i] = next[right];
      if (next[i] < id.length) {
        previous[next[i]] = i;
      }
    }
  }

  /** The file of the merges, as subword-nmt writes it. */
  public String save() {
    var text = new StringBuilder(HEADER).append('\n');
    for (Merge merge : merges) {
      text.append(merge).append('\n');
    }
    return text.toString();
  }

  /**
   * Reads the text of a file that {@link #save} or subword-nmt wrote.
   *
   * @throws IllegalArgumentException if it is something else, with the number of the line
   */
  public static BytePairEncoding load(String text) {
    List<String> lines = text.lines().toList();
    String first = lines.isEmpty() ? "" : lines.getFirst().strip();
    if (!first.equals(HEADER)) {
      throw new IllegalArgumentException(
          "line 1: expected '%s', actual '%s'".formatted(HEADER, first));
    }
    var merges = new ArrayList<Merge>();
    for (int i = 1; i < lines.size(); i++) {
      try {
        merges.add(Merge.parse(lines.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line %d: %s".formatted(i + 1, e.getMessage()), e);
      }
    }
    return new BytePairEncoding(merges);
  }
}
