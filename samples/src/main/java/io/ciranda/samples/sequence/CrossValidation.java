package io.ciranda.samples.sequence;

import io.ciranda.nn.Cell;
import io.ciranda.samples.text.TimeSeriesFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Chooses the options of {@link JapaneseVowelsExample} by its training part alone: each of 24 sets
 * is trained on nine tenths and asked for the rest, ten times, and that twice. Arguments: {@code
 * JapaneseVowels_TRAIN.ts}, and the numbers of the sets to try, from 0; none for all.
 */
public final class CrossValidation {
  private static final int FOLDS = 10;
  private static final int REPEATS = 2;

  private CrossValidation() {}

  /**
   * How well examples were told that the models had not learned from.
   *
   * @param nats the mean of {@code -log p(label)}
   */
  record Score(int examples, double accuracy, double nats) {}

  /**
   * Prints a line for each set; the greatest accuracy is the best, of equal ones the fewest nats.
   */
  public static void main(String[] args) throws IOException {
    List<Example<String>> examples = TimeSeriesFile.read(Path.of(args[0]));
    List<SequenceOptions> sets = sets();
    int[] numbers =
        args.length > 1
            ? IntStream.range(1, args.length).map(i -> Integer.parseInt(args[i])).toArray()
            : IntStream.range(0, sets.size()).toArray();
    for (int i : numbers) {
      Score score = of(examples, sets.get(i), FOLDS, REPEATS);
      System.out.printf(
          Locale.ROOT,
          "%2d: accuracy %.4f, %.4f nats; %s%n",
          i,
          score.accuracy,
          score.nats,
          sets.get(i));
    }
  }

  /** What is tried, with as many epochs as the example has. */
  private static List<SequenceOptions> sets() {
    var sets = new ArrayList<SequenceOptions>();
    for (Cell cell : List.of(Cell.GRU, Cell.LSTM)) {
      for (int hidden : List.of(64, 128)) {
        for (double dropout : List.of(0.2, 0.5)) {
          SequenceOptions options =
              JapaneseVowelsExample.withoutValidation()
                  .withCell(cell)
                  .withHidden(hidden)
                  .withDropout(dropout);
          sets.add(options.withPooling(Pooling.LAST));
          sets.add(options.withPooling(Pooling.MEAN));
          sets.add(options.withPooling(Pooling.MEAN).withBidirectional(true));
        }
      }
    }
    return sets;
  }

  /**
   * Trains on all folds but one and asks for that one, for each of them; the examples of a label
   * are spread evenly over the folds.
   *
   * @param repeats with other folds and another seed each time
   */
  static Score of(List<Example<String>> examples, SequenceOptions options, int folds, int repeats) {
    int right = 0;
    double nats = 0;
    for (int repeat = 0; repeat < repeats; repeat++) {
      var order = new ArrayList<>(examples);
      Collections.shuffle(order, new Random(repeat));
      order.sort(Comparator.comparing(Example::target));
      for (int fold = 0; fold < folds; fold++) {
        int out = fold;
        List<Example<String>> train = part(order, i -> i % folds != out);
        List<Example<String>> test = part(order, i -> i % folds == out);
        try (var model = SequenceClassifier.fit(train, options.withSeed(repeat + 1))) {
          for (Example<String> example : test) {
            LabelPrediction prediction = model.predict(example.sequence());
            right += prediction.label().equals(example.target()) ? 1 : 0;
            nats -= Math.log(prediction.probability(example.target()));
          }
        }
      }
    }
    int asked = repeats * examples.size();
    return new Score(asked, (double) right / asked, nats / asked);
  }

  private static List<Example<String>> part(List<Example<String>> examples, IntPredicate kept) {
    return IntStream.range(0, examples.size()).filter(kept).mapToObj(examples::get).toList();
  }
}
