package io.ciranda.samples.lecture.memory;

import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.lecture.Lesson;

/** Tells ten times in a run how the training of a language model goes. */
final class Narrator implements LanguageModelTrainer.Listener {
  private final Lesson lesson;

  Narrator(Lesson lesson) {
    this.lesson = lesson;
  }

  @Override
  public void onStep(LanguageModelTrainer trainer, double loss, double norm, double rate) {
    long every = Math.max(1, trainer.totalSteps() / 10);
    if (trainer.step() % every == 0) {
      lesson.narrate("step %,d: %.4f nats a symbol".formatted(trainer.step(), loss));
    }
  }

  @Override
  public void onValidation(LanguageModelTrainer trainer, double nats, boolean best) {
    lesson.narrate("validation: %.4f nats a symbol".formatted(nats));
  }
}
