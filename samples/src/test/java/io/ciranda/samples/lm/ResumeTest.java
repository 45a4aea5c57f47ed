package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that are stopped by the clock and go on. */
class ResumeTest {
  private static final String RUN =
      "lm train --json --hidden 16 --layers 2 --dropout 0.2 --weight-dropout 0.1 --average 0.9 --batch 4 --bptt 16 --epochs 10 --lr 0.01"
          + " --schedule cosine:10 --threads 2 --validate-every 10";

  /** Over before the first step. */
  private static final String A_MOMENT = " --max-minutes 0.00001";

  @TempDir private Path folder;
  private Path text;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), Texts.lines(100, 1));
  }

  private Path model(String name) {
    return folder.resolve(name + ".safetensors");
  }

  private Typed train(String name, String options) {
    return Typed.words(RUN + options, "--text", text, "--model", model(name));
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
      assertTrue(next.json().get("steps").asLong() >= summary.get("steps").asLong());
      summary = next.json();
      minutes *= 2;
      sessions++;
    }
    assertTrue(sessions > 3, () -> "it was too fast to be stopped");
    assertArrayEquals(bytes("whole.safetensors"), bytes("pieces.safetensors"));
    assertArrayEquals(bytes("whole.checkpoint"), bytes("pieces.checkpoint"));
    assertArrayEquals(bytes("whole.loss.csv"), bytes("pieces.loss.csv"));
  }

  /** Validated once, at the end. */
  @Test
  void theModelHasTheAveragedWeightsAndTheCheckpointBoth() throws IOException {
    Typed.words(
            RUN.replace("--validate-every 10", "--validate-every 0").replace("10 --lr", "1 --lr"),
            "--text",
            text,
            "--model",
            model("model"))
        .done();
    String name = "rnn.weight_hh_l1";
    try (var saved = SafetensorsFile.open(model("model"));
        var checkpoint = SafetensorsFile.open(folder.resolve("model.checkpoint"));
        Tensor weights = saved.load(name);
        Tensor average = checkpoint.load("average." + name);
        Tensor trained = checkpoint.load(name)) {
      assertArrayEquals(weights.toArray(), average.toArray());
      assertFalse(Arrays.equals(weights.toArray(), trained.toArray()));
    }
  }

  @Test
  void aStopSaysHowToGoOn() {
    train("model", A_MOMENT).done().says("; the same command with --resume goes on");
  }

  @Test
  void withoutACheckpointTheTrainingBegins() {
    train("model", A_MOMENT + " --resume")
        .done()
        .says("no checkpoint " + folder.resolve("model.checkpoint") + ": the training begins");
  }

  @Test
  void aFinishedRunIsOnlyReported() throws IOException {
    JsonNode first = train("model", "").json();
    byte[] model = bytes("model.safetensors");
    byte[] checkpoint = bytes("model.checkpoint");
    byte[] summary = bytes("model.summary.json");
    Typed again = train("model", " --resume");
    again.says("the run was finished already");
    assertEquals(first, again.json());
    assertArrayEquals(model, bytes("model.safetensors"));
    assertArrayEquals(checkpoint, bytes("model.checkpoint"));
    assertArrayEquals(summary, bytes("model.summary.json"));
  }

  @Test
  void aFinishedRunWithoutItsResultsIsMeasuredAgain() throws IOException {
    JsonNode first = train("model", "").json();
    Files.delete(folder.resolve("model.summary.json"));
    JsonNode again = train("model", " --resume").json();
    assertEquals(first.get("test"), again.get("test"));
    assertEquals(first.get("valid_nats"), again.get("valid_nats"));
  }

  @Test
  void aCheckpointIsNotOverwrittenUnasked() throws IOException {
    train("model", A_MOMENT).done();
    byte[] checkpoint = bytes("model.checkpoint");
    train("model", "")
        .fails(
            1,
            "there is a checkpoint of an earlier run: " + folder.resolve("model.checkpoint"),
            "Add --resume to go on with it, name another --model, or delete it.");
    assertArrayEquals(checkpoint, bytes("model.checkpoint"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --lr 0.01 --seed 2   | expected seed=2, actual seed=1.
          --embed 8 --lr 0.01  | expected embedding=8, actual embedding=16.
          --lr 0.02            | expected rate=0.02, actual rate=0.01.
          --optimizer sgd --lr 0.01 | expected rule=Sgd[momentum=0.0, nesterov=false, decay=0.0], actual rule=Adam[
          """)
  void otherOptionsAreAnotherRun(String options, String difference) {
    train("model", A_MOMENT).done();
    Typed.words(
            RUN.replace(" --lr 0.01", "") + " --resume " + options,
            "--text",
            text,
            "--model",
            model("model"))
        .fails(1, "a checkpoint of another run cannot be resumed: " + difference);
  }

  /** As long, and of the same letters. */
  @Test
  void anotherTextIsAnotherRun() throws IOException {
    train("model", A_MOMENT).done();
    String edited = Files.readString(text).replaceFirst("ring", "grin");
    Files.writeString(text, edited);
    train("model", " --resume").fails(1, "of another run cannot be resumed: expected text ");
  }

  @Test
  void aDamagedCheckpointIsTold() throws IOException {
    train("model", A_MOMENT).done();
    Path checkpoint = folder.resolve("model.checkpoint");
    byte[] whole = Files.readAllBytes(checkpoint);
    Files.write(checkpoint, Arrays.copyOf(whole, whole.length / 2));
    train("model", " --resume").fails(1, checkpoint + ": ");
  }

  /**
   * A run that ends before its first validation leaves its own weights, not those of an earlier
   * run.
   */
  @Test
  void anEarlierModelIsNotTakenForThisRuns() throws IOException {
    train("model", "").done();
    Files.delete(folder.resolve("model.checkpoint"));
    Typed.words(
            RUN.replace("--hidden 16", "--hidden 8").replace("every 10", "every 1000000")
                + A_MOMENT,
            "--text",
            text,
            "--model",
            model("model"))
        .done();
    try (LanguageModel model = LanguageModel.load(model("model"), Backend.best())) {
      assertEquals(8, model.config().hidden());
    }
  }
}
