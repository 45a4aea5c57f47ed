package io.ciranda.samples.sequence;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Tells nine speakers by their vowels: 12 numbers a step, 7 to 29 steps. Arguments: the training
 * and the test file ({@code JapaneseVowels_TRAIN.ts}, {@code JapaneseVowels_TEST.ts}).
 */
public final class JapaneseVowelsExample {
  private JapaneseVowelsExample() {}

  /** Trains, tests, prints. */
  public static void main(String[] args) throws IOException {
    List<Example<String>> train = TimeSeriesFile.read(Path.of(args[0]));
    List<Example<String>> test = TimeSeriesFile.read(Path.of(args[1]));
    SequenceOptions options = SequenceOptions.standard().withListener(System.out::println);
    if (args.length > 2) {
      options = options.withSeed(Long.parseLong(args[2]));
    }
    if (args.length > 3) {
      options = options.withBidirectional(args[3].contains("b"));
      if (args[3].contains("m")) options = options.withPooling(io.ciranda.sequence.Pooling.MEAN);
      if (args[3].contains("l")) options = options.withCell(io.ciranda.nn.Cell.LSTM);
      if (args[3].contains("d")) options = options.withDropout(0.5);
      if (args[3].contains("h")) options = options.withHidden(128);
      if (args[3].contains("0")) options = options.withValidation(0).withEpochs(60).withPatience(0);
    }
    try (var model = SequenceClassifier.fit(train, options)) {
      System.out.println(model.evaluate(test));
    }
  }
}
