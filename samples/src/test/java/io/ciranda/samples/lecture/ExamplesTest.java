package io.ciranda.samples.lecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.ChildCiranda;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The examples with budgets of a second: what is set by hand holds, what is learned is missed and
 * says so. What they learn with their usual budgets stands in samples/README.md.
 */
class ExamplesTest {
  @TempDir private Path folder;

  @Test
  void allAreListedWithATimeOfTwoMinutesAtMost() {
    JsonNode examples = Typed.ciranda("examples", "--json").json().get("examples");
    assertEquals(
        List.of(
            "unroll",
            "memory",
            "sum",
            "compare",
            "parity",
            "bptt",
            "gradients",
            "gates",
            "adding",
            "lm-char",
            "lm-word",
            "execute",
            "sentiment",
            "tagger",
            "dna",
            "speech",
            "music",
            "video",
            "activity"),
        StreamSupport.stream(examples.spliterator(), false)
            .map(example -> example.get("name").asText())
            .toList());
    for (JsonNode example : examples) {
      assertTrue(example.get("seconds").asInt() <= 120, example.toString());
      assertFalse(example.get("shows").asText().isBlank(), example.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unroll", "bptt", "gradients", "gates --characters 10000"})
  void whatNeedsNoLongTrainingHolds(String command) throws IOException {
    JsonNode report = Typed.words("example " + command + " --seed 2 --json --out", folder).json();
    assertTrue(report.get("figures").size() > 1, report.toString());
    for (JsonNode figure : report.get("figures")) {
      assertTrue(figure.get("holds").asBoolean(), figure.toString());
    }
    Path run = Path.of(report.get("folder").asText());
    assertTrue(report.get("pictures").size() > 0, report.toString());
    for (JsonNode picture : report.get("pictures")) {
      assertTrue(Files.size(run.resolve(picture.asText())) > 1000, picture.asText());
    }
    assertEquals(report, Json.read(run.resolve("summary.json")));
  }

  @ParameterizedTest
  @CsvSource({
    "sum --updates 1, by hand, 0",
    "compare --updates 1, by hand, 1",
    "parity --updates 1, by hand, 1",
    "memory --symbols 2000 --epochs 1, 2-grams, ",
    "adding --length 20 --sequences 40 --hidden 3, RNN, ",
    "tagger --sentences 20 --epochs 1, 'entity F1, BiLSTM', ",
    "dna --train 50 --epochs 1, 'error, position weights', ",
    "speech --hidden 2 --epochs 1 --strings 20, one digit, ",
    "activity --hidden 2 --epochs 1, accuracy, ",
    "sentiment --hidden 2 --epochs 1 --pretrain 1 --anneal, accuracy, ",
    "lm-char --symbols 20000 --hidden 2 --epochs 1, nats a character, ",
    "lm-word --symbols 20000 --hidden 2 --epochs 1 --vocabulary 1000, perplexity of a word, ",
    "execute --hidden 2 --steps 1, baseline: outputs, ",
    "execute --task program --nesting 2 --curriculum naive --steps 1, naive: outputs, ",
    "music --hidden 2 --epochs 1, nats a frame, ",
    "video --hidden 2 --epochs 1 --films 20, learned and tested with frames in no order, ",
  })
  void whatHasNoTimeToLearnIsMissedAndExactByHand(String command, String name, Double value)
      throws IOException {
    JsonNode told =
        Typed.words("example " + command + " --json --out", folder)
            .missed("what must hold was missed");
    Path run;
    try (var runs = Files.list(folder)) {
      run = runs.findFirst().orElseThrow();
    }
    JsonNode figures = Json.read(run.resolve("summary.json")).get("figures");
    assertEquals(told.get("figures"), figures);
    JsonNode first = figures.get(0);
    assertTrue(first.get("name").asText().startsWith(name), figures.toString());
    if (value != null) {
      assertEquals(value, first.get("value").asDouble(), figures.toString());
      assertTrue(first.get("holds").asBoolean(), figures.toString());
    }
    JsonNode missed = null;
    for (JsonNode figure : figures) {
      missed = figure.get("holds").asBoolean() ? missed : figure;
    }
    assertNotNull(missed, figures.toString());
    assertFalse(missed.get("baseline").isNull(), figures.toString());
  }

  @Test
  void truthTablesOfTheThresholdNetwork() {
    Typed typed = Typed.words("example parity --updates 1 --quiet --out", folder);
    String table =
        """
        first step    bit | AND OR | odd
                        0 |   0  0 |   0
                        1 |   0  1 |   1
        later     odd bit | AND OR | odd
                    0   0 |   0  0 |   0
                    0   1 |   0  1 |   1
                    1   0 |   0  1 |   1
                    1   1 |   1  1 |   0
        """;
    assertTrue(typed.out().contains(table), typed.out());
  }

  private Typed wrong(String words) {
    return Typed.words("example " + words + " --out", folder.resolve("none"));
  }

  @Test
  void wrongUsage() throws IOException {
    wrong("sum --updates 0").fails(2, "--updates: expected at least 1, actual 0");
    wrong("gates --characters 5").fails(2, "--characters: expected at least 10000");
    wrong("adding --length 5").fails(2, "--length: expected at least 20, actual 5");
    wrong("memory --symbols 5").fails(2, "--symbols: expected at least 1000");
    wrong("tagger --sentences 5").fails(2, "--sentences: expected at least 20");
    wrong("dna --train 5").fails(2, "--train: expected at least 50, actual 5");
    wrong("speech --strings 0").fails(2, "--strings: expected at least 1, actual 0");
    wrong("video --films 3").fails(2, "--films: expected at least 20, actual 3");
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    wrong("activity --checkpoints " + file.resolve("folder"))
        .fails(1, "--checkpoints: cannot make the folder " + file.resolve("folder"));
    wrong("activity --data x.ts").fails(2, "--data and --test: expected both or none");
    wrong("sentiment --words 0").fails(2, "--words: expected at least 1, actual 0");
    wrong("sentiment --bidirectional --pretrain 1")
        .fails(2, "--pretrain: expected without --bidirectional");
    wrong("sentiment --labelled 5").fails(2, "--labelled: expected at least 10");
    wrong("lm-char --symbols 5").fails(2, "--symbols: expected at least 10000");
    wrong("lm-word --vocabulary 5").fails(2, "--vocabulary: expected at least 1000");
    wrong("execute --digits 1").fails(2, "--digits: expected 2 to 9, actual 1");
    wrong("execute --nesting 2").fails(2, "--nesting: expected 1 to 1, actual 2");
    wrong("execute --curriculum easy")
        .fails(2, "expected one of [baseline, naive, mixed, combined] or all, actual 'easy'");
    wrong("music --epochs 0").fails(2, "--epochs: expected at least 1, actual 0");
    wrong("music --dropout 1").fails(2, "dropout: expected in [0, 1), actual 1.0");
    wrong("speech --hidden 0").fails(2, "hidden: expected at least 1, actual 0");
    Typed.words("example").fails(2, "unroll, memory, sum");
    assertFalse(Files.exists(folder.resolve("none")), "an empty folder is left");
  }

  @Test
  void taggerReadsAFolder() throws IOException {
    String sentence = "of\tO\nkoramic\tB-Disease\nsulitis\tI-Disease\n\n";
    String command = "example tagger --epochs 1 --goal 0 --json --out " + folder + " --data";
    Files.writeString(folder.resolve("train.tsv"), sentence.repeat(30));
    Files.writeString(folder.resolve("devel.tsv"), sentence.repeat(3));
    Typed.words(command, folder).fails(1, "there is no test.tsv", "Without --data");
    Path test = Files.writeString(folder.resolve("test.tsv"), "of\tO\nkoramic Disease\n");
    Typed.words(command, folder)
        .fails(1, test + ", line 2: expected a word, a tab and a label", "Without --data");
    Files.writeString(test, sentence + sentence);
    JsonNode report = Typed.words(command, folder).json();
    assertEquals(
        folder + ": 30 sentences to learn from, 3 to tell when to stop, 2 to test",
        report.get("data").asText());
    assertEquals(1, report.get("figures").get(3).get("baseline").asDouble(), report.toString());
  }

  @Test
  void activityReadsFiles() throws IOException {
    String command = "example activity --bidirectional --epochs 30 --goal 1 --json --out " + folder;
    Path train = folder.resolve("train.ts");
    Path test = folder.resolve("test.ts");
    String files = command + " --data " + train + " --test";
    Files.writeString(train, "@data\n1,2:3:up\n");
    Typed.words(files, test)
        .fails(1, train + ", line 2: expected 2 steps in dimension 2", "Without --data");
    Files.writeString(train, "@data\n1,x:3,4:up\n");
    Typed.words(files, test).fails(1, train + ", line 2: expected a number or ?, actual 'x'");
    Files.writeString(train, "@data\n" + "1,2,3:1,?,1:up\n3,2,1:1,1,1:down\n".repeat(20));
    Typed.words(files, test).fails(1, "no such file: " + test);
    Files.writeString(test, "2,3,4:1,1,1:up\n4,3,2:1,1,1:down\n");
    Typed learned = Typed.words(files, test);
    learned.says("epoch 30 of 30: ");
    JsonNode figure = learned.json().get("figures").get(0);
    assertEquals(1, figure.get("value").asDouble(), figure.toString());
    Path checkpoint = Files.writeString(folder.resolve("activity.checkpoint"), "something else");
    Typed.words(files, test, "--checkpoints", folder).fails(1, "ciranda: " + checkpoint);
  }

  @Test
  void activityReadsPicturesPixelByPixel() throws IOException {
    String command =
        "example activity --epochs 60 --hidden 8 --dropout 0 --lr 0.02 --batch 8 --anneal --memory 4 --threads 2"
            + " --goal 1 --json --out "
            + folder
            + " --data ";
    Path pictures = folder.resolve("images-idx3-ubyte");
    Path labels = folder.resolve("labels-idx1-ubyte");
    String both = command + pictures + " --test";
    Files.write(pictures, new byte[] {0, 0, 13, 3, 0, 0, 0, 1});
    Typed.words(both, pictures).fails(1, pictures + ": expected an IDX file of bytes");
    byte[] header = {0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 2};
    byte[] images = Arrays.copyOf(header, header.length + 80);
    byte[] names = Arrays.copyOf(new byte[] {0, 0, 8, 1, 0, 0, 0, 20}, 28);
    for (int i = 0; i < 20; i++) {
      images[header.length + 4 * i + i % 2 * 3] = -1; // the first pixel is white, or the last
      names[8 + i] = (byte) (i % 2);
    }
    Files.write(pictures, Arrays.copyOf(images, 50));
    Typed.words(both, pictures)
        .fails(1, pictures + ": expected 20 items of 4 bytes, actual 34 bytes", "Without --data");
    Files.write(pictures, images);
    Typed.words(both, pictures).fails(1, "no such file: " + labels);
    Files.write(labels, Arrays.copyOf(new byte[] {0, 0, 8, 1, 0, 0, 0, 1}, 9));
    Typed.words(both, pictures).fails(1, labels + ": expected a label for each of the 20 pictures");
    Files.write(labels, names);
    for (String order : new String[] {"", " --permute --pooling LAST"}) {
      JsonNode figure = Typed.words(both + " " + pictures + order).json().get("figures").get(0);
      assertEquals(1, figure.get("value").asDouble(), figure.toString());
    }
    Typed.words("example activity --permute").fails(2, "--permute: expected pictures");
  }

  @Test
  void sentimentReadsFiles() throws IOException {
    Path train = folder.resolve("train.tsv");
    Path test = folder.resolve("test.tsv");
    String files =
        "example sentiment --goal 1 --words 3 --json --out "
            + folder
            + " --data "
            + train
            + " --test";
    Files.writeString(train, "pos\t9\tFine!<br />\nso-so\t5\tWell.\n");
    Typed.words(files, test).fails(1, train + ", line 2: expected pos or neg", "Without --data");
    Files.writeString(train, "pos\t9\tNot bad, but fine!\nneg\t2\tFine, but bad.\n".repeat(50));
    Typed.words(files, test).fails(1, "no such file: " + test);
    Files.writeString(test, "pos\tWho knows? But FINE!\nneg\tWho knows? But BAD.\n");
    JsonNode figures = Typed.words(files, test).json().get("figures");
    assertEquals(1, figures.size(), figures.toString());
    assertEquals(1, figures.get(0).get("value").asDouble(), figures.toString());
    figures = Typed.words(files + " " + test + " --pretrain 2").json().get("figures");
    assertEquals(
        "100 labels, beginning with a language model: accuracy",
        figures.get(1).get("name").asText());
    assertEquals(1, figures.get(1).get("value").asDouble(), figures.toString());
    assertEquals(1, figures.get(1).get("baseline").asDouble(), figures.toString());
  }

  @Test
  void sentimentKeepsItsLanguageModel() throws IOException {
    Path reviews = folder.resolve("reviews.tsv");
    Files.writeString(reviews, "pos\tNot bad, but fine!\nneg\tFine, but bad.\n".repeat(50));
    Path kept = folder.resolve("reviews.safetensors");
    String command =
        "example sentiment --words 3 --json --out %s --data %s --test %s --language-model %s"
            .formatted(folder, reviews, reviews, kept);
    Typed.words(command)
        .fails(2, "--language-model: expected a file that is there, or --pretrain to make it");
    Typed.words("example sentiment --language-model", folder.resolve("none/model.safetensors"))
        .fails(2, "--language-model: expected a folder that can be written to: ", "none");
    Path checkpoint = folder.resolve("reviews.checkpoint");
    Files.writeString(checkpoint, "of something else");
    String reading = command + " --pretrain 2 --pretrain-dropout 0";
    Typed.words(reading).fails(1, "ciranda: " + checkpoint);
    Files.delete(checkpoint);
    JsonNode first = Typed.words(reading).json();
    assertFalse(Files.exists(checkpoint), "it is read to the end");
    FileTime made = Files.getLastModifiedTime(kept);
    Typed again = Typed.words(command);
    again.says(
        "the language model of " + kept + ", which knows 100.0 % of the words to learn from");
    JsonNode second = again.json();
    assertEquals(2, second.get("figures").size(), second.toString());
    assertEquals(first.get("figures"), second.get("figures"));
    assertEquals(made, Files.getLastModifiedTime(kept));
    Typed.words(command + " --hidden 5")
        .fails(1, kept + ": beginning, ", "as the model has it that it is from, actual");
    Files.writeString(kept, "none");
    Typed.words(command).fails(1, kept.toString());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void sentimentThatIsKilledGoesOnWithTheSameCommand() throws Exception {
    Path reviews = folder.resolve("many.tsv");
    var random = new Random(5);
    var lines = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      boolean praises = random.nextInt(10) < (i % 2 == 0 ? 7 : 3); // mostly
      lines.append(i % 2 == 0 ? "pos\t" : "neg\t").append(praises ? "Fine.\n" : "Bad.\n");
    }
    Files.writeString(reviews, lines);
    String command =
        "example sentiment --pretrain 2 --epochs 200 --lr 0.00003 --out %s --data %s --test %s"
            .formatted(folder, reviews, reviews);
    Typed whole = Typed.words(command);
    Path kept = folder.resolve("kept");
    String keeping = command + " --checkpoints " + kept;
    ChildCiranda.asLaunched(folder)
        .start(List.of(keeping.split(" ", -1)))
        .untilItSays("epoch 3 of 200: ")
        .signal("KILL")
        .end();
    assertTrue(Files.exists(kept.resolve("language-model.checkpoint")));
    assertTrue(Files.exists(kept.resolve("begun.checkpoint")));
    Typed again = Typed.words(keeping);
    assertEquals(405, results(whole).size(), whole.toString());
    assertEquals(results(whole), results(again));
    try (Stream<Path> left = Files.list(kept)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void programsThatAreKilledGoOnWithTheSameCommand() throws Exception {
    String command = "example execute --curriculum naive --hidden 8 --steps 400 --out " + folder;
    Typed whole = Typed.words(command);
    Path kept = folder.resolve("kept");
    String keeping = command + " --checkpoints " + kept;
    ChildCiranda.asLaunched(folder)
        .start(List.of(keeping.split(" ", -1)))
        .untilItSays("naive, 1,600 programs: ")
        .signal("KILL")
        .end();
    assertTrue(Files.exists(kept.resolve("naive.checkpoint")));
    Typed.words(keeping.replace("--hidden 8", "--hidden 9 --json"))
        .fails(1, "naive.checkpoint", "8 units", "9 units");
    Typed again = Typed.words(keeping);
    assertFalse(again.err().contains("naive, 800 programs: "), again.err());
    assertEquals(
        whole.err().lines().filter(line -> line.contains("naive, 16,000 programs: ")).toList(),
        again.err().lines().filter(line -> line.contains("naive, 16,000 programs: ")).toList());
    assertEquals(figures(whole), figures(again));
    try (Stream<Path> left = Files.list(kept)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static List<String> figures(Typed typed) {
    List<String> figures = typed.out().lines().filter(line -> line.startsWith("naive: ")).toList();
    assertEquals(2, figures.size(), typed.toString());
    return figures;
  }

  /** The losses of each epoch, without its time, and the accuracies. */
  private static List<String> results(Typed typed) {
    return (typed.err() + typed.out())
        .lines()
        .filter(line -> line.startsWith("epoch ") || line.contains("accuracy"))
        .map(line -> line.replaceAll(" \\(\\d.*", ""))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lm-char", "lm-word --vocabulary 1000"})
  void languageModelsReadAFileAndWrite(String name) throws IOException {
    String command =
        "example " + name + " --epochs 20 --hidden 16 --lr 0.02 --json --out " + folder + " --data";
    Path file = folder.resolve("text.txt");
    Typed.words(command, file).fails(1, "no such file: " + file, "Without --data");
    Files.writeString(file, "the cat sat on the mat , the dog did not .\n".repeat(400));
    JsonNode report = Typed.words(command + " " + file + " --goal 1.2").json();
    Path run = Path.of(report.get("folder").asText());
    String samples = Files.readString(run.resolve("samples.txt"));
    assertTrue(samples.contains("the cat sat on the mat"), samples);
    assertTrue(Files.readString(run.resolve("expected.svg")).contains("["), "nothing was expected");
  }

  @Test
  void executeTellsSumsFromTheLastDigitOn() throws IOException {
    String command =
        "example execute --reverse --curriculum mixed --steps 500 --lr 0.01 --hidden 64";
    JsonNode report = Typed.words(command + " --goal 0.45 --json --out", folder).json();
    assertEquals(
        "made up, sums of two numbers with 2 digits: 20,000 to learn from, 1,000 others to test",
        report.get("data").asText());
    Path run = Path.of(report.get("folder").asText());
    assertTrue(Files.readString(run.resolve("answers.svg")).contains("print("), "no programs");
    assertTrue(Files.readString(run.resolve("execute.csv")).contains("\"mixed\",20000.0,"));
  }

  @Test
  void musicReadsAFile() throws IOException {
    String command =
        "example music --epochs 150 --lr 0.05 --hidden 8 --json --out " + folder + " --data";
    Path file = folder.resolve("music.json");
    Typed.words(command, file).fails(1, "no such file: " + file, "Without --data");
    Files.writeString(file, "{\"train\": [[[1], [88]]], \"valid\": [], \"test\": []}");
    Typed.words(command, file)
        .fails(
            1,
            file + ", \"train\", piece 1, frame 2: expected keys from 0 to 87, actual 88",
            "Without --data");
    String piece = "[[[0, 87], [40]], [[40], [0, 87], []]]";
    Files.writeString(file, "{\"train\": P, \"valid\": P, \"test\": P}".replace("P", piece));
    JsonNode report = Typed.words(command, file).json();
    JsonNode nats = report.get("figures").get(0);
    assertTrue(nats.get("value").asDouble() < nats.get("baseline").asDouble(), nats.toString());
    Path midi = Path.of(report.get("folder").asText(), "music.mid");
    assertEquals("MThd", new String(Files.readAllBytes(midi), 0, 4, StandardCharsets.US_ASCII));
  }

  @Test
  void dnaReadsAFile() throws IOException {
    String command =
        "example dna --train 60 --epochs 1 --goal 1 --json --out " + folder + " --data";
    Path file = folder.resolve("dna.tsv");
    Typed.words(command, file).fails(1, "no such file: " + file);
    Files.writeString(file, "ei\tACGTAC\nn\tACGTA\n");
    Typed.words(command, file).fails(1, file + ", line 2: expected a label", "Without --data");
    Files.writeString(file, "ei\tACGTAC\nn\tACTTAC\n".repeat(30));
    Typed.words(command, file).fails(2, "--train: expected less than 60, actual 60");
    Files.writeString(file, "ei\tACGTAC\nn\tACTTAC\n".repeat(40));
    JsonNode figures = Typed.words(command, file).json().get("figures");
    assertEquals(0, figures.get(0).get("value").asDouble(), figures.toString());
    assertEquals(0.5, figures.get(0).get("baseline").asDouble(), figures.toString());
  }
}
