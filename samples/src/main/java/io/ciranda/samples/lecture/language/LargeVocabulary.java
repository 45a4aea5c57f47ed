package io.ciranda.samples.lecture.language;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Cell;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.report.LineChart;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What a training step costs by the size of the vocabulary, with the full and the adaptive softmax
 * side by side: an LSTM of 200 units on 20 x 20 words drawn by Zipf's law, as many kinds as there
 * may be. What is learned from them does not matter, and what the adaptive softmax costs in
 * perplexity is measured on real text: samples/RESULTS.md.
 */
final class LargeVocabulary {
  private static final int HIDDEN = 200;
  private static final int BATCH = 20;
  private static final int STEPS = 20;
  private static final int WARM_UP = 3;
  private static final int MEASURED = 7;
  private static final int FULL_SIZE = 100_000;
  private static final double LEAST_RATIO = 5; // at the full size

  private final Lesson lesson;

  LargeVocabulary(Lesson lesson) {
    this.lesson = lesson;
  }

  /** Draws the cost up to {@code largest} words and shows the ratio there. */
  void measure(int largest) throws IOException {
    int[] sizes = {largest / 16, largest / 8, largest / 4, largest / 2, largest};
    double[] full = new double[sizes.length];
    double[] adaptive = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      double[] milliseconds = milliseconds(sizes[i]);
      full[i] = milliseconds[0];
      adaptive[i] = milliseconds[1];
      lesson.narrate(
          "%,d words: %.0f ms a step with the full softmax, %.0f with the adaptive one"
              .formatted(sizes[i], full[i], adaptive[i]));
    }
    double[] words = Arrays.stream(sizes).asDoubleStream().toArray();
    lesson.picture(
        "cost",
        new LineChart(
                "A training step of 400 words, LSTM of 200 units, one thread",
                "words of the vocabulary",
                "milliseconds")
            .line("full softmax", words, full)
            .line("adaptive softmax", words, adaptive));
    int last = sizes.length - 1;
    Figure ratio =
        Figure.of(
            "a step at %,d words, times faster than full".formatted(largest),
            full[last] / adaptive[last]);
    lesson.show(largest >= FULL_SIZE ? ratio.atLeast(LEAST_RATIO) : ratio);
  }

  /** The medians of a step of both, measured in turns. */
  private double[] milliseconds(int size) throws IOException {
    var vocabulary =
        new Vocabulary(
            Vocabulary.Level.WORD, IntStream.range(0, size).mapToObj(i -> "w" + i).toList());
    int[] text = zipf(size, BATCH * STEPS * (WARM_UP + MEASURED) + 1);
    double[][] times = new double[2][MEASURED];
    try (LanguageModel full = model(vocabulary, List.of());
        LanguageModel adaptive = model(vocabulary, List.of(size / 50, size / 10));
        LanguageModelTrainer fullTrainer = trainer(full, text);
        LanguageModelTrainer adaptiveTrainer = trainer(adaptive, text)) {
      for (int step = 0; step < WARM_UP + MEASURED; step++) {
        double first = step(fullTrainer);
        double second = step(adaptiveTrainer);
        if (step >= WARM_UP) {
          times[0][step - WARM_UP] = first;
          times[1][step - WARM_UP] = second;
        }
      }
    }
    return Arrays.stream(times)
        .mapToDouble(t -> Arrays.stream(t).sorted().toArray()[MEASURED / 2])
        .toArray();
  }

  /** A step in milliseconds. */
  private static double step(LanguageModelTrainer trainer) throws IOException {
    long next = trainer.step() + 1;
    long start = System.nanoTime();
    trainer.run(
        () -> trainer.step() == next,
        new LanguageModelTrainer.Listener() {
          @Override
          public void onStep(LanguageModelTrainer t, double loss, double norm, double rate) {}

          @Override
          public void onValidation(LanguageModelTrainer t, double nats, boolean best) {}
        });
    return 1e-6 * (System.nanoTime() - start);
  }

  private LanguageModel model(Vocabulary vocabulary, List<Integer> cutoffs) {
    var config = new LanguageModel.Config(Cell.LSTM, HIDDEN, HIDDEN, 1, false, 0, cutoffs);
    return LanguageModel.create(config, vocabulary, lesson.backend(), lesson.seed());
  }

  private LanguageModelTrainer trainer(LanguageModel model, int[] text) {
    var config =
        new LanguageModelTrainer.Config(
            BATCH,
            STEPS,
            1,
            new UpdateRule.Sgd(0, false, 0),
            1,
            new Clipping.ByNorm(1),
            new Schedule.Constant(),
            lesson.seed(),
            1,
            0,
            0);
    return new LanguageModelTrainer(model, text, new int[0], config);
  }

  /** Words of which the k-th most frequent has a share of 1/k. */
  private int[] zipf(int size, int length) {
    double[] upTo = new double[size];
    double sum = 0;
    for (int k = 0; k < size; k++) {
      sum += 1.0 / (k + 1);
      upTo[k] = sum;
    }
    double total = sum;
    var random = new SplittableRandom(lesson.seed());
    return IntStream.generate(
            () -> {
              int at = Arrays.binarySearch(upTo, random.nextDouble() * total);
              return Math.min(at < 0 ? -at - 1 : at, size - 1);
            })
        .limit(length)
        .toArray();
  }
}
