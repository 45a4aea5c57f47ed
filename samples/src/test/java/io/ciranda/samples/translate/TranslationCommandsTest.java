package io.ciranda.samples.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Ciranda;
import io.ciranda.samples.LineStream;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.CommandRunner;
import io.ciranda.samples.cli.Json;
import io.ciranda.text.Bleu;
import io.ciranda.text.Chrf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Train, translate, evaluate and look at the attention, there and back. */
class TranslationCommandsTest {
  private static final String SMALL =
      "translate train --hidden 32 --dropout 0 --label-smoothing 0 --batch 16 --threads 1 --lr 0.02 --schedule cosine ";

  @TempDir private static Path folder;
  private static Path model;
  private static JsonNode trained;

  @BeforeAll
  static void train() throws IOException {
    Pairs.write(folder, "train", 600, 1);
    Pairs.write(folder, "valid", 40, 2);
    Pairs.write(folder, "test", 60, 3);
    model = folder.resolve("model.safetensors");
    trained =
        train("--json --epochs 12 --model " + model + Pairs.options(folder, "valid", "valid-"))
            .json();
  }

  private static Typed train(String options) {
    return Typed.words((SMALL + options + Pairs.options(folder, "train", "")).strip());
  }

  private static Typed evaluate(String options) {
    return Typed.words(
        "translate eval --model " + model + Pairs.options(folder, "test", "") + options);
  }

