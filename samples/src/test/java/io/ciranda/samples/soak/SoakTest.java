package io.ciranda.samples.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.report.MemoryCurve.Growth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
  @TempDir private Path folder;

  @Test
  void aShortSoakComparesEveryOutputAndLeavesCurves() throws IOException {
    Typed typed =
        Typed.words(
            "soak --minutes 0.02 --threads 6 --steps 3000 --hidden 24 --cell gru --json --out",
            folder);
    JsonNode parts = typed.json().get("parts");
    assertEquals(2, parts.size());
    assertEquals(6, parts.get(0).get("threads").asInt());
    assertTrue(parts.get(0).get("steps").asLong() > 400, typed.out());
    assertEquals(3000, parts.get(1).get("steps").asLong());
    Path run;
    try (var runs = Files.list(folder)) {
      run = runs.findFirst().orElseThrow();
    }
    assertTrue(run.getFileName().toString().startsWith("ciranda-soak-gru-24-"), run.toString());
    for (String part : List.of("threads", "steps")) {
      List<String> curve = Files.readAllLines(run.resolve("memory-%s.csv".formatted(part)));
      assertEquals("seconds,heap_bytes,resident_bytes", curve.getFirst());
      assertTrue(curve.size() > 4, curve.toString());
    }
    JsonNode summary = Json.read(run.resolve("summary.json"));
    assertTrue(summary.get("parts").get(1).get("passed").asBoolean(), summary.toString());
  }

  @Test
  void aPartIsLeftOut() {
    JsonNode parts =
        Typed.words("soak --minutes 0 --steps 1 --hidden 8 --json --out", folder)
            .json()
            .get("parts");
    assertEquals(1, parts.size());
  }

  @Test
  void differencesAndGrowthAreFailures() {
    assertTrue(result(null, 0, 0).isPassed());
    assertFalse(result("step 7 differs", 0, 0).isPassed());
    assertFalse(result(null, 3 << 20, 0).isPassed());
    assertFalse(result(null, 0, 30 << 20).isPassed());
    assertFalse(
        new SoakResult("steps", 0.1, 1, 1, 1, "step 7 differs", new Growth(0, 0)).isPassed());
    assertTrue(new SoakResult("steps", 0.1, 1, 1, 1, null, new Growth(3 << 20, 0)).isPassed());
    assertTrue(result(null, -(9 << 20), -(99 << 20)).isPassed());
  }

  private static SoakResult result(String difference, long heap, long resident) {
    return new SoakResult("steps", 1, 1, 1, 1, difference, new Growth(heap, resident));
  }

  @Test
  void wrongUsage() {
    Typed.words("soak --threads 0").fails(2, "--threads: expected at least 1, actual 0");
    Typed.words("soak --minutes -1").fails(2, "--minutes: expected 0 or more, actual -1.0");
    Typed.words("soak --cell tree").fails(2, "tree");
  }
}
