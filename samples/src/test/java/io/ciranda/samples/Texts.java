package io.ciranda.samples;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small texts to learn. */
public final class Texts {
  private static final List<String> WORDS =
      List.of("the", "of", "and", "ring", "dance", "step", "back", "into", "every", "leads");

  private Texts() {}

  /** Lines of a few words each; the same for the same seed. */
  public static String lines(int count, long seed) {
    var random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            line ->
                IntStream.range(0, random.nextInt(3, 9))
                    .mapToObj(word -> WORDS.get(random.nextInt(WORDS.size())))
                    .collect(Collectors.joining(" ", "", ".\n")))
        .collect(Collectors.joining());
  }
}
