package io.ciranda.samples.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.ChildCiranda;
import io.ciranda.samples.LineStream;
import io.ciranda.samples.Typed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code sequence} commands, each of the three tasks learned once. */
class SequenceCommandsTest {
  private static final String SMALL = "--hidden 8 --dropout 0 --lr 0.02 --threads 1 ";
  private static final String CLASSIFY =
      "sequence train --task classify --id account --time time --label trend ";

  @TempDir private static Path folder;

  private static Path classifier;
  private static Path tagger;
  private static Path forecaster;
  private static JsonNode summary;

  @BeforeAll
  static void train() throws IOException {
    classifier = folder.resolve("classifier.safetensors");
    Path accounts = Tables.write(folder.resolve("accounts.csv"), Tables.accounts(40, 10, 1));
    summary =
        Typed.words(
                CLASSIFY + SMALL + "--json --epochs 15 --data",
                accounts,
                "--valid",
                accounts,
                "--model",
                classifier)
            .says("40")
            .json();
    tagger = folder.resolve("tagger.safetensors");
    Typed.words(
            "sequence train --task tag --id sentence --label tag --epochs 15 " + SMALL + "--data",
            Tables.write(folder.resolve("sentences.csv.gz"), Tables.sentences(80, 1)),
            "--model",
            tagger)
        .done()
        .says("names: word");
    forecaster = folder.resolve("forecaster.safetensors");
    Typed.words(
            "sequence train --task forecast --time hour --label load --horizon 3 --epochs 40 --window 32 "
                + SMALL
                + "--data",
            Tables.write(folder.resolve("hours.csv"), Tables.hours(300)),
            "--model",
            forecaster)
        .done();
  }

  private static Typed predict(Path model, Path data, String... more) {
    var words = new ArrayList<>(List.of("sequence", "predict", "--model", model.toString()));
    words.addAll(List.of("--data", data.toString()));
    words.addAll(List.of(more));
    return Typed.ciranda(words.toArray(String[]::new));
  }

  private static Path file(String name, String text) throws IOException {
    return Tables.write(folder.resolve(name), text);
  }

  private static Typed trainOn(String text, String... more) throws IOException {
    var words = new ArrayList<>(List.of((CLASSIFY + SMALL + "--epochs 2").split(" ", -1)));
    words.addAll(List.of("--data", file("train.csv", text).toString()));
    words.addAll(List.of("--model", folder.resolve("other.safetensors").toString()));
    words.addAll(List.of(more));
    return Typed.ciranda(words.toArray(String[]::new));
  }

  // ---- what is done ----

  @Test
  void trainingLeavesModelCurveAndSummary() {
    assertEquals(400, summary.at("/rows").asInt());
    assertEquals(40, summary.at("/sequences").asInt());
    assertEquals(1, summary.at("/valid_metrics/accuracy").asDouble());
    assertTrue(summary.at("/estimate/weight_bytes").asLong() > 0, summary.toString());
    assertFalse(summary.at("/stopped").asBoolean());
    for (String name : List.of("safetensors", "loss.csv", "loss.png", "summary.json")) {
      assertTrue(Files.exists(folder.resolve("classifier." + name)), name);
    }
  }

  @Test
  void evaluatesLabels() throws IOException {
    Path data = file("test.csv", Tables.accounts(10, 10, 2));
    String command = "sequence evaluate --model " + classifier + " --data " + data;
    Typed.words(command).done();
    JsonNode metrics = Typed.words(command + " --json").json().get("metrics");
    assertEquals(1, metrics.get("accuracy").asDouble());
    assertEquals(5, metrics.at("/confusion/up/up").asInt());
    assertEquals(0, metrics.at("/confusion/up/down").asInt());
  }

  @Test
  void evaluatesTagsAndEntities() throws IOException {
    Path data = file("tags.csv", Tables.sentences(20, 2));
    String command = "sequence evaluate --model " + tagger + " --data " + data;
    assertTrue(Typed.words(command).done().out().contains("entities: F1 "));
    JsonNode metrics = Typed.words(command + " --json").json().get("metrics");
    assertTrue(metrics.at("/rows/accuracy").asDouble() > 0.95, metrics.toString());
    assertTrue(metrics.at("/entities/f1").asDouble() > 0.9, metrics.toString());
  }

