package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ciranda.samples.Ciranda;
import io.ciranda.samples.cli.CommandRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @TempDir private Path base;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void leavesItsResultsInAFolder() throws IOException {
    assertEquals(
        0, run("demo", "--json", "--seed", "7", "--max-minutes", "0.02", "--out", base.toString()));
    JsonNode summary = new ObjectMapper().readTree(out.toString());
    JsonNode training = summary.get("training");
    assertEquals(1.11, training.get("ngram_nats").asDouble(), 0.01);
    assertTrue(
        training.get("test").get("nats").asDouble() < 1.1 * Math.log(132), training.toString());
    Path folder = Path.of(summary.get("folder").asText());
    assertEquals(
        training, new ObjectMapper().readTree(folder.resolve("model.summary.json").toFile()));
    assertEquals(
        summary.get("sample").asText() + "\n", Files.readString(folder.resolve("sample.txt")));
    assertTrue(Files.size(folder.resolve("model.safetensors")) > 1_000_000);
    assertTrue(Files.readString(folder.resolve("model.loss.csv")).contains("6-gram model,,1.1"));
  }

  @Test
  void noTimeIsWrongUsage() {
    assertEquals(2, run("demo", "--max-minutes", "0"));
    assertTrue(
        err.toString().contains("--max-minutes: expected more than 0, actual 0.0"), err.toString());
  }

  @Test
  void helpForALanguageModel() {
    assertEquals(0, run("help", "lm"));
    assertTrue(out.toString().startsWith("Usage: ciranda lm"), out.toString());
  }

  private int run(String... arguments) {
    return new CommandRunner(new Ciranda())
        .writingTo(new PrintWriter(out), new PrintWriter(err))
        .run(arguments);
  }
}
