package io.ciranda.samples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummariesTest {
  @TempDir private Path folder;

  private record Summary(double validNats, Environment environment) {}

  @Test
  void isReadByAProgramAndReplacedWhole() throws IOException {
    Path file = folder.resolve("summary.json");
    Summaries.write(file, Map.of("nats", 1.5));
    Summaries.write(file, new Summary(1.25, Environment.current()));
    JsonNode summary = Json.read(file);
    assertFalse(summary.has("nats"));
    assertEquals(1.25, summary.get("valid_nats").asDouble());
    JsonNode environment = summary.get("environment");
    assertTrue(environment.get("java").asText().startsWith(Runtime.version().toString()));
    assertFalse(environment.get("cpu").asText().isBlank());
    assertFalse(environment.get("ciranda").asText().isBlank());
    assertEquals(Runtime.getRuntime().availableProcessors(), environment.get("processors").asInt());
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void whatIsNoJsonIsTold() throws IOException {
    Path file = Files.writeString(folder.resolve("broken.json"), "{ \"nats\": ");
    var e = assertThrows(UserException.class, () -> Json.read(file));
    assertTrue(e.getMessage().contains("expected JSON in " + file), e.getMessage());
  }
}