  private static Typed translate(String text, String... options) {
    return translate(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), options);
  }

  private static Typed translate(InputStream in, String... options) {
    var words = new ArrayList<>(List.of("translate", "run", "--model", model.toString()));
    words.addAll(List.of(options));
    return Typed.reading(in, words.toArray(String[]::new));
  }

  // ---- train ----

  @Test
  void learns() throws IOException {
    assertEquals("FINISHED", trained.get("end").asText());
    assertEquals(Json.read(folder.resolve("model.summary.json")), trained);
    assertEquals(600, trained.get("pairs").asInt());
    assertEquals(13, trained.get("source_vocabulary").asInt()); // 10, <unk>, <s>, </s>
    double nats = trained.get("valid").get("nats").asDouble();
    assertTrue(nats < 0.2, trained.toString()); // ln V = 2.6
    assertEquals(Math.exp(nats), trained.get("valid").get("perplexity").asDouble(), 1e-9);
    List<String> curve = Files.readAllLines(folder.resolve("model.loss.csv"));
    assertEquals(12, curve.stream().filter(line -> line.startsWith("validation,")).count());
    assertTrue(Files.size(folder.resolve("model.loss.png")) > 1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"word-by-word", "encoder-decoder", "encoder-decoder --context"})
  void everyArchitectureIsTrainedAndTranslates(String architecture) {
    Path other = folder.resolve(architecture.replace(" --", "-") + ".safetensors");
    train("--epochs 1 --model " + other + " --architecture " + architecture).done();
    Typed typed =
        Typed.reading(
            new ByteArrayInputStream("1 2\n\n3\n".getBytes(StandardCharsets.UTF_8)),
            "translate",
            "run",
            "--model",
            other.toString());
    assertEquals(3, typed.done().out().lines().count());
    Typed.words("translate attention --sentence 1 --model", other)
        .fails(1, "expected a model with attention, actual " + architecture.split(" ", -1)[0]);
  }

  @Test
  void precisionIsThatOfTheWeights() {
    assertEquals(1, translate("1 2", "--precision", "bf16").done().out().lines().count());
    translate("1 2", "--precision", "f16").fails(2, "--precision", "but was 'f16'");
  }

  @Test
  void emptyLinesAreLeftOutAndCounted() throws IOException {
    Path source = folder.resolve("gaps.figures");
    Path target = folder.resolve("gaps.names");
    Files.writeString(source, "1 2\n\n3 4\n5\n");
    Files.writeString(target, "um dois\nnada\n  \ncinco\n");
    Typed typed =
        Typed.words(
            SMALL + "--json --epochs 1 --min-count 1 --model",
            folder.resolve("gaps.safetensors"),
            "--source",
            source,
            "--target",
            target);
    assertEquals(2, typed.json().get("pairs").asInt());
    typed
        .says(source + ": 2 of 4 pairs left out: an empty line")
        .says("nothing to validate on: no early stopping, the last model is kept");
    assertTrue(typed.json().get("valid").isNull());
  }

  @Test
  void unpairedFilesAreTold() throws IOException {
    Path source = folder.resolve("longer");
    Files.writeString(source, "1\n2\n\n4");
    Path target = folder.resolve("shorter");
    Files.writeString(target, "um\ndois\n");
    Typed.words(
            SMALL + "--model",
            folder.resolve("no.safetensors"),
            "--source",
            source,
            "--target",
            target)
        .fails(1, source + " has 4, " + target + " has 2; line 3 of " + source + " has no partner");
    Typed.words("translate eval --model", model, "--source", target, "--target", source)
        .fails(1, "line 3 of " + source + " has no partner");
  }

  @Test
  void longPairsAreLeftOut() {
    Typed typed = train("--json --epochs 1 --max-length 3 --model " + folder.resolve("short"));
    JsonNode summary = typed.json();
    assertTrue(summary.get("skipped").asInt() > 100, summary.toString());
    assertEquals(600, summary.get("skipped").asInt() + summary.get("pairs").asInt());
    typed.says("pairs with more than 3 symbols on a side are left out");
    train("--level char --max-length 1 --model " + folder.resolve("none"))
        .fails(1, "no pairs to learn from: of 600, each is empty or longer than 1 symbols");
  }

  @Test
  void zippedFilesAreRead() throws IOException {
    for (String side : new String[] {"figures", "names"}) {
      try (OutputStream out =
          new GZIPOutputStream(Files.newOutputStream(folder.resolve("zipped." + side)))) {
        Files.copy(folder.resolve("test." + side), out);
      }
    }
    String zipped =
        Typed.words("translate eval --json --model " + model + Pairs.options(folder, "zipped", ""))
            .json()
            .get("test")
            .toString();
    assertEquals(evaluate(" --json").json().get("test").toString(), zipped);
  }

  // ---- eval ----

  @Test
  void figuresAreThoseOfTheTranslations() throws IOException {
    Path output = folder.resolve("translated.txt");
    Path summary = folder.resolve("test.json");
    JsonNode result = evaluate(" --json --output " + output + " --summary " + summary).json();
    assertEquals(result, Json.read(summary));
    List<String> hypotheses = Files.readAllLines(output);
    List<String> references = Files.readAllLines(folder.resolve("test.names"));
    double bleu = Bleu.of(hypotheses, references).score();
    assertTrue(bleu > 80, hypotheses::toString);
    assertEquals(bleu, result.get("test").get("bleu").asDouble());
    assertEquals(
        Chrf.of(hypotheses, references).score(), result.get("test").get("chrf").asDouble());
    assertEquals(60, result.get("sentences").asInt());

    String person = evaluate("").done().out();
    assertTrue(person.startsWith("BLEU = "), person);
    assertTrue(person.contains("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp\nchrF2 = "), person);
    assertTrue(person.contains(" sentences/s"), person);
  }

  @Test
  void nothingThatIsReadIsOverwritten() {
    for (String read : List.of("test.figures", "test.names")) {
      Path file = folder.resolve(read);
      evaluate(" --output " + file)
          .fails(2, "--output: expected a file of its own, actual " + file);
      evaluate(" --summary " + file).fails(2, "--summary: expected a file of its own");
    }
    evaluate(" --output " + model).fails(2, "--output: expected a file of its own");
    String same = folder.resolve("new/../same").toString();
    evaluate(" --output " + folder.resolve("same") + " --summary " + same)
        .fails(2, "--summary: expected a file of its own, actual " + same);
  }

  @Test
  void lowercaseMakesTheCaseOfTheReferencesEqual() throws IOException {
    Path shouted = folder.resolve("shouted.names");
    Files.writeString(
        shouted, Files.readString(folder.resolve("test.names")).toUpperCase(java.util.Locale.ROOT));
    String command =
        "translate eval --json --model %s --source %s --target %s"
            .formatted(model, folder.resolve("test.figures"), shouted);
    assertEquals(0, Typed.words(command).json().get("test").get("bleu").asDouble());
    JsonNode lower = Typed.words(command + " --lowercase").json();
    assertEquals(evaluate(" --json").json().get("test").toString(), lower.get("test").toString());
    assertTrue(lower.get("bleu_signature").asText().contains("case:lc"));
  }

  // ---- run ----

  @Test
  void aLineInALineOut() throws IOException {
    Path output = folder.resolve("out.txt");
    evaluate(" --output " + output).done();
    String typed = translate(Files.readString(folder.resolve("test.figures"))).done().out();
    assertEquals(Files.readString(output), typed);
    for (String options : new String[] {"--beam 3", "--batch 1 --threads 1", "--temperature 0.1"}) {
      assertEquals(
          60,
          translate(Files.readString(folder.resolve("test.figures")), options.split(" ", -1))
              .done()
              .out()
              .lines()
              .count());
    }
  }

  @Test
  void everyLineHasAnAnswer() {
    String odd = "1 2\n\n   \n\r\n漢字 1 כתב\n3\r4\n" + "5 ".repeat(2000) + "\n7";
    List<String> lines = translate(odd).done().out().lines().toList();
    assertEquals(8, lines.size(), lines::toString);
    assertEquals("um dois", lines.getFirst());
    assertEquals(List.of("", "", ""), lines.subList(1, 4));
    assertFalse(lines.get(4).isEmpty());
    assertEquals("sete", lines.getLast());
    assertEquals("", translate("").done().out());
    assertEquals("\n", translate("\n").done().out());
  }

  @Test
  void cutTranslationsAreToldOnce() {
    String three = "1 2 3 4\n1\n5 6 7 8\n";
    Typed cut = translate(three, "--max-length", "3");
    assertEquals("um dois três\num\ncinco seis sete\n", cut.done().out());
    cut.says("2 translations were cut at 3 symbols");
    assertEquals(1, cut.err().split("were cut", -1).length - 1);
    assertFalse(translate("1 2\n").err().contains("were cut"));
  }

  /** A source that asks, before it gives a line, whether the line before is translated. */
  @Test
  void aLineIsTranslatedBeforeTheNextIsWaitedFor() {
    var out = new StringWriter();
    List<Long> answered = new ArrayList<>();
    var in =
        new LineStream() {
          @Override
          public String line(int row) {
            answered.add(out.toString().lines().count());
            return row < 3 ? row + "\n" : null;
          }
        };
    InputStream before = System.in;
    System.setIn(in);
    try {
      new CommandRunner(new Ciranda())
          .writingTo(new PrintWriter(out), new PrintWriter(new StringWriter()))
          .run("translate", "run", "--model", model.toString());
    } finally {
      System.setIn(before);
    }
    assertEquals(List.of(0L, 1L, 2L, 3L), answered);
    assertEquals("zero\num\ndois\n", out.toString());
  }

  /** However the lines come, and in whatever batches they are translated. */
  @Test
  void samplesComeFromTheSeed() {
    List<String> lines = Collections.nCopies(30, "1 2 3\n");
    String[] options = {"--temperature", "3", "--seed", "5"};
    String whole = translate(String.join("", lines), options).done().out();
    assertTrue(whole.lines().distinct().count() > 10, whole);
    var slowly =
        new LineStream() {
          @Override
          public String line(int row) {
            return row < lines.size() ? lines.get(row) : null;
          }
        };
    assertEquals(whole, translate(slowly, options).done().out());
    assertFalse(whole.equals(translate(String.join("", lines), "--temperature", "3").done().out()));
  }

  // ---- attention ----

  @Test
  void theAttentionIsToldAndDrawn() throws IOException {
    Path svg = folder.resolve("map.svg");
    Typed typed =
        Typed.words("translate attention --json --model " + model + " --output " + svg)
            .fails(2, "Missing required option: '--sentence=TEXT'");
    assertFalse(Files.exists(svg), typed.err());
    JsonNode result =
        Typed.ciranda(
                "translate",
                "attention",
                "--json",
                "--model",
                model.toString(),
                "--sentence",
                "4 <2>",
                "--output",
                svg.toString())
            .json();
    assertEquals("[\"4\",\"<\",\"2\",\">\",\"</s>\"]", result.get("source").toString());
    for (JsonNode row : result.get("weights")) {
      double sum = 0;
      for (JsonNode weight : row) {
        sum += weight.asDouble();
      }
      assertEquals(5, row.size());
      assertEquals(1, sum, 1e-5);
    }
    assertTrue(Files.readString(svg).contains(">&lt;</text>"));

    Path png = folder.resolve("map.png");
    String person =
        Typed.ciranda(
                "translate",
                "attention",
                "--model",
                model.toString(),
                "--sentence",
                "4 2",
                "--output",
                png.toString())
            .done()
            .out();
    assertTrue(person.startsWith("quatro dois\n    quatro  "), person);
    assertTrue(Files.size(png) > 1000);
  }

  // ---- wrong usage ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          translate                                     | A command is missing; one of: train, run, eval, attention, demo, lengths
          translate train --source a --target b         | Missing required option: '--model=OUT'
          translate train --source a --model m          | Missing required option: '--target=FILE'
          translate run                                 | Missing required option: '--model=FILE'
          translate run --model m --json                | --json: the translations take standard output
          translate run --model m --beam 0              | beam: expected at least 1, actual 0
          translate run --model m --beam 2 --temperature 1 | sampling: expected a beam of 1, actual 2
          translate run --model m --max-length 0        | maximum length: expected at least 1, actual 0
          translate run --model m --length-factor 0     | length factor: expected above 0, actual 0.0
          translate run --model m --unknown drop        | '--unknown': expected one of [WRITE, COPY, AVOID]
          translate run --model m --batch 0             | --batch, --threads: expected at least 1
          translate attention --model m --sentence a --output x.jpg | --output: expected a file that ends with .svg or .png, actual x.jpg
          translate lengths --source a --target b --test-source a --test-target b --out o --joinings 0 | --joinings: expected at least 1, actual 0
          translate demo --max-minutes 0                | --max-minutes: expected more than 0, actual 0.0
          """)
  void wrongUsageIsTwo(String words, String message) {
    Typed.ciranda(words.split(" ", -1)).fails(2, message);
  }

  @Test
  void whatIsNoModelIsTold() {
    Path text = folder.resolve("train.names");
    Typed.words("translate run --model", text).fails(1, text + ": ");
    Typed.words("translate run --model nothing.safetensors").fails(1, "nothing.safetensors");
  }
}
