package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.Values;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forecasts of series and numbers of sequences. */
class SequenceForecasterTest {
  private static final SequenceOptions SHORT = Tasks.quick().withEpochs(2).withWindow(32);

  /** Two columns: a wave of period 8 with noise, and what has nothing to do with it. */
  private static Sequence series(int steps, long seed, double noise) {
    RandomGenerator random = Values.random(seed);
    float[][] numbers = new float[steps][2];
    for (int t = 0; t < steps; t++) {
      numbers[t][0] = (float) (100 + 5 * Math.sin(t * Math.PI / 4) + noise * random.nextGaussian());
      numbers[t][1] = (float) random.nextGaussian();
    }
    return Sequence.of(numbers);
  }

  @Test
  void forecastsSeveralSteps() {
    Sequence series = series(1200, 1, 0.5);
    var options = Tasks.quick().withTargetColumns(0).withWindow(64).withDropout(0);
    try (var model = SequenceForecaster.fitSeries(List.of(series.slice(0, 1000)), 3, options)) {
      ForecastMetrics metrics = model.evaluateSeries(List.of(series), 1000);
      for (int step = 0; step < 3; step++) {
        assertEquals(0.5, metrics.rmse(step), 0.15, metrics.toString());
      }
      assertEquals(3 * 200, metrics.count());
      assertEquals(3, model.predict(series).steps());
      assertEquals(1, model.predict(series).columns());
    }
  }

  @Test
  void quantilesCoverWhatTheyPromise() {
    Sequence series = series(1600, 1, 2);
    var options = Tasks.quick().withTargetColumns(0).withQuantiles(0.9, 0.1, 0.5).withDropout(0);
    try (var model = SequenceForecaster.fitSeries(List.of(series.slice(0, 1200)), 1, options)) {
      ForecastMetrics metrics = model.evaluateSeries(List.of(series), 1200);
      assertEquals(0.8, metrics.coverage(), 0.08, metrics.toString());
      Forecast forecast = model.predict(series);
      assertTrue(forecast.quantile(0, 0, 0) <= forecast.value(0));
      assertTrue(forecast.value(0) <= forecast.quantile(0, 0, 2));
    }
  }

  private static List<Example<float[]>> sums(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    var examples = new ArrayList<Example<float[]>>();
    for (int i = 0; i < n; i++) {
      float[] numbers = new float[2 + random.nextInt(6)];
      float sum = 0;
      for (int t = 0; t < numbers.length; t++) {
        numbers[t] = (float) random.nextGaussian();
        sum += numbers[t];
      }
      examples.add(new Example<>(Sequence.of(numbers, 1), new float[] {1000 + sum, numbers[0]}));
    }
    return examples;
  }

  @Test
  void tellsNumbersOfASequence() {
    var options = Tasks.quick().withDropout(0);
    try (var model = SequenceForecaster.fit(sums(400, 1), options)) {
      ForecastMetrics metrics = model.evaluate(sums(100, 2));
      assertTrue(metrics.rmse() < 0.5, metrics::toString);
    }
  }

  @Test
  void aStreamABatchAndASequenceAloneHaveTheSameBitsAlsoFromAFile(@TempDir Path folder)
      throws Exception {
    List<Sequence> pieces =
        List.of(series(40, 1, 1), series(30, 2, 1), series(40, 3, 1), series(7, 4, 1));
    try (var trained = SequenceForecaster.fitSeries(pieces, 2, SHORT.withQuantiles(0.2, 0.7))) {
      assertSameBits(trained, pieces, folder);
    }
    try (var trained = SequenceForecaster.fit(sums(30, 1), SHORT.withPooling(Pooling.MEAN))) {
      assertSameBits(trained, Tasks.sequences(sums(20, 2)), folder);
    }
  }

  private static void assertSameBits(
      SequenceForecaster trained, List<Sequence> sequences, Path folder) throws Exception {
    Path file = folder.resolve("forecaster.safetensors");
    trained.save(file);
    List<Forecast> together = trained.predict(sequences);
    try (var model = SequenceForecaster.load(file);
        ForecastSession session = model.newSession()) {
      assertEquals(together, model.predict(sequences));
      for (int i = 0; i < sequences.size(); i++) {
        session.reset();
        Tasks.feed(session, sequences.get(i), 0, sequences.get(i).steps());
        assertEquals(together.get(i), session.forecast());
        assertEquals(together.get(i).value(0, 1), session.value(0, 1));
        assertEquals(together.get(i), model.predict(sequences.get(i)));
      }
    }
  }

  @Test
  void aNumberThatIsMissingIsNoTarget() {
    float[][] numbers = new float[300][1];
    for (int t = 0; t < numbers.length; t++) {
      numbers[t][0] = t % 5 == 0 ? Float.NaN : t % 3;
    }
    Sequence series = Sequence.of(numbers);
    try (var model = SequenceForecaster.fitSeries(List.of(series), 1, Tasks.quick())) {
      ForecastMetrics metrics = model.evaluateSeries(List.of(series), 200);
      assertEquals(80, metrics.count());
      assertTrue(metrics.rmse() < 0.4, metrics::toString);
    }
  }

  @Test
  void aNumberThatNeverChangesIsForecastAsItIs() {
    float[] constant = new float[100];
    Arrays.fill(constant, 70.1f);
    Sequence series = Sequence.of(constant, 1);
    try (var model = SequenceForecaster.fitSeries(List.of(series), 2, Tasks.quick());
        var session = model.newSession()) {
      assertEquals(70.1, model.predict(series).value(1, 0), 0.2);
      session.step(new float[] {71});
      assertEquals(70.1, session.value(0, 0), 2);
    }
  }

  private static void assertRefused(String message, org.junit.jupiter.api.function.Executable fit) {
    var e = assertThrows(IllegalArgumentException.class, fit);
    assertTrue(
        e.getMessage().contains(message),
        () -> "expected '%s', actual '%s'".formatted(message, e.getMessage()));
  }

  @Test
  void saysWhatIsWrong() {
    List<Sequence> series = List.of(series(40, 1, 1));
    assertRefused("no training examples", () -> SequenceForecaster.fitSeries(List.of(), 1, SHORT));
    assertRefused(
        "does not read backwards",
        () -> SequenceForecaster.fitSeries(series, 1, SHORT.withBidirectional(true)));
    assertRefused(
        "target column: expected in [0, 2), actual 2",
        () -> SequenceForecaster.fitSeries(series, 1, SHORT.withTargetColumns(2)));
    assertRefused(
        "expected one with a number to forecast after its first step",
        () -> SequenceForecaster.fitSeries(List.of(series(1, 1, 1)), 1, SHORT));
    var targets = new ArrayList<>(sums(5, 1));
    targets.add(2, new Example<>(targets.getFirst().sequence(), new float[] {1}));
    assertRefused(
        "training example 2: expected 2 numbers as target",
        () -> SequenceForecaster.fit(targets, SHORT));
    targets.set(2, new Example<>(targets.getFirst().sequence(), new float[] {1, Float.NaN}));
    assertRefused(
        "training example 2: expected finite numbers as target, actual [1.0, NaN]",
        () -> SequenceForecaster.fit(targets, SHORT));
    try (var model = SequenceForecaster.fitSeries(series, 1, SHORT)) {
      assertRefused("use evaluateSeries", () -> model.evaluate(sums(2, 1)));
    }
  }
}
