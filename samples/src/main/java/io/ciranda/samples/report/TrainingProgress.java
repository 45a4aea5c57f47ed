package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Shows how far a training has come, its loss and its speed, as {@link StepProgress} does. */
public final class TrainingProgress implements AutoCloseable {
  private final StepProgress progress;
  private final long firstStep;

  private long step;
  private long tokens;
  private double loss;
  private long shownTokens;

  TrainingProgress(
      ProgressDisplay display,
      LongSupplier nanoTime,
      long firstStep,
      long maxSteps,
      Duration maxTime) {
    this(new StepProgress(display, nanoTime, firstStep, maxSteps, maxTime), firstStep);
  }

  private TrainingProgress(StepProgress progress, long firstStep) {
    this.progress = progress;
    this.firstStep = firstStep;
    step = firstStep;
  }

  /** Begins to show a training, as {@link StepProgress#start}. */
  public static TrainingProgress start(
      Console console, String task, long firstStep, long maxSteps, Duration maxTime) {
    return new TrainingProgress(
        StepProgress.start(console, task, firstStep, maxSteps, maxTime), firstStep);
  }

  /**
   * Tells that a step is done. Cheap where nothing is due to be shown.
   *
   * @param step how many steps are done, those before a resumption included
   * @param tokens how many tokens were trained on since {@link #start}
   * @param loss of this step, in nats per token
   */
  public void step(long step, long tokens, double loss) {
    this.step = step;
    this.tokens = tokens;
    this.loss = loss;
    if (progress.isDue()) {
      show((tokens - shownTokens) * 1e9 / progress.sinceShown());
    }
  }

  /** Shows a line of its own, such as a validation loss, without disturbing the bar. */
  public void say(String line) {
    progress.say(line);
  }

  /** Shows the last step, with the speed of the whole training, and ends the display. */
  @Override
  public void close() {
    if (step > firstStep) {
      show(tokens * 1e9 / Math.max(1, progress.elapsed()));
    }
    progress.close();
  }

  private void show(double tokensPerSecond) {
    progress.show(step, "loss %.3f, %,.0f tokens/s".formatted(loss, tokensPerSecond));
    shownTokens = tokens;
  }
}
