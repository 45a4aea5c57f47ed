package io.ciranda.samples.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue of reference runs, on data of the right names and a thousandth of the size. */
class ReferenceTest {
  @TempDir private Path folder;

  private Typed reference(String words) {
    return Typed.words(
        "reference " + words, "--data", folder.resolve("data"), "--out", folder.resolve("out"));
  }

  private void write(String file, int lines) throws IOException {
    Path path = folder.resolve("data/sets").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, Texts.lines(lines, 1));
  }

  @Test
  void listsRunsWithTheirGoals() {
    String list = reference("--list").done().out();
    for (ReferenceRun run : ReferenceRun.ALL) {
      assertTrue(list.contains(run.name()), list);
      assertTrue(list.contains("%s: %s\n".formatted(run.title(), run.goal())), list);
      for (String file : run.files()) {
        assertTrue(list.contains(" " + file + " "), list);
      }
    }
    assertTrue(
        list.contains("lm train --text tinyshakespeare_input.txt.gz --split 0.9,0.1 "), list);
    assertTrue(list.contains("words: at most 116.0 perplexity"), list);
    assertTrue(list.contains("translate train --source train.de.gz --target train.en.gz "), list);
    assertTrue(list.contains("lower case: at least 29.0 bleu"), list);
    assertTrue(list.contains("lower case: bleu reported"), list);
    assertEquals(ReferenceRun.ALL.size(), reference("--list --json").json().get("runs").size());
  }

  @Test
  void wrongUsage() {
    reference("--run tinyshakespear")
        .fails(2, "--run: no run 'tinyshakespear'; there are tinyshakespeare, ");
    reference("--run").fails(2, "--run");
    reference("--list --max-minutes 0").fails(2, "--max-minutes: expected more than 0, actual 0.0");
  }

  @Test
  void missingDataIsToldBeforeTheFirstRun() throws IOException {
    reference("--run all").fails(1, "no such folder: " + folder.resolve("data"), "--data FOLDER");
    write("tinyshakespeare_input.txt", 50);
    reference("--run tinyshakespeare ptb-word")
        .fails(1, "has no file ptb.train.txt.gz or ptb.train.txt, in no subfolder either");
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  @Test
  void goesOnWhereItStopped() throws IOException {
    write("tinyshakespeare_input.txt", 60);
    write("warpeace_input.txt", 60);

    Typed stopped = reference("--json --max-minutes 0.00001 --run tinyshakespeare war-and-peace");
    JsonNode runs = stopped.json().get("runs");
    assertEquals(1, runs.size(), "the queue stops with the run that was stopped");
    assertEquals("tinyshakespeare", runs.get(0).get("name").asText());
    assertTrue(runs.get(0).get("reached").isNull(), runs.toString());
    stopped.says("the same command goes on with it");

    Typed finished = reference("--json --run tinyshakespeare");
    finished.says("resumed " + folder.resolve("out/tinyshakespeare.checkpoint"));
    JsonNode outcome = finished.missed("the goal was missed: tinyshakespeare").get("runs").get(0);
    assertFalse(outcome.get("reached").asBoolean(true), outcome.toString());
    assertTrue(outcome.get("figure").asDouble() > 1.465, outcome.toString());

    Typed again = reference("--json --max-minutes 0.00001 --run tinyshakespeare war-and-peace");
    again.says("the run was finished already");
    JsonNode both = again.missed("the goal was missed: tinyshakespeare").get("runs");
    assertEquals(outcome, both.get(0));
    assertTrue(both.get(1).get("reached").isNull());
  }

  @Test
  void aTranslationIsTrainedAndThenMeasured() throws IOException {
    for (String language : new String[] {"de", "en"}) {
      write("train." + language, 80);
      write("val." + language, 10);
      write("test_2016_flickr." + language, 10);
    }
    String run = "--json --run multi30k-word-by-word";

    JsonNode stopped = reference(run + " --max-minutes 0.00001").json().get("runs").get(0);
    assertTrue(stopped.get("figure").isNull() && stopped.get("reached").isNull());
    assertTrue(Files.notExists(folder.resolve("out/multi30k-word-by-word.test.json")));

    Typed finished = reference(run);
    finished.says("resumed ").says("goal bleu reported: reached");
    double bleu = finished.json().get("runs").get(0).get("figure").asDouble();
    assertTrue(bleu >= 0 && bleu <= 100, finished.err());
    assertEquals(
        10, Files.readAllLines(folder.resolve("out/multi30k-word-by-word.test.txt")).size());
  }

  @Test
  void goals() {
    assertTrue(Goal.atMost(2, "nats").isReachedBy(2) && !Goal.atMost(2, "nats").isReachedBy(2.1));
    assertTrue(Goal.atLeast(2, "bleu").isReachedBy(2) && !Goal.atLeast(2, "bleu").isReachedBy(1.9));
    assertTrue(Goal.reported("bleu").isReachedBy(0));
  }
}
