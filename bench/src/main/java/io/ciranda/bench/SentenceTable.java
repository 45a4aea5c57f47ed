package io.ciranda.bench;

import io.ciranda.translation.SentencePair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The sentences of the translation benchmarks: 1024 pairs of random words, the same as those of
 * {@code peers/translate.py}, whose page says how they are made.
 */
final class SentenceTable {
  private static final int PAIRS = 1024;
  private static final int FIRST_WORD = 3;

  private final List<SentencePair> pairs = new ArrayList<>();
  private long x = 1;

  SentenceTable(int sourceVocabulary, int targetVocabulary) {
    int[][] lengths = new int[PAIRS][];
    for (int i = 0; i < PAIRS; i++) {
      int source = Math.clamp(13 + normal(4), 4, 40);
      lengths[i] = new int[] {source, Math.clamp(source + normal(2), 4, 40)};
    }
    for (int[] length : lengths) {
      int[] source = words(length[0] - 1, sourceVocabulary);
      pairs.add(new SentencePair(source, words(length[1] - 1, targetVocabulary)));
    }
  }

  private int below(int n) {
    x = x * 6364136223846793005L + 1442695040888963407L;
    return (int) ((x >>> 33) % n);
  }

  /** Mean 0. */
  private int normal(int deviation) {
    int sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += below(1000);
    }
    return Math.floorDiv((sum - 5994) * deviation + 500, 1000);
  }

  private int[] words(int n, int vocabulary) {
    int[] words = new int[n];
    for (int i = 0; i < n; i++) {
      words[i] = FIRST_WORD + below(vocabulary - FIRST_WORD);
    }
    return words;
  }

  /** The first {@code n} pairs. */
  List<SentencePair> first(int n) {
    return pairs.subList(0, n);
  }

  /** The batches of training, in the order in which they are taken. */
  List<List<SentencePair>> batches(int size) {
    var order = new ArrayList<>(pairs);
    order.sort(
        Comparator.comparingInt((SentencePair pair) -> pair.target().length)
            .thenComparingInt(pair -> pair.source().length));
    var batches = new ArrayList<List<SentencePair>>();
    for (int from = 0; from + size <= PAIRS; from += size) {
      batches.add(order.subList(from, from + size));
    }
    for (int i = batches.size() - 1; i > 0; i--) {
      int j = below(i + 1);
      List<SentencePair> other = batches.get(j);
      batches.set(j, batches.get(i));
      batches.set(i, other);
    }
    return batches;
  }
}
