package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how far a training has come, its loss and its speed: on a terminal as a bar that is redrawn, elsewhere as a plain
 * line every few seconds, and not at all under {@code --json} or {@code --quiet}. It goes to standard error.
 */
public final class TrainingProgress implements AutoCloseable {
  private static final Duration BAR_INTERVAL = Duration.ofSeconds(1);
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);

  /** The last report of a training that ended sooner is still shown, through {@link #close}. */
  private record Seen(long step, long tokens, double loss, long nanos) {}

  private final Display display;
  private final LongSupplier clock;
  private final long maxSteps;
  private final double maxNanos;
  private final Seen start;
  private Seen shown;
  private Seen latest;

  private TrainingProgress(Display display, LongSupplier clock, long maxSteps, Duration maxTime) {
    this.display = display;
    this.clock = clock;
    this.maxSteps = maxSteps;
    this.maxNanos = 1e9 * maxTime.toSeconds() + maxTime.toNanosPart();
    this.start = new Seen(0, 0, Double.NaN, clock.getAsLong());
    this.shown = start;
    this.latest = start;
  }

  /**
   * Begins to show a training that ends after {@code maxSteps} steps or {@code maxTime}, whichever comes first.
   *
   * @param task what is shown in front, such as {@code "training"}
   * @param maxSteps {@code Long.MAX_VALUE} for no limit
   * @param maxTime {@code ChronoUnit.FOREVER.getDuration()} for no limit
   */
  public static TrainingProgress start(Console console, String task, long maxSteps, Duration maxTime) {
    Display display;
    if (!console.showsProgress()) {
      display = new NoDisplay();
    } else {
      Terminal terminal = Terminal.ofStandardError();
      display =
          terminal.interactive() ? new Bar(task, console.err(), terminal.columns()) : new Lines(task, console.err());
    }
    return new TrainingProgress(display, System::nanoTime, maxSteps, maxTime);
  }
}
