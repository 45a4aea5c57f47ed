package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Shows how far a training has come, its loss and its speed: on a terminal as a bar that is
 * redrawn, elsewhere as a plain line every few seconds, and not at all under {@code --json} or
 * {@code --quiet}. It goes to standard error.
 */
public final class TrainingProgress implements AutoCloseable {
  private final ProgressDisplay display;
  private final LongSupplier nanoTime;
  private final long firstStep;
  private final long maxSteps;
  private final double maxNanos;
  private final long startedAt;

  private long step;
  private long tokens;
  private double loss;
  private long shownTokens;
  private long shownAt;

  TrainingProgress(
      ProgressDisplay display,
      LongSupplier nanoTime,
      long firstStep,
      long maxSteps,
      Duration maxTime) {
    this.display = display;
    this.nanoTime = nanoTime;
    this.firstStep = firstStep;
    this.maxSteps = maxSteps;
    this.maxNanos = 1e9 * maxTime.toSeconds() + maxTime.toNanosPart();
    startedAt = nanoTime.getAsLong();
    step = firstStep;
    shownAt = startedAt;
  }

  /**
   * Begins to show a training that ends after {@code maxSteps} steps or {@code maxTime}, whichever
   * comes first.
   *
   * @param task what is shown in front, such as {@code "training"}
   * @param firstStep how many steps are done already: 0, or more where a training is resumed
   * @param maxSteps {@code Long.MAX_VALUE} for no limit
   * @param maxTime {@code ChronoUnit.FOREVER.getDuration()} for no limit
   */
  public static TrainingProgress start(
      Console console, String task, long firstStep, long maxSteps, Duration maxTime) {
    ProgressDisplay display = ProgressDisplay.of(console, task, firstStep);
    return new TrainingProgress(display, System::nanoTime, firstStep, maxSteps, maxTime);
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
    long now = nanoTime.getAsLong();
    if (now - shownAt >= display.interval().toNanos()) {
      show(now, (tokens - shownTokens) * 1e9 / (now - shownAt));
    }
  }

  /** Shows a line of its own, such as a validation loss, without disturbing the bar. */
  public void say(String line) {
    display.say(line);
  }

  /** Shows the last step, with the speed of the whole training, and ends the display. */
  @Override
  public void close() {
    if (step > firstStep) {
      long now = nanoTime.getAsLong();
      show(now, tokens * 1e9 / Math.max(1, now - startedAt));
    }
    display.close();
  }

  private void show(long now, double tokensPerSecond) {
    double nanosPerStep = (double) (now - startedAt) / (step - firstStep);
    long expectedSteps = (long) Math.min((double) maxSteps, firstStep + maxNanos / nanosPerStep);
    Duration left = Duration.ofNanos((long) (Math.max(0, expectedSteps - step) * nanosPerStep));
    display.show(
        new ProgressDisplay.Report(
            step, Math.max(step, expectedSteps), left, loss, tokensPerSecond));
    shownTokens = tokens;
    shownAt = now;
  }
}
