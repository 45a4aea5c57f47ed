package io.ciranda.model;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * A small run with everything that has a state: momentum, dropout of units and weights, averages,
 * two threads, a learning rate that hangs on validation losses. As a program, it trains with a
 * checkpoint after every third step and goes on from one that is there.
 */
final class TrainingRun implements AutoCloseable {
  static final String DESCRIPTION = "a text made of five words";
  static final int EPOCHS = 3;
  static final int WINDOWS = 17; // of an epoch
  static final int VALIDATE_EVERY = 4;

  private static final String TEXT = text(4 * (5 * WINDOWS - 2) + 1); // the last window is shorter
  static final int[] VALID = Values.ids("valid", 100, 6);
  private static final Vocabulary VOCABULARY =
      Vocabulary.of(Vocabulary.Level.CHAR, TEXT, Integer.MAX_VALUE);

  final LanguageModel model;
  final LanguageModelTrainer trainer;

  TrainingRun() {
    this(Backend.best());
  }

  TrainingRun(Backend backend) {
    this(config(EPOCHS, 2), backend);
  }

  TrainingRun(LanguageModelTrainer.Config config) {
    this(config, Backend.best());
  }

  private TrainingRun(LanguageModelTrainer.Config config, Backend backend) {
    var shape = new LanguageModel.Config(Cell.LSTM, 6, 10, 2, false, 0.2f);
    model = LanguageModel.create(shape, VOCABULARY, backend, 1);
    trainer = new LanguageModelTrainer(model, VOCABULARY.encode(TEXT).ids(), VALID, config);
  }

  static LanguageModelTrainer.Config config(int epochs, int threads) {
    return new LanguageModelTrainer.Config(
        4,
        5,
        epochs,
        new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0.01f, true),
        0.05,
        new Clipping.ByNorm(1),
        new Schedule.Plateau(2, 0.7),
        11,
        threads,
        VALIDATE_EVERY,
        0,
        0.3f,
        0.9);
  }

  private static String text(int length) {
    String[] words = {"ring ", "dance ", "step ", "back ", "in "};
    RandomGenerator random = Values.random(9);
    var text = new StringBuilder();
    while (text.length() < length) {
      text.append(words[random.nextInt(words.length)]);
    }
    return text.substring(0, length);
  }

  /** Hears of every step; nothing else. */
  interface StepListener extends LanguageModelTrainer.Listener {
    @Override
    default void onValidation(LanguageModelTrainer trainer, double loss, boolean best) {}
  }

  static final StepListener SILENT = (trainer, loss, norm, rate) -> {};

  /** Trains until so many steps are done. */
  LanguageModelTrainer.End runTo(long step) throws IOException {
    return trainer.run(() -> trainer.step() >= step, SILENT);
  }

  LanguageModelTrainer.End runToEnd() throws IOException {
    return runTo(Long.MAX_VALUE);
  }

  float[] weights() {
    return model.parameters().values().toArray();
  }

  float[] averages() {
    return trainer.result().parameters().values().toArray();
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }

  /** Arguments: steps, checkpoint, file for the model at the end. Prints a line after each step. */
  public static void main(String[] args) throws IOException {
    long steps = Long.parseLong(args[0]);
    Path checkpoint = Path.of(args[1]);
    try (var run = new TrainingRun()) {
      if (Files.exists(checkpoint)) {
        run.trainer.resume(checkpoint, DESCRIPTION);
      }
      StepListener listener =
          (trainer, loss, norm, rate) -> {
            if (trainer.step() % 3 == 0) {
              trainer.saveCheckpoint(checkpoint, DESCRIPTION);
            }
            System.out.println(trainer.step());
            System.out.flush();
          };
      run.trainer.run(() -> run.trainer.step() >= steps, listener);
      run.trainer.result().save(Path.of(args[2]));
    }
  }
}
