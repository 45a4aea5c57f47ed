package io.ciranda.samples.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Typed;
import io.ciranda.samples.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BLEU by length, on joined pairs. */
class LengthsTest {
  @TempDir private Path folder;

  @BeforeEach
  void writePairs() throws IOException {
    Pairs.write(folder, "train", 150, 1);
    Pairs.write(folder, "valid", 30, 2);
    Pairs.write(folder, "test", 100, 3);
  }

  private Typed lengths(String options) {
    return Typed.words(
        "translate lengths --json --joinings 2 --epochs 2 --hidden 8 --batch 4 --threads 1 --out "
            + folder.resolve("out")
            + Pairs.options(folder, "train", "")
            + Pairs.options(folder, "valid", "valid-")
            + Pairs.options(folder, "test", "test-")
            + options);
  }

  @Test
  void fourLinesOverLengthsThatGoOnWhereTheyStopped() throws IOException {
    Typed stopped = lengths(" --max-minutes 0.00001");
    assertEquals("INTERRUPTED", stopped.json().get("end").asText());
    assertEquals(0, stopped.json().get("lines").size());
    stopped.says("; the same command goes on");

    Typed typed = lengths("");
    typed.says("resumed " + folder.resolve("out/attention-30.checkpoint"));
    JsonNode result = typed.json();
    assertEquals("FINISHED", result.get("end").asText());
    assertEquals(result, Json.read(folder.resolve("out/lengths.json")));
    assertTrue(Files.size(folder.resolve("out/lengths.png")) > 1000);
    assertEquals(
        List.of("attention-30", "encoder-decoder-30", "attention-50", "encoder-decoder-50"),
        result.get("lines").findValuesAsText("name"));
    for (JsonNode line : result.get("lines")) {
      for (JsonNode score : line.get("scores")) {
        double words = score.get("words").asDouble();
        assertTrue(
            words >= score.get("from").asInt() && words < score.get("to").asInt(),
            score.toString());
        assertTrue(score.get("sentences").asInt() >= 2, score.toString());
      }
    }
    JsonNode attention = result.get("lines").get(2);
    assertEquals(
        100
            * attention.get("about_fifty").get("bleu").asDouble()
            / attention.get("scores").get(0).get("bleu").asDouble(),
        result.get("test").get("attention_kept").asDouble(),
        1e-9);

    Path elsewhere = folder.resolve("summary.json");
    Typed again = lengths(" --summary " + elsewhere);
    assertEquals(result.get("test"), again.json().get("test"));
    assertEquals(again.json(), Json.read(elsewhere));
    assertEquals(5, again.err().split("finished already", -1).length);
  }

  @Test
  void tooLittleToMeasureOnIsToldBeforeTheTraining() throws IOException {
    Pairs.write(folder, "test", 10, 3);
    lengths("").fails(1, "expected text that can be joined to sentences of ");
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  // ---- joining ----

  private ParallelText text(String name) throws IOException {
    return ParallelText.read(folder.resolve(name + ".figures"), folder.resolve(name + ".names"));
  }

  @Test
  void joinedSentencesAreAsLongAsAskedAndInOrder() throws IOException {
    ParallelText text = text("train");
    String all = String.join(" ", text.sources());
    int words = Joiner.words(all);
    for (Joiner joiner : List.of(new Joiner(10, 20), new Joiner(50, 60), new Joiner(10, 31))) {
      ParallelText joined = joiner.join(text, 1);
      int from = 0;
      int kept = 0;
      for (int i = 0; i < joined.size(); i++) {
        String source = joined.sources().get(i);
        int length = Joiner.words(source);
        assertTrue(length >= joiner.from() && length < joiner.to(), source);
        assertEquals(length, Joiner.words(joined.targets().get(i)));
        int at = all.indexOf(source, from);
        assertTrue(at >= 0, source);
        from = at + source.length();
        kept += length;
      }
      assertTrue(kept > words - 2 * joiner.to(), "%d of %d words".formatted(kept, words));
      assertEquals(joined, joiner.join(text, 1));
    }
    long lengths =
        new Joiner(10, 31).join(text, 1).sources().stream().map(Joiner::words).distinct().count();
    assertTrue(lengths > 8, lengths + " lengths");
  }

  @Test
  void aTextJoinedTwiceIsJoinedOtherwise() throws IOException {
    ParallelText text = text("train");
    ParallelText twice = new Joiner(10, 31).join(text, 2, 1);
    ParallelText once = new Joiner(10, 31).join(text, 1);
    assertEquals(once.sources(), twice.sources().subList(0, once.size()));
    assertTrue(!once.sources().equals(twice.sources().subList(once.size(), twice.size())));
  }

  @Test
  void whatIsTooLongIsLeftOut() {
    String longer = "w ".repeat(40).strip();
    var text = new ParallelText(List.of("a b", longer, "c d"), List.of("A B", "W", "C D"));
    assertEquals(List.of("a b", "c d"), new Joiner(2, 4).join(text, 1).sources());
    assertEquals(List.of("A B", "C D"), new Joiner(2, 4).join(text, 1).targets());
  }
}
