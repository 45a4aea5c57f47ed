package io.ciranda.samples.translate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are stopped by the clock and go on. */
class TranslationResumeTest {
  private static final String RUN =
      "translate train --json --hidden 16 --dropout 0.2 --batch 8 --epochs 8 --lr 0.01 --schedule cosine:10 --threads 2";

  /** Over before the first step. */
  private static final String A_MOMENT = " --max-minutes 0.00001";

  @TempDir private Path folder;

  @BeforeEach
  void writePairs() throws IOException {
    Pairs.write(folder, "train", 200, 1);
    Pairs.write(folder, "valid", 20, 2);
  }

  private Typed train(String name, String options) {
    return Typed.words(
        RUN
            + options
            + " --model "
            + folder.resolve(name + ".safetensors")
            + Pairs.options(folder, "train", "")
            + Pairs.options(folder, "valid", "valid-"));
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(folder.resolve(file));
  }

  @Test
  void aRunThatIsStoppedAgainAndAgainEndsWithTheSameBits() throws IOException {
    train("whole", "").done();
    JsonNode summary = train("pieces", A_MOMENT).json();
    double minutes = 0.0001; // 6 ms; doubled, so that a slow machine ends as well
    int sessions = 1;
    while (summary.get("end").asText().equals("INTERRUPTED")) {
      Typed next = train("pieces", " --resume --max-minutes " + minutes);
      next.says("resumed " + folder.resolve("pieces.checkpoint") + " at step ");
      summary = next.json();
      minutes *= 2;
      sessions++;
    }
    assertTrue(sessions > 3, () -> "it was too fast to be stopped");
    assertArrayEquals(bytes("whole.safetensors"), bytes("pieces.safetensors"));
    assertArrayEquals(bytes("whole.checkpoint"), bytes("pieces.checkpoint"));
    assertArrayEquals(bytes("whole.loss.csv"), bytes("pieces.loss.csv"));
  }

  @Test
  void aFinishedRunIsOnlyReported() throws IOException {
    JsonNode first = train("model", "").json();
    byte[] summary = bytes("model.summary.json");
    Typed again = train("model", " --resume");
    again.says("the run was finished already");
    assertEquals(first, again.json());
    assertArrayEquals(summary, bytes("model.summary.json"));
  }

  @Test
  void otherPairsAreAnotherRun() throws IOException {
    train("model", A_MOMENT).done().says("; the same command with --resume goes on");
    train("model", "").fails(1, "there is a checkpoint of an earlier run");
    train("model", " --resume --embed 8").fails(1, "expected embedding=8, actual embedding=16");
    Path names = folder.resolve("train.names");
    Files.writeString(names, Files.readString(names).replaceFirst("um", "dois"));
    train("model", " --resume").fails(1, "of another run cannot be resumed: expected pairs ");
  }
}
