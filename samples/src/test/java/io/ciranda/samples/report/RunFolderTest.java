package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final LocalDateTime START = LocalDateTime.of(2026, 2, 3, 4, 5, 6);

  @TempDir private Path base;

  @Test
  void runsOfOneSecondGetFoldersOfTheirOwn() {
    Path runs = base.resolve("my/runs");
    assertEquals(
        runs.resolve("ciranda-lstm-256-20260203-040506"),
        RunFolder.create(runs, "lstm-256", START).path());
    assertEquals(
        runs.resolve("ciranda-lstm-256-20260203-040506-2"),
        RunFolder.create(runs, "lstm-256", START).path());
    assertEquals(
        runs.resolve("ciranda-lstm-256-20260203-040506-3"),
        RunFolder.create(runs, "lstm-256", START).path());
  }

  @Test
  void aFileInTheWayIsTold() throws IOException {
    Path file = Files.writeString(base.resolve("file"), "in the way");
    var e = assertThrows(UserException.class, () -> RunFolder.create(file, "rnn", START));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("--out"), e.getMessage());
  }
}