  @Test
  void evaluatesForecastsBesideNaiveOnes() throws IOException {
    Path data = file("other-hours.csv", Tables.hours(100));
    String command = "sequence evaluate --season 8 --model " + forecaster + " --data " + data;
    assertTrue(Typed.words(command).done().out().contains("last value"));
    JsonNode metrics = Typed.words(command + " --json").json().get("metrics");
    double mae = metrics.get("mae").asDouble();
    assertTrue(mae < 0.5 * metrics.at("/last_value/mae").asDouble(), metrics.toString());
    assertEquals(0, metrics.at("/seasonal_naive/mae").asDouble(), 1e-3);
    assertEquals(metrics.get("count"), metrics.at("/last_value/count"));
    assertEquals(metrics.get("count"), metrics.at("/seasonal_naive/count"));
    assertEquals(3, metrics.get("ahead").size());
  }

  @Test
  void streamsAnswersWhoseLastIsThatOfTheWholeSequence() throws IOException {
    Path data = file("stream.csv", Tables.accounts(4, 10, 3));
    List<String> stream = predict(classifier, data).done().out().lines().toList();
    assertEquals("account,time,label,probability", stream.getFirst());
    assertEquals(1 + 40, stream.size());
    List<String> whole = predict(classifier, data, "--whole").done().out().lines().toList();
    assertEquals(stream.subList(37, 41), whole.subList(1, 5));
    assertTrue(whole.get(1).startsWith("a0,9,up,"), whole.toString());
  }

  @Test
  void columnsAreFoundByName() throws IOException {
    String text = "account,time,amount,channel,trend\na,1,2,shop,up\na,2,,shop,up\n";
    String turned = "\uFEFFchannel,note,amount,time,account\nshop,x,2,1,a\nshop,x,null,2,a\n";
    assertEquals(
        predict(classifier, file("text.csv", text)).done().out(),
        predict(classifier, file("turned.csv.gz", turned)).done().out());
  }

  @Test
  void forecastsAreNamedForTheRowsAhead() throws IOException {
    Path data = file("few-hours.csv", Tables.hours(20));
    List<String> lines = predict(forecaster, data).done().out().lines().toList();
    assertEquals("hour,load+1,load+2,load+3", lines.getFirst());
    double next = Double.parseDouble(lines.getLast().split(",", -1)[1]);
    assertEquals(10 + 5 * Math.sin(2 * Math.PI * 20 / 8), next, 1);
    Path model = folder.resolve("quantiles.safetensors");
    Typed.words(
            "sequence train --task forecast --time hour --label load --horizon 1 --quantiles 0.9,0.1 --epochs 1 --data "
                + data
                + " --model "
                + model)
        .done();
    String header = predict(model, data).done().out().lines().findFirst().orElseThrow();
    assertEquals("hour,load+1_q0.1,load+1_q0.9", header);
    JsonNode metrics =
        Typed.words("sequence evaluate --json --model " + model + " --data " + data)
            .json()
            .get("metrics");
    assertTrue(metrics.get("coverage").asDouble() <= 1, metrics.toString());
  }

  @Test
  void aModelThatReadsFromBothEndsNeedsWholeSequences() throws IOException {
    Path data = file("tags-to-tell.csv", Tables.sentences(2, 3));
    predict(tagger, data)
        .fails(1, tagger.toString(), "both ends", "--whole", "--bidirectional=false");
    List<String> lines = predict(tagger, data, "--whole").done().out().lines().toList();
    assertEquals("sentence,label,probability", lines.getFirst());
    assertEquals(1 + 12, lines.size());
  }

  @Test
  void unsortedTimeIsSortedForTraining() throws IOException {
    List<String> lines = Tables.accounts(8, 6, 4).lines().toList();
    trainOn(String.join("\n", lines)).done();
    byte[] sorted = Files.readAllBytes(folder.resolve("other.safetensors"));
    // Ids come in the same order; the rows of each backwards.
    List<String> rows = new ArrayList<>(lines.subList(1, lines.size()));
    for (int t = 0; t < 3; t++) {
      for (int a = 0; a < 8; a++) {
        String early = rows.set(8 * t + a, rows.get(8 * (5 - t) + a));
        rows.set(8 * (5 - t) + a, early);
      }
    }
    trainOn(lines.getFirst() + "\n" + String.join("\n", rows)).done();
    assertArrayEquals(sorted, Files.readAllBytes(folder.resolve("other.safetensors")));
  }

