package io.ciranda.samples.translate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Joins consecutive pairs to longer ones, the length of each drawn evenly. So every length has the
 * same sentences in it: what differs is the length alone.
 *
 * @param from the least number of words of a source
 * @param to one more than the largest
 */
record Joiner(int from, int to) {
  private record Pair(String source, String target, int words) {}

  /**
   * Joins a text from its begin to its end; where no length fits, the earliest pair is left out.
   */
  ParallelText join(ParallelText text, long seed) {
    var random = new SplittableRandom(seed);
    var sources = new ArrayList<String>();
    var targets = new ArrayList<String>();
    Deque<Pair> window = new ArrayDeque<>();
    int words = 0;
    int wanted = random.nextInt(from, to);
    for (int i = 0; i < text.size(); i++) {
      var pair =
          new Pair(text.sources().get(i), text.targets().get(i), words(text.sources().get(i)));
      boolean isFull = words >= from && words + pair.words >= to;
      if (isFull || words >= wanted) {
        take(window, sources, targets);
        words = 0;
        wanted = random.nextInt(from, to);
      }
      window.add(pair);
      words += pair.words;
      while (words >= to) {
        words -= window.remove().words;
      }
    }
    if (words >= from) {
      take(window, sources, targets);
    }
    return new ParallelText(sources, targets);
  }

  /** Joins a text several times, each time otherwise. */
  ParallelText join(ParallelText text, int times, long seed) {
    var sources = new ArrayList<String>();
    var targets = new ArrayList<String>();
    for (int i = 0; i < times; i++) {
      ParallelText joined = join(text, seed + i);
      sources.addAll(joined.sources());
      targets.addAll(joined.targets());
    }
    return new ParallelText(sources, targets);
  }

  private static void take(Deque<Pair> window, List<String> sources, List<String> targets) {
    sources.add(String.join(" ", window.stream().map(Pair::source).toList()));
    targets.add(String.join(" ", window.stream().map(Pair::target).toList()));
    window.clear();
  }

  /** What stands between blanks. */
  static int words(String sentence) {
    return (int) Arrays.stream(sentence.split("\\s+", -1)).filter(word -> !word.isEmpty()).count();
  }
}
