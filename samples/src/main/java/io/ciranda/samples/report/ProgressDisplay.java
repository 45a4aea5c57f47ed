package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How progress looks: a bar, lines, or nothing. */
sealed interface ProgressDisplay {

  /**
   * What there is to show.
   *
   * @param expectedSteps at the end, as it looks now; {@code Long.MAX_VALUE} where there is no
   *     limit
   * @param left until the end, as it looks now
   * @param message what there is to say about the work
   */
  record Report(long step, long expectedSteps, Duration left, String message) {
    boolean hasEnd() {
      return expectedSteps < Long.MAX_VALUE;
    }
  }

  /** How long to wait between two reports. */
  Duration interval();

  void show(Report report);

  void say(String line);

  void close();

  static ProgressDisplay of(Console console, String task, long firstStep) {
    if (!console.showsProgress()) {
      return new Nothing();
    }
    Terminal terminal = Terminal.ofStandardError();
    return terminal.interactive()
        ? new Bar(task, firstStep, console.err(), terminal.columns())
        : new Lines(task, console.err());
  }

  /** {@code --json} or {@code --quiet}. */
  record Nothing() implements ProgressDisplay {
    @Override
    public Duration interval() {
      return Duration.ofDays(1);
    }

    @Override
    public void show(Report report) {}

    @Override
    public void say(String line) {}

    @Override
    public void close() {}
  }

  /** A log file, a pipe, a build server. */
  record Lines(String task, PrintWriter err) implements ProgressDisplay {
    @Override
    public Duration interval() {
      return Duration.ofSeconds(5);
    }

    @Override
    public void show(Report report) {
      String end = report.hasEnd() ? " of %,d".formatted(report.expectedSteps()) : "";
      String left = report.hasEnd() ? ", %s left".formatted(clock(report.left())) : "";
      say("%s: step %,d%s, %s%s".formatted(task, report.step(), end, report.message(), left));
    }

    @Override
    public void say(String line) {
      err.println(line);
      err.flush();
    }

    @Override
    public void close() {}

    private static String clock(Duration time) {
      return time.toHours() > 0
          ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
          : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
    }
  }

  /** A terminal. A thread of the bar redraws it, between the reports too. */
  final class Bar implements ProgressDisplay {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final PrintWriter err;
    private final int columns;
    private final ProgressBar bar;

    Bar(String task, long firstStep, PrintWriter err, int columns) {
      this.err = err;
      this.columns = columns;
      boolean unicode = System.err.charset().newEncoder().canEncode('█');
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(-1)
              .startsFrom(firstStep, Duration.ZERO)
              .setStyle(unicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis((int) INTERVAL.toMillis())
              // The last column stays free: some terminals wrap as soon as it is written.
              .setConsumer(new DelegatingProgressBarConsumer(this::redraw, columns - 1))
              .build();
    }

    @Override
    public Duration interval() {
      return INTERVAL;
    }

    @Override
    public void show(Report report) {
      bar.maxHint(report.hasEnd() ? report.expectedSteps() : -1);
      bar.setExtraMessage(report.message());
      bar.stepTo(report.step());
    }

    @Override
    public void say(String line) {
      redraw(line + " ".repeat(Math.max(0, columns - 1 - line.length())) + System.lineSeparator());
    }

    @Override
    public void close() {
      bar.close();
      err.println();
      err.flush();
    }

    private void redraw(String line) {
      err.print("\r" + line);
      err.flush();
    }
  }
}