  @Test
  void aLabelSeenOnceAndMissingValuesAreLearned() throws IOException {
    String text = Tables.accounts(12, 4, 5) + "once,1,NA,,rare\nonce,2,NaN,null,rare\n";
    trainOn(text, "--class-weights", "balanced").done().says("numbers: amount; names: channel");
  }

  @Test
  void aColumnOfNumbersMayBeOneOfNames() throws IOException {
    trainOn(Tables.accounts(8, 4, 6), "--categorical", "amount", "--features", "amount")
        .done()
        .says("numbers: none; names: amount");
  }

  @Test
  void anUnseenCategoryIsTheUnknownOne() throws IOException {
    String text = "account,time,amount,channel\na,1,2,%s\n";
    String kiosk = predict(classifier, file("kiosk.csv", text.formatted("kiosk"))).done().out();
    assertEquals(kiosk, predict(classifier, file("moon.csv", text.formatted("moon"))).out());
  }

  @Test
  void unseenCategoriesAreCountedAndToldOnce() throws IOException {
    String text = Tables.accounts(4, 5, 9);
    String changed = text.replaceFirst(",(shop|web)", ",kiosk").replaceFirst(",(shop|web)", ",");
    Path data = file("unseen.csv", changed);
    String told =
        "column 'channel': 'kiosk' or the like in 2 of 20 rows, which training has not seen and which is read as unknown";
    predict(classifier, data).done().says(told);
    predict(classifier, data, "--whole").done().says(told);
    Path output = folder.resolve("unseen-answers.csv");
    JsonNode result = predict(classifier, data, "--json", "--output", output.toString()).json();
    assertEquals(2, result.at("/unseen/channel").asInt());
    String evaluate = "sequence evaluate --model " + classifier + " --data";
    Typed.words(evaluate, data).done().says(told);
    JsonNode evaluated = Typed.words(evaluate, data, "--json").json();
    assertEquals(2, evaluated.at("/unseen/channel").asInt());
    Typed seen = Typed.words(evaluate, file("seen.csv", text)).done();
    assertFalse(seen.err().contains("not seen"), seen.err());
  }

  // ---- streams ----

  @Test
  void readsStandardInput() {
    String text = "account,time,amount,channel\na,1,2,shop\n";
    Typed typed = predictStandardInput(text.getBytes(StandardCharsets.UTF_8));
    assertEquals(2, typed.done().out().lines().count());
  }

  private static Typed predictStandardInput(byte[] bytes, String... more) {
    return predictStandardInput(new ByteArrayInputStream(bytes), more);
  }

  private static Typed predictStandardInput(InputStream in, String... more) {
    var words = new ArrayList<>(List.of("sequence", "predict", "--model"));
    words.add(classifier.toString());
    words.addAll(List.of(more));
    return Typed.reading(in, words.toArray(String[]::new));
  }

