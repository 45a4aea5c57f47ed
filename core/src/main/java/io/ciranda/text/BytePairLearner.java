package io.ciranda.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns merges. Counts of pairs are kept from merge to merge: only the words that have the merged
 * pair are counted again.
 */
final class BytePairLearner {
  /** Two neighbours, how often, and the words that have or had them. */
  private static final class Pair {
    final String left;
    final String right;
    long count;
    final List<Integer> words = new ArrayList<>();

    Pair(String left, String right) {
      this.left = left;
      this.right = right;
    }
  }

  /** A pair with the count that it had when it was queued. */
  private record Candidate(long count, Pair pair) {
    static final Comparator<Candidate> BEST_FIRST =
        Comparator.comparingLong(Candidate::count)
            .thenComparing(c -> c.pair.left, BytePairLearner::compareCodePoints)
            .thenComparing(c -> c.pair.right, BytePairLearner::compareCodePoints)
            .reversed();
  }

  private final List<String> symbols = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>(Candidate.BEST_FIRST);

  BytePairLearner(Map<String, Long> occurrences) {
    occurrences.forEach(
        (word, count) -> {
          if (word.isEmpty() || word.indexOf(' ') >= 0 || count < 0) {
            throw new IllegalArgumentException(
                "expected words without blanks and counts >= 0, actual '%s' %d times"
                    .formatted(word, count));
          }
          words.add(BytePairEncoding.characters(word).stream().mapToInt(this::id).toArray());
          counts.add(count);
        });
    var all = new LinkedHashSet<Pair>();
    for (int w = 0; w < words.size(); w++) {
      int[] word = words.get(w);
      for (int i = 0; i + 1 < word.length; i++) {
        all.add(add(w, word[i], word[i + 1]));
      }
    }
    queue(all);
  }

  private int id(String symbol) {
    return ids.computeIfAbsent(
        symbol,
        s -> {
          symbols.add(s);
          return ids.size();
        });
  }

  private void queue(Set<Pair> some) {
    for (Pair pair : some) {
      candidates.add(new Candidate(pair.count, pair));
    }
  }

  List<BytePairEncoding.Merge> learn(int limit, int minFrequency) {
    var merges = new ArrayList<BytePairEncoding.Merge>();
    while (merges.size() < limit && !candidates.isEmpty()) {
      Candidate best = candidates.remove();
      Pair pair = best.pair;
      if (best.count < minFrequency) {
        break;
      }
      if (best.count == pair.count) {
        merges.add(new BytePairEncoding.Merge(pair.left, pair.right));
        merge(pair);
      } else if (best.count > pair.count) { // it has lost some since; risen, it is queued again
        queue(Set.of(pair));
      }
    }
    return merges;
  }

  private void merge(Pair pair) {
    int left = id(pair.left);
    int right = id(pair.right);
    int merged = id(pair.left + pair.right);
    var risen = new LinkedHashSet<Pair>();
    for (int w : pair.words) {
      int[] before = words.get(w);
      int[] after = merge(before, left, right, merged);
      if (after.length == before.length) {
        continue; // the word is listed twice, or another merge took the pair's symbols
      }
      words.set(w, after);
      for (int i = 0; i + 1 < before.length; i++) {
        pairs.get(BytePairEncoding.pair(before[i], before[i + 1])).count -= counts.get(w);
      }
      for (int i = 0; i + 1 < after.length; i++) {
        if (after[i] == merged || after[i + 1] == merged) {
          risen.add(add(w, after[i], after[i + 1]));
        } else {
          pairs.get(BytePairEncoding.pair(after[i], after[i + 1])).count += counts.get(w);
        }
      }
    }
    pair.words.clear();
    queue(risen);
  }

  private Pair add(int w, int left, int right) {
    Pair pair =
        pairs.computeIfAbsent(
            BytePairEncoding.pair(left, right),
            key -> new Pair(symbols.get(left), symbols.get(right)));
    pair.count += counts.get(w);
    pair.words.add(w);
    return pair;
  }

  /** Of overlapping pairs the left one is merged. */
  private static int[] merge(int[] word, int left, int right, int merged) {
    int[] result = new int[word.length];
    int n = 0;
    for (int i = 0; i < word.length; i++) {
      boolean found = word[i] == left && i + 1 < word.length && word[i + 1] == right;
      result[n++] = found ? merged : word[i];
      if (found) {
        i++;
      }
    }
    return Arrays.copyOf(result, n);
  }

  /** Unlike {@link String#compareTo}, which puts characters beyond U+FFFF before U+E000. */
  private static int compareCodePoints(String a, String b) {
    int i = Arrays.mismatch(a.toCharArray(), b.toCharArray());
    if (i < 0 || i >= a.length() || i >= b.length()) {
      return a.length() - b.length();
    }
    return Integer.compare(order(a.charAt(i)), order(b.charAt(i)));
  }

  private static int order(char c) {
    return Character.isSurrogate(c) ? c + Character.MAX_VALUE : c;
  }
}
