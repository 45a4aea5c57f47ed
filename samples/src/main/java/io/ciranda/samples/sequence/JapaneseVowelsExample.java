package io.ciranda.samples.sequence;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells nine speakers by how they say two vowels (Kudo et al. 1999): 12 numbers a step, 7 to 29
 * steps. Arguments: {@code JapaneseVowels_TRAIN.ts}, {@code JapaneseVowels_TEST.ts}, and a seed.
 */
public final class JapaneseVowelsExample {
  private JapaneseVowelsExample() {}

  /** Trains, tests, prints. */
  public static void main(String[] args) throws IOException {
    List<Example<String>> train = TimeSeriesFile.read(Path.of(args[0]));
    List<Example<String>> test = TimeSeriesFile.read(Path.of(args[1]));
    SequenceOptions options =
        SequenceOptions.standard()
            .withHidden(128)
            .withBidirectional(true)
            .withDropout(0.5)
            .withValidation(
                0) // 270 examples: each of them is worth more than a good moment to stop
            .withPatience(0)
            .withEpochs(60)
            .withSeed(args.length > 2 ? Long.parseLong(args[2]) : 1);
    try (var model = SequenceClassifier.fit(train, options)) {
      System.out.println(model.evaluate(test));
    }
  }
}
