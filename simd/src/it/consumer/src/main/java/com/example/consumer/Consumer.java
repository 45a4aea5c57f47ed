package com.example.consumer;

import io.ciranda.infer.Model;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.util.List;

/** A character model, from a text to the scores of the next character. */
final class Consumer {
  private Consumer() {}

  /** Trains a new model on a text, again and again. */
  static LanguageModel train(String text, int epochs, List<Double> losses) throws IOException {
    var vocabulary = Vocabulary.of(Vocabulary.Level.CHAR, text, 100);
    var shape = new LanguageModel.Config(Cell.LSTM, 16, 64, 1, false, 0);
    var adam = UpdateRule.Adam.standard();
    var run =
        new LanguageModelTrainer.Config(
            16,
            25,
            epochs,
            adam,
            0.01,
            new Clipping.ByNorm(1),
            new Schedule.Constant(),
            1,
            1,
            0,
            0);
    var model = LanguageModel.create(shape, vocabulary, Backend.best(), 1);
    int[] ids = vocabulary.encode(text).ids();
    try (var trainer = new LanguageModelTrainer(model, ids, new int[0], run)) {
      trainer.run(() -> false, new Losses(losses));
    }
    return model;
  }

  /** The scores of what follows the symbols. */
  static float[] scores(Model model, int[] ids) {
    var scores = new float[model.architecture().output()];
    try (var session = model.newSession()) {
      for (int id : ids) {
        session.step(id, scores);
      }
    }
    return scores;
  }

  /** Collects the loss of each step, in nats a character. */
  private record Losses(List<Double> losses) implements LanguageModelTrainer.Listener {
    @Override
    public void onStep(LanguageModelTrainer trainer, double loss, double norm, double rate) {
      losses.add(loss);
    }

    @Override
    public void onValidation(LanguageModelTrainer trainer, double loss, boolean best) {}
  }
}
