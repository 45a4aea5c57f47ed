package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Shows how far a work of many steps has come: on a terminal as a bar that is redrawn, elsewhere as
 * a plain line every few seconds, and not at all under {@code --json} or {@code --quiet}. It goes
 * to standard error.
 */
public final class StepProgress implements AutoCloseable {
  private final ProgressDisplay display;
  private final LongSupplier nanoTime;
  private final long firstStep;
  private final long maxSteps;
  private final double maxNanos;
  private final long startedAt;
  private long shownAt;

  StepProgress(
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
    shownAt = startedAt;
  }

  /**
   * Begins to show a work that ends after {@code maxSteps} steps or {@code maxTime}, whichever
   * comes first.
   *
   * @param task what is shown in front, such as {@code "training"}
   * @param firstStep how many steps are done already: 0, or more where a work is resumed
   * @param maxSteps {@code Long.MAX_VALUE} for no limit
   * @param maxTime {@code ChronoUnit.FOREVER.getDuration()} for no limit
   */
  public static StepProgress start(
      Console console, String task, long firstStep, long maxSteps, Duration maxTime) {
    ProgressDisplay display = ProgressDisplay.of(console, task, firstStep);
    return new StepProgress(display, System::nanoTime, firstStep, maxSteps, maxTime);
  }

  /** Whether it is time to show something. Cheap. */
  public boolean isDue() {
    return sinceShown() >= display.interval().toNanos();
  }

  /** Nanoseconds since the start. */
  public long elapsed() {
    return nanoTime.getAsLong() - startedAt;
  }

  /** Nanoseconds since something was shown. */
  long sinceShown() {
    return nanoTime.getAsLong() - shownAt;
  }

  /**
   * Shows the state of the work, due or not.
   *
   * @param step how many steps are done, those before a resumption included; one at least since
   *     then
   * @param message what there is to say about it
   */
  public void show(long step, String message) {
    double nanosPerStep = (double) elapsed() / (step - firstStep);
    long expectedSteps = (long) Math.min((double) maxSteps, firstStep + maxNanos / nanosPerStep);
    Duration left = Duration.ofNanos((long) (Math.max(0, expectedSteps - step) * nanosPerStep));
    display.show(new ProgressDisplay.Report(step, Math.max(step, expectedSteps), left, message));
    shownAt = nanoTime.getAsLong();
  }

  /** Shows a line of its own without disturbing the bar. */
  public void say(String line) {
    display.say(line);
  }

  /** Ends the display. */
  @Override
  public void close() {
    display.close();
  }
}
