package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Train, evaluate and sample, there and back. */
class LanguageModelCommandsTest {
  private static final String SMALL =
      "lm train --hidden 24 --layers 1 --batch 4 --bptt 16 --epochs 4 --lr 0.02 --threads 1 ";

  @TempDir private Path folder;

  private Path text;
  private Path model;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), Texts.lines(120, 1));
    model = folder.resolve("model.safetensors");
  }

  private Typed train(String options, Object... more) {
    return Typed.words((SMALL + options).strip() + " --model " + model, more);
  }

  @Test
  void byCharacter() throws IOException {
    JsonNode summary = train("--json --text " + text).json();
    assertEquals("FINISHED", summary.get("end").asText());
    assertEquals(Json.read(folder.resolve("model.summary.json")), summary);
    JsonNode test = summary.get("test");
    assertTrue(test.get("nats").asDouble() < 2, test.toString()); // ln V = 3

    JsonNode score =
        Typed.words("lm eval --json --part test", "--text", text, "--model", model).json();
    assertEquals(test.get("nats").asDouble(), score.get("nats").asDouble());
    assertEquals(test.get("symbols").asLong(), score.get("symbols").asLong());
    assertEquals(score.get("nats").asDouble() / Math.log(2), score.get("bits").asDouble(), 1e-12);
    assertEquals(Math.exp(score.get("nats").asDouble()), score.get("perplexity").asDouble(), 1e-9);

    Typed person = Typed.words("lm eval --part test", "--text", text, "--model", model).done();
    assertTrue(
        person.out().startsWith("%.4f nats, ".formatted(score.get("nats").asDouble())),
        person.out());
  }

  @Test
  void theThreePartsAreTheWholeText() throws IOException {
    train("--split 0.8,0.1 --text " + text).done();
    long symbols = 0;
    for (String part : new String[] {"train", "valid", "test"}) {
      symbols +=
          1
              + Typed.words(
                      "lm eval --json --split 0.8,0.1 --part " + part,
                      "--text",
                      text,
                      "--model",
                      model)
                  .json()
                  .get("symbols")
                  .asLong();
    }
    assertEquals(Files.size(text), symbols);
    assertEquals(
        Files.size(text) - 1,
        Typed.words("lm eval --json", "--text", text, "--model", model)
            .json()
            .get("symbols")
            .asLong());
  }

  @Test
  void dynamicEvaluationSaysSoAndLeavesTheFileAlone() throws IOException {
    train("--text " + text).done();
    byte[] before = Files.readAllBytes(model);
    Object[] files = {"--text", text, "--model", model};
    JsonNode plain = Typed.words("lm eval --json --part test", files).json();
    assertTrue(plain.get("dynamic").isNull(), plain.toString());

    JsonNode score =
        Typed.words("lm eval --json --part test --dynamic 0.001 --dynamic-steps 8", files).json();
    assertEquals(0.001, score.get("dynamic").get("rate").asDouble());
    assertEquals(8, score.get("dynamic").get("steps").asInt());
    assertEquals(plain.get("symbols"), score.get("symbols"));
    assertNotEquals(plain.get("nats").asDouble(), score.get("nats").asDouble());

    String out = Typed.words("lm eval --part test --dynamic 0.001", files).done().out();
    assertTrue(
        out.contains("dynamic evaluation: learned from the text at rate 0.001, every 20 symbols"),
        out);
    assertArrayEquals(before, Files.readAllBytes(model));
  }

  @Test
  void byWordFromGzipFiles() throws IOException {
    Path zipped = gzip("train.txt.gz", Texts.lines(200, 2));
    Path valid = gzip("valid.txt.gz", Texts.lines(20, 3));
    Path test = gzip("test.txt.gz", "every ring leads unheard of\nback into the tango\n");
    Typed trained =
        train("--json --level word", "--text", zipped, "--valid", valid, "--test", test);
    JsonNode summary = trained.json();
    trained.says(
        "2 words of the validation and test texts are not in the vocabulary: read as <unk>");
    // 10 words, each also with a full stop, <eos>, <unk>.
    assertEquals(22, summary.get("vocabulary").asInt());
    assertEquals(10, summary.get("test").get("symbols").asInt());
    assertTrue(summary.get("ngram_nats").isNull());

    JsonNode score = Typed.words("lm eval --json", "--text", test, "--model", model).json();
    assertEquals(summary.get("test").get("nats").asDouble(), score.get("nats").asDouble());
    assertEquals(2, score.get("unknown").asInt());

    String written =
        Typed.words("lm sample --length 30 --model " + model, "--prompt", "every ring")
            .done()
            .out();
    assertTrue(written.startsWith("every ring "), written);
    assertEquals(written, written.replace("  ", " "));
    Typed.words("lm sample --length 3 --model " + model, "--prompt", "unheard of").done();
    Typed.words("lm sample --length 3 --model " + model, "--prompt", " ").done();
  }

  @Test
  void wordsBeyondTheVocabularyAreLeftOut() throws IOException {
    JsonNode summary = train("--json --level word --vocabulary 5", "--text", text).json();
    assertEquals(5, summary.get("vocabulary").asInt());
    Typed.words("lm eval", "--text", text, "--model", model).done();
  }

  /** The same text, zipped and plain, cut by fractions or in files, gives the same weights. */
  @Test
  void howATextIsGivenDoesNotMatter() throws IOException {
    String whole = Files.readString(text);
    int first = Math.round(0.8f * whole.length());
    int second = Math.round(0.9f * whole.length());
    train("--split 0.8,0.1 --text " + text).done();
    byte[] expected = Files.readAllBytes(model);
    double nats = testNats();
    model = folder.resolve("other.safetensors");
    train(
            "",
            "--text",
            gzip("whole.gz", whole.substring(0, first)),
            "--valid",
            Files.writeString(folder.resolve("valid"), whole.substring(first, second)),
            "--test",
            Files.writeString(folder.resolve("test"), whole.substring(second)))
        .done();
    assertArrayEquals(expected, Files.readAllBytes(model));
    assertEquals(
        nats, Json.read(folder.resolve("other.summary.json")).get("test").get("nats").asDouble());
  }

  private double testNats() throws IOException {
    return Json.read(folder.resolve("model.summary.json")).get("test").get("nats").asDouble();
  }

  @Test
  void samplesAreMadeOfTheirSeed() {
    train("--text " + text).done();
    String sample = "lm sample --length 80 --model " + model;
    String one = Typed.words(sample + " --seed 1").done().out();
    assertEquals(81, one.length() - System.lineSeparator().length() + 1);
    assertEquals(one, Typed.words(sample + " --seed 1").done().out());
    assertNotEquals(one, Typed.words(sample + " --seed 2").done().out());
    assertNotEquals(one, Typed.words(sample + " --seed 1 --temperature 3").done().out());
    String greedy = Typed.words(sample + " --seed 1 --temperature 0").done().out();
    assertEquals(greedy, Typed.words(sample + " --seed 2 --temperature 0").done().out());
    assertEquals(greedy, Typed.words(sample + " --seed 3 --top-k 1").done().out());
    assertEquals(greedy, Typed.words(sample + " --seed 3 --top-p 0.000001").done().out());
  }

  @Test
  void sampleTellsAProgram() {
    train("--text " + text).done();
    JsonNode sample =
        Typed.words(
                "lm sample --json --length 10 --seed 5 --model " + model, "--prompt", "the ring")
            .json();
    assertEquals("the ring", sample.get("prompt").asText());
    assertEquals(10, sample.get("text").asText().length());
    assertEquals(5, sample.get("seed").asInt());
    assertEquals("", Typed.words("lm sample --length 0 --model " + model).done().out().strip());
  }

  @Test
  void leavesACurveAndNothingTemporary() throws IOException {
    train("--text " + text).done();
    try (var files = Files.list(folder)) {
      assertEquals(
          "[model.checkpoint, model.loss.csv, model.loss.png, model.safetensors, model.summary.json, text.txt]",
          files.map(file -> file.getFileName().toString()).sorted().toList().toString());
    }
    String curve = Files.readString(folder.resolve("model.loss.csv"));
    assertTrue(curve.contains("\ntraining,1,"), curve);
    assertTrue(curve.contains("\nvalidation,"), curve);
    assertTrue(curve.contains("\n6-gram model,,"), curve);
  }

  @Test
  void quietIsQuiet() {
    Typed trained = train("--quiet --text " + text).done();
    assertEquals("", trained.err());
    assertTrue(trained.out().contains("held-out text"), trained.out());
  }

  private Path gzip(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
