package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrainingProgressTest {
  private static final Duration NO_LIMIT = ChronoUnit.FOREVER.getDuration();

  private final StringWriter err = new StringWriter();
  private final AtomicLong clock = new AtomicLong(1_000_000_000_000L);

  @Test
  void linesEveryFiveSecondsWithStepsToGo() {
    try (var progress = lines(0, 100, NO_LIMIT)) {
      for (int step = 1; step <= 100; step++) {
        clock.addAndGet(200_000_000); // 0.2 s a step: 20 s
        progress.step(step, step * 1000L, 2.0 - step / 100.0);
      }
    }
    assertEquals(
        List.of(
            "train: step 25 of 100, loss 1.750, 5,000 tokens/s, 0:15 left",
            "train: step 50 of 100, loss 1.500, 5,000 tokens/s, 0:10 left",
            "train: step 75 of 100, loss 1.250, 5,000 tokens/s, 0:05 left",
            "train: step 100 of 100, loss 1.000, 5,000 tokens/s, 0:00 left",
            "train: step 100 of 100, loss 1.000, 5,000 tokens/s, 0:00 left"),
        err.toString().lines().toList());
  }

  @Test
  void theTimeBudgetEndsTheTrainingWhereItComesFirst() {
    try (var progress = lines(0, 1_000_000, Duration.ofMinutes(2))) {
      clock.addAndGet(30_000_000_000L);
      progress.step(60, 6000, 1.5);
    }
    assertTrue(
        err.toString().startsWith("train: step 60 of 240, loss 1.500, 200 tokens/s, 1:30 left"),
        err.toString());
  }

  @Test
  void theStepsEndTheTrainingWhereTheyComeFirst() {
    try (var progress = lines(0, 120, Duration.ofHours(9))) {
      clock.addAndGet(30_000_000_000L);
      progress.step(60, 6000, 1.5);
    }
    assertTrue(err.toString().contains("step 60 of 120"), err.toString());
    assertTrue(err.toString().contains("0:30 left"), err.toString());
  }

  @Test
  void aResumedTrainingCountsItsOwnSpeedOnly() {
    try (var progress = lines(1000, 1100, NO_LIMIT)) {
      clock.addAndGet(10_000_000_000L);
      progress.step(1010, 500, 1.5);
    }
    assertTrue(
        err.toString().startsWith("train: step 1,010 of 1,100, loss 1.500, 50 tokens/s, 1:30 left"),
        err.toString());
  }

  @Test
  void withoutAnEndNoneIsShown() {
    try (var progress = lines(0, Long.MAX_VALUE, NO_LIMIT)) {
      clock.addAndGet(10_000_000_000L);
      progress.step(10, 500, 1.5);
    }
    assertTrue(
        err.toString()
            .startsWith("train: step 10, loss 1.500, 50 tokens/s" + System.lineSeparator()),
        err.toString());
  }

  @Test
  void nothingIsShownBeforeTheFirstStep() {
    lines(0, 10, NO_LIMIT).close();
    assertEquals("", err.toString());
  }

  @Test
  void theBarFillsTheWidthAndNoMore() {
    var bar = new ProgressDisplay.Bar("train", 0, new PrintWriter(err), 100);
    try (var progress = new TrainingProgress(bar, clock::get, 0, 200, NO_LIMIT)) {
      clock.addAndGet(2_000_000_000L);
      progress.step(100, 20_000, 1.234);
      progress.say("valid 1.300");
    }
    List<String> drawn =
        err.toString()
            .lines()
            .flatMap(
                line ->
                    line.strip().isEmpty()
                        ? List.<String>of().stream()
                        : List.of(line.split("\r", -1)).stream())
            .toList();
    String last = drawn.getLast();
    assertEquals(99, last.length(), last);
    assertTrue(last.startsWith("train  50%"), last);
    assertTrue(last.contains("100/200"), last);
    assertTrue(last.endsWith("loss 1.234, 10,000 tokens/s"), last);
    assertTrue(
        drawn.stream().anyMatch(line -> line.strip().equals("valid 1.300")), drawn.toString());
  }

  @Test
  void jsonAndQuietShowNothing() {
    var writer = new PrintWriter(err);
    for (Console console :
        List.of(
            new Console(writer, writer, true, false), new Console(writer, writer, false, true))) {
      try (var progress = TrainingProgress.start(console, "train", 0, 2, NO_LIMIT)) {
        progress.step(1, 10, 1.0);
        progress.say("valid 1.300");
      }
    }
    assertEquals("", err.toString());
  }

  @Test
  void terminalWidth() {
    assertEquals(132, Terminal.columns("24 132"));
    assertEquals(80, Terminal.columns("0 0"));
  }

  private TrainingProgress lines(long firstStep, long maxSteps, Duration maxTime) {
    var lines = new ProgressDisplay.Lines("train", new PrintWriter(err));
    return new TrainingProgress(lines, clock::get, firstStep, maxSteps, maxTime);
  }
}
