package io.ciranda.samples.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir private Path base;

  @Test
  void leavesItsResultsInAFolder() throws IOException {
    JsonNode result =
        Typed.words("translate demo --json --max-minutes 0.02 --seed 3 --out", base).json();
    Path folder = Path.of(result.get("folder").asText());
    assertEquals(result, Json.read(folder.resolve("results.json")));
    assertEquals(result.get("training"), Json.read(folder.resolve("model.summary.json")));
    assertEquals(1000, result.get("numbers").get("sentences").asInt());
    assertEquals(500, result.get("dates").get("sentences").asInt());
    assertEquals(2, result.get("examples").size());
    for (String file :
        List.of(
            "model.safetensors",
            "model.loss.csv",
            "attention-number.svg",
            "attention-number.png",
            "attention-date.svg")) {
      assertTrue(Files.size(folder.resolve(file)) > 100, file);
    }
  }

  @Test
  void nothingIsBothLearnedFromAndMeasuredOn() {
    BuiltInPairs pairs = BuiltInPairs.of(1);
    Set<String> seen = new HashSet<>();
    int count = 0;
    for (ParallelText part :
        List.of(pairs.train(), pairs.valid(), pairs.numbers(), pairs.dates())) {
      seen.addAll(part.sources());
      count += part.size();
    }
    assertEquals(count, seen.size());
    assertEquals(pairs.train(), BuiltInPairs.of(1).train());
    assertTrue(!pairs.numbers().equals(BuiltInPairs.of(2).numbers()));
  }

  /** By those who know both languages. */
  @Test
  void pairsAreRight() {
    BuiltInPairs pairs = BuiltInPairs.of(1);
    assertEquals(List.of("zero", "one", "two"), pairs.train().sources().subList(0, 3));
    assertEquals("zéro", pairs.train().targets().getFirst());
    assertEquals("ninety-seven", pairs.train().sources().get(97));
    assertEquals("quatre-vingt-dix-sept", pairs.train().targets().get(97));
    int last = pairs.train().size() - 1;
    assertTrue(
        pairs.train().sources().get(last).matches("\\w+day, \\w+ \\d+, (19|20)\\d\\d"),
        pairs.train().sources().get(last));
    assertTrue(
        pairs.train().targets().get(last).matches("\\p{L}+ \\d+ \\p{L}+ (19|20)\\d\\d"),
        pairs.train().targets().get(last));
  }
}
