package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final LocalDateTime START = LocalDateTime.of(2026, 2, 3, 4, 5, 6);

  @TempDir private Path base;

  @Test
  void runsOfOneSecondGetFoldersOfTheirOwn() {
    Path runs = base.resolve("my/runs");
    assertEquals(runs.resolve("ciranda-lstm-256-20260203-040506"), RunFolder.create(runs, "lstm-256", START).path());
    assertEquals(runs.resolve("ciranda-lstm-256-20260203-040506-2"), RunFolder.create(runs, "lstm-256", START).path());
    assertEquals(runs.resolve("ciranda-lstm-256-20260203-040506-3"), RunFolder.create(runs, "lstm-256", START).path());
  }

  @Test
  void summaryIsReadByAProgramAndReplacedWhole() throws IOException {
    RunFolder folder = RunFolder.create(base, "gru", START);
    folder.writeSummary(Map.of("nats", 1.5));
    folder.writeSummary(Map.of("validNats", 1.25, "environment", Environment.current()));
    JsonNode summary = new ObjectMapper().readTree(folder.path().resolve("summary.json").toFile());
    assertFalse(summary.has("nats"));
    JsonNode environment = summary.get("environment");
    assertTrue(environment.get("java").asText().startsWith(Runtime.version().toString()));
    assertFalse(environment.get("cpu").asText().isBlank());
    assertFalse(environment.get("ciranda").asText().isBlank());
    assertEquals(Runtime.getRuntime().availableProcessors(), environment.get("processors").asInt());
    try (var files = Files.list(folder.path())) {
      assertEquals(List.of(folder.path().resolve("summary.json")), files.toList());
    }
  }

  @Test
  void aFileInTheWayIsTold() throws IOException {
    Path file = Files.writeString(base.resolve("file"), "in the way");
    var e = assertThrows(UserException.class, () -> RunFolder.create(file, "rnn", START));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("--out"), e.getMessage());
  }
}
