package io.ciranda.samples.translate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small translations to learn: figures, and their names in Portuguese. */
final class Pairs {
  private static final List<String> NAMES =
      List.of("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove");

  private Pairs() {}

  /** Writes {@code NAME.figures} and {@code NAME.names}; the same for the same seed. */
  static void write(Path folder, String name, int pairs, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    List<String> figures = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      int[] numbers = random.ints(random.nextInt(1, 6), 0, 10).toArray();
      figures.add(joined(numbers, n -> Integer.toString(n)));
      names.add(joined(numbers, NAMES::get));
    }
    Files.write(folder.resolve(name + ".figures"), figures);
    Files.write(folder.resolve(name + ".names"), names);
  }

  private static String joined(int[] numbers, java.util.function.IntFunction<String> name) {
    var words = new ArrayList<String>();
    for (int number : numbers) {
      words.add(name.apply(number));
    }
    return String.join(" ", words);
  }

  /** The options that name them. */
  static String options(Path folder, String name, String prefix) {
    return " --%ssource %s --%starget %s"
        .formatted(
            prefix, folder.resolve(name + ".figures"), prefix, folder.resolve(name + ".names"));
  }
}