  /** A source that asks, before it gives a row, whether the row before is answered. */
  @Test
  void aLineIsAnsweredBeforeTheNextIsWaitedFor() throws IOException {
    Path output = folder.resolve("live.csv");
    List<Long> answered = new ArrayList<>();
    var in =
        new LineStream() {
          @Override
          public String line(int row) throws IOException {
            try (var lines = Files.lines(output)) {
              answered.add(lines.count());
            }
            return switch (row) {
              case 0 -> "account,time,amount,channel\n";
              case 4 -> null;
              default -> "a," + row + ",2,web\n";
            };
          }
        };
    predictStandardInput(in, "--output", output.toString()).done();
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L), answered);
  }

  @Test
  void oldAnswersAreThereUntilThereIsSomethingToAnswer() throws IOException {
    Path output = file("old-answers.csv", "the old ones");
    Path other = file("other-columns.csv", "account,time,amount\na,1,9\n");
    String options = "--output " + output;
    predict(classifier, folder.resolve("typo.csv"), options.split(" ")).fails(1, "no such file");
    predict(classifier, other, options.split(" ")).fails(1, "channel");
    assertEquals("the old ones", Files.readString(output));
  }

  @Test
  void theLeastRecentIdIsForgotten() throws IOException {
    String rows = "a,1,9,web\nb,1,5,web\nc,1,5,web\na,2,2,web\n";
    Path data = file("ids.csv", "account,time,amount,channel\n" + rows);
    List<String> remembered = predict(classifier, data).done().out().lines().toList();
    Typed typed = predict(classifier, data, "--max-ids", "2").done().says("2 times an id");
    List<String> forgotten = typed.out().lines().toList();
    assertEquals(remembered.subList(0, 4), forgotten.subList(0, 4));
    assertFalse(remembered.get(4).equals(forgotten.get(4)));
    Path output = folder.resolve("ids-answers.csv");
    JsonNode result =
        predict(classifier, data, "--max-ids", "2", "--json", "--output", output.toString()).json();
    assertEquals(4, result.get("sequences").asInt());
    assertEquals(2, result.get("forgotten").asInt());
    assertEquals(forgotten, Files.readAllLines(output));
  }

  @Test
  void memoryDoesNotGrowWithTheStream() {
    int rows = 100_000;
    var heap = new ArrayList<Long>();
    var in =
        new LineStream() {
          @Override
          public String line(int row) {
            if (row == rows / 5 || row == rows) {
              System.gc();
              heap.add(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
            }
            if (row == 0) {
              return "account,time,amount,channel\n";
            }
            return row > rows ? null : "a%d,%d,%d,web\n".formatted(row % 1009, row, row % 10);
          }
        };
    predictStandardInput(in, "--max-ids", "100", "--output", folder.resolve("long.csv").toString())
        .done()
        .says("100,000 rows");
    assertTrue(heap.getLast() - heap.getFirst() < 2 << 20, heap.toString());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aPoliteKillSavesTheBestSoFar() throws Exception {
    Path model = folder.resolve("stopped.safetensors");
    Path data = file("long-training.csv", Tables.accounts(40, 50, 9));
    String words = CLASSIFY + "--epochs 100000 --patience 0 --model " + model + " --data " + data;
    Typed stopped =
        ChildCiranda.asLaunched(folder)
            .start(List.of(words.split(" ", -1)))
            .untilItSays("epoch 2: ")
            .signal("TERM")
            .end();
    assertEquals(128 + 15, stopped.exitCode(), stopped.err());
    stopped.says("stopping: the best so far is saved");
    assertTrue(
        Files.readString(folder.resolve("stopped.summary.json")).contains("\"stopped\" : true"));
    predict(model, data).done();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aTrainingThatIsStoppedGoesOnAndEndsWithTheSameBits() throws Exception {
    Path data = file("resumed.csv", Tables.accounts(40, 50, 10));
    String words = CLASSIFY + "--epochs 40 --patience 0 --data " + data + " --model ";
    Path whole = folder.resolve("whole.safetensors");
    Typed.words(words + whole + " --resume").done().says("whole.checkpoint: the training begins");
    Path pieces = folder.resolve("pieces.safetensors");
    ChildCiranda.asLaunched(folder)
        .start(List.of((words + pieces).split(" ", -1)))
        .untilItSays("epoch 3: ")
        .signal("TERM")
        .end()
        .says("the same command with --resume goes on");
    Typed.words(words + pieces).fails(1, "pieces.checkpoint", "Add --resume");
    Typed.words(words + pieces + " --seed 2 --resume").fails(1, "another training", "seed 1");
    Typed.words(words + pieces + " --resume").done().says("goes on from").says("epoch 40: ");
    assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(pieces));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("whole.loss.csv")),
        Files.readAllBytes(folder.resolve("pieces.loss.csv")));
    assertFalse(Files.exists(folder.resolve("pieces.checkpoint")));
  }

  // ---- what is wrong with a file ----

  @Test
  void whatIsWrongWithTrainingDataIsSaid() throws IOException {
    String header = "account,time,amount,channel,trend\n";
    trainOn("").fails(1, "train.csv is empty", "names of the columns");
    trainOn(header).fails(1, "header only");
    trainOn(header + "a,1,2,web,up\na,2,3\n")
        .fails(1, "train.csv, line 3: expected 5 fields, as in the header, actual 3");
    trainOn("account,time,amount,amount,trend\n")
        .fails(1, "line 1", "'amount' for columns 3 and 4");
    trainOn("account,time,amount,channel\n").fails(1, "expected a column 'trend', actual account");
    trainOn(header + "a,1,2,web,up\na,2,2,web,down\n")
        .fails(1, "line 3, column 'trend': expected 'up'", "id 'a'", "actual 'down'");
    trainOn(header + "a,1,2,web,up\nb,2,2,web,up\n")
        .fails(1, "expected at least 2 different ones", "[up]");
    trainOn(header + "a,1,2,web,up\n,2,2,web,up\n")
        .fails(1, "line 3, column 'account': expected an id");
    trainOn(header + "a,1,2,web,\n").fails(1, "line 2, column 'trend': expected a label");
    trainOn(header + "a,1,2,web,up\na,noon,2,web,up\n")
        .fails(1, "line 3, column 'time': expected a number", "actual 'noon'");
    trainOn(header + "a,1,1e60,web,up\n", "--features", "amount").fails(1, "different ones");
    trainOn(header + "a,1,\"2\"3,web,up\n").fails(1, "train.csv, after line 1");
    Files.write(
        folder.resolve("latin.csv"),
        "account,time\n\u00e4,1\n".getBytes(StandardCharsets.ISO_8859_1));
    predict(classifier, folder.resolve("latin.csv")).fails(1, "expected UTF-8");
    Typed.words(
            "sequence train --task forecast --label channel --horizon 1 --model x --data",
            folder.resolve("accounts.csv"))
        .fails(1, "line 2, column 'channel': expected a number to forecast");
    predict(classifier, folder.resolve("none.csv")).fails(1, "no such file", "none.csv");
  }

  @Test
  void aGzipFileThatIsCutShortIsSaid() throws IOException {
    Path whole = file("whole.csv.gz", Tables.accounts(50, 50, 7));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut.csv.gz");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    Typed typed =
        Typed.words(CLASSIFY + "--model " + folder.resolve("x.safetensors") + " --data", cut);
    typed.fails(1, "the gzip file " + cut + " is cut short or damaged after line ");
  }

  @Test
  void aParquetFileIsToBeConverted() throws IOException {
    Path parquet = file("rows.parquet", "PAR1 and so on PAR1");
    predict(classifier, parquet).fails(1, "expected CSV, actual Parquet", "duckdb -c \"copy (from");
  }

  @Test
  void whatIsWrongWithARowIsSaidAfterTheAnswersBefore() throws IOException {
    String header = "account,time,amount,channel\n";
    Path text = file("word.csv", header + "a,1,2,web\na,2,two,web\n");
    Typed typed = predict(classifier, text);
    assertEquals(1, typed.exitCode());
    typed.says(text + ", line 3, column 'amount': expected a number, actual 'two'");
    assertEquals(2, typed.out().lines().count());
    Path back = file("back.csv", header + "a,2026-01-02,2,web\na,2026-01-01T10:00,2,web\n");
    predict(classifier, back)
        .says("line 3, column 'time': expected a time not before '2026-01-02'");
    assertEquals(2, predict(classifier, back, "--whole").done().out().lines().count());
    Path missing = file("missing.csv", "account,time,channel\na,1,web\n");
    predict(classifier, missing).fails(1, "expected a column 'amount', actual account, time");
  }

  @Test
  void wrongUsage() throws IOException {
    String train = "sequence train --model x.safetensors --data y.csv ";
    Typed.words(train + "--task classify --label z").fails(2, "--id: expected a column");
    Typed.words(train + "--task tag --label z,y").fails(2, "--label: expected one column");
    Typed.words(train + "--task forecast --label z").fails(2, "--horizon: expected 1 or more");
    Typed.words(train + "--task tag --label z --horizon 2").fails(2, "--horizon: expected none");
    Typed.words(train + "--task tag --label z --quantiles 0.5").fails(2, "--quantiles");
    Typed.words(train + "--task forecast --label z --horizon 1 --bidirectional")
        .fails(2, "--bidirectional");
    Typed.words(train + "--task forecast --label z --horizon 1 --valid v.csv").fails(2, "--valid");
    Typed.words(train + "--task tag --label z --pooling mean").fails(2, "--pooling");
    Typed.words(train + "--task guess --label z").fails(2, "--task");
    Typed.words(train + "--task tag --label z --hidden 0").fails(2, "hidden: expected at least 1");
    Path data = file("usage.csv", Tables.accounts(2, 2, 8));
    Typed.words("sequence evaluate --season 3 --model " + classifier + " --data " + data)
        .fails(2, "--season: for forecast only");
    predict(classifier, data, "--json").fails(2, "--output");
    predict(classifier, data, "--output", data.toString())
        .fails(2, "--output: expected a file of its own");
    predict(classifier, data, "--max-ids", "0").fails(2, "--max-ids");
    trainOn(Tables.accounts(2, 2, 8), "--features", "time").fails(1, "--features", "'time'");
    trainOn(Tables.accounts(2, 2, 8), "--categorical", "trend")
        .fails(1, "--categorical", "'trend'");
  }
}
