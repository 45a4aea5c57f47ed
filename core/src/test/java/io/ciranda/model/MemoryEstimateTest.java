package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryEstimateTest {
  private static final int STEPS = 3;

  /** Half to double of what a training holds after a few steps; a cutoff of 0 is none. */
  @ParameterizedTest
  @CsvSource({
    "LSTM, 65, 0, 128, 2, 32, 32, 2",
    "LSTM, 65, 0, 64, 3, 8, 64, 1",
    "GRU, 65, 0, 128, 2, 32, 32, 2",
    "RNN, 65, 0, 128, 1, 16, 64, 2",
    "LSTM, 5000, 0, 64, 1, 20, 20, 2",
    "LSTM, 50000, 2500, 64, 1, 32, 64, 2"
  })
  void isAboutWhatIsTaken(
      Cell cell, int v, int cutoff, int hidden, int layers, int batch, int steps, int threads)
      throws IOException {
    List<String> symbols = IntStream.range(0, v).mapToObj(i -> "w" + i).toList();
    var vocabulary = new Vocabulary(Vocabulary.Level.WORD, symbols);
    var rule = UpdateRule.Adam.standard();
    var config =
        new LanguageModelTrainer.Config(
            batch,
            steps,
            1,
            rule,
            1e-3,
            new Clipping.None(),
            new Schedule.Constant(),
            1,
            threads,
            0,
            0);
    // By Zipf's law.
    int[] text =
        Values.random(1)
            .doubles(1 + STEPS * batch * steps)
            .mapToInt(u -> (int) Math.pow(v, u) - 1)
            .toArray();
    try (var model =
            LanguageModel.create(
                new LanguageModel.Config(
                    cell,
                    hidden,
                    hidden,
                    layers,
                    false,
                    0.1f,
                    cutoff == 0 ? List.of() : List.of(cutoff, 5 * cutoff)),
                vocabulary,
                Backend.best(),
                1);
        var trainer = new LanguageModelTrainer(model, text, new int[0], config)) {
      trainer.run(
          () -> false,
          new LanguageModelTrainer.Listener() {
            @Override
            public void onStep(LanguageModelTrainer t, double loss, double norm, double rate) {}

            @Override
            public void onValidation(LanguageModelTrainer t, double nats, boolean best) {}
          });
      double taken = trainer.memory() + 4.0 * model.parameters().count() * (1 + rule.states());
      double ratio = MemoryEstimate.of(model.config(), v, config).bytes() / taken;
      assertTrue(ratio > 0.5 && ratio < 2, () -> "estimate / taken = " + ratio);
    }
  }
}
