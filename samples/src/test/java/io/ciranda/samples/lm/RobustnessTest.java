package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ciranda.samples.ChildCiranda;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What users do by mistake, and what machines do to them: one clear message, and nothing is lost.
 */
class RobustnessTest {
  private static final String RUN =
      "lm train --hidden 16 --layers 1 --batch 4 --bptt 16 --epochs 2 --lr 0.01 --threads 1";

  @TempDir private Path folder;
  private Path text;
  private Path model;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), Texts.lines(100, 1));
    model = folder.resolve("model.safetensors");
  }

  private Typed train(String options) {
    return train(text, model, options);
  }

  private static Typed train(Path text, Path model, String options) {
    return Typed.words((RUN + " " + options).strip(), "--text", text, "--model", model);
  }

  private Typed eval(String options, Path text) {
    return Typed.words(("lm eval " + options).strip(), "--text", text, "--model", model);
  }

  // ---- texts ----

  private void assertTextIsRefused(Path bad, String... message) {
    train(bad, folder.resolve("new.safetensors"), "").fails(1, message);
    train("--resume").done();
    eval("", bad).fails(1, message);
  }

  @Test
  void anEmptyText() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertTextIsRefused(empty, "expected text, but " + empty + " holds nothing");
  }

  @Test
  void aBlankText() throws IOException {
    Path blank = Files.writeString(folder.resolve("blank.txt"), " \n\t\n");
    assertTextIsRefused(blank, "expected text, but " + blank + " holds only blanks");
  }

  @Test
  void aBinaryFile() throws IOException {
    train("").done();
    assertTextIsRefused(model, "expected UTF-8 text, but byte ", model.toString());
  }

  @Test
  void aMissingFile() {
    Path missing = folder.resolve("missing.txt");
    assertTextIsRefused(missing, "no such file: " + missing);
  }

  @Test
  void aFolder() {
    assertTextIsRefused(folder, "expected a text file, but this is a folder: " + folder);
  }

  @Test
  void aTextTooShortForTheBatch() throws IOException {
    Path brief = Files.writeString(folder.resolve("brief.txt"), "a ring dance");
    train(brief, model, "--split 0.8,0.1 --validate-every 1 --patience 1")
        .done(); // 10 symbols, batch of 4
    Typed.words("lm train --batch 32", "--text", brief, "--model", folder.resolve("other"))
        .fails(
            1,
            "the training text has 11 symbols, too few for a batch of 32.",
            "Type --batch 10 or less, or take a longer text.");
  }

  @Test
  void tooLittleToValidateOn() throws IOException {
    Path brief = Files.writeString(folder.resolve("brief.txt"), "every step leads back");
    train(brief, model, "--split 0.98,0.01")
        .done()
        .says("too little text to validate on: no early stopping, no best model");
    eval("", brief).done();
  }

  // ---- vocabularies ----

  @Test
  void aCharacterThatTheModelDoesNotKnow() throws IOException {
    train("").done();
    Path foreign =
        Files.writeString(
            folder.resolve("foreign.txt"), "the ring\nand dance\n\u00fcber \ud83c\udfb6 \u00fc\n");
    eval("", foreign)
        .fails(
            1,
            foreign.toString(),
            "has no '\u00fc' (U+00FC, first on line 3); 2 kinds of character, 3 in all, are unknown",
            "Add --skip-unknown to leave them out");
    Typed skipped = eval("--skip-unknown", foreign).done();
    assertTrue(skipped.out().contains("3 symbols were beyond the vocabulary"), skipped.out());
    assertTrue(skipped.out().contains("left out"), skipped.out());
  }

  @Test
  void theLineIsThatOfTheFile() throws IOException {
    train("").done();
    Path foreign =
        Files.writeString(folder.resolve("foreign.txt"), Texts.lines(40, 3) + "and\n\u00fc\n");
    eval("--part test", foreign).fails(1, "first on line 42");
    eval("--part valid --split 0.1,0.9", foreign).fails(1, "first on line 42");
    eval("--part test --split 0.5,0.25,2", foreign).fails(1, "first on line 42");
    eval("--split 0.5,0.25,0", foreign).fails(2, "expected at least 1 piece, actual 0");
  }

  @Test
  void aPromptThatTheModelDoesNotKnow() {
    train("").done();
    Typed.words("lm sample --model " + model, "--prompt", "\u00fcber")
        .fails(1, "--prompt: the model's vocabulary of", "has no '\u00fc'");
  }

  // ---- models ----

  private void assertModelIsRefused(String... message) {
    eval("", text).fails(1, message);
    Typed.words("lm sample --model " + model).fails(1, message);
  }

  @Test
  void aMissingModel() {
    assertModelIsRefused(model + ": expected a file, actual nothing");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.001, 0.1, 0.5, 0.999})
  void aModelThatIsCutShort(double fraction) throws IOException {
    train("").done();
    byte[] whole = Files.readAllBytes(model);
    Files.write(model, Arrays.copyOf(whole, (int) (fraction * whole.length)));
    assertModelIsRefused(model + ": ");
  }

  @Test
  void aFileThatIsNoModel() throws IOException {
    Files.copy(text, model);
    assertModelIsRefused(model + ": ", "no safetensors file");
  }

  @Test
  void aFileThatIsNoModelIsNotOverwritten() throws IOException {
    byte[] before = Files.readAllBytes(text);
    train(text, text, "")
        .fails(1, "--model: " + text + " is there and is no model: it is not overwritten.");
    assertArrayEquals(before, Files.readAllBytes(text));
  }

  @Test
  void aFolderThatCannotBeMade() {
    Path below = text.resolve("model.safetensors");
    train(text, below, "").fails(1, "--model: cannot make the folder " + text);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFolderThatCannotBeWrittenTo() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    assertTrue(locked.toFile().setWritable(false));
    assumeFalse(Files.isWritable(locked), "a superuser may write everywhere");
    train(text, locked.resolve("model.safetensors"), "")
        .fails(1, "--model: not allowed to write into the folder " + locked);
  }

  /** No file may become longer than 4 or 8 KB, whatever the shell counts in; a model has 10. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aDiskThatIsFull() throws Exception {
    train("--max-minutes 0.00001").done(); // over before the first step
    byte[] earlierModel = Files.readAllBytes(model);
    Path checkpoint = folder.resolve("model.checkpoint");
    byte[] earlierCheckpoint = Files.readAllBytes(checkpoint);
    assertTrue(earlierModel.length > 8 << 10);

    Typed full =
        ChildCiranda.asLaunched(folder)
            .option("-XX:-UsePerfData") // its file is too long as well
            .option("-Dciranda.blas.library=none") // so is the one that is unpacked
            .after("ulimit -f 8")
            .run(
                List.of(
                    (RUN + " --resume --checkpoint-seconds 0 --text " + text + " --model " + model)
                        .split(" ", -1)));
    full.fails(
        1, "cannot write " + checkpoint, "bytes needed", "What was there before is unchanged");
    assertArrayEquals(earlierModel, Files.readAllBytes(model));
    assertArrayEquals(earlierCheckpoint, Files.readAllBytes(checkpoint));
    try (var files = Files.list(folder)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
    }
    train("--resume").done();
  }

  // ---- training that diverges ----

  @Test
  void aLossThatIsNoNumberStopsWithAdvice() throws IOException {
    train("").done();
    byte[] earlier = Files.readAllBytes(model);
    Path checkpoint = folder.resolve("model.checkpoint");
    Files.delete(checkpoint);
    String wild = "--optimizer sgd --lr 1e30 --clip 0 --checkpoint-seconds 0";
    String run = RUN.replace(" --lr 0.01", "");
    Typed.words(run + " " + wild, "--text", text, "--model", model)
        .fails(
            1,
            "training diverged at step ",
            "Lower the learning rate, or clip gradients harder",
            "Kept: the last checkpoint, " + checkpoint,
            "name another --model or delete the checkpoint");
    // The earlier model is as it was; the checkpoint can be read, and the run goes on to its end.
    assertArrayEquals(earlier, Files.readAllBytes(model));
    Typed.words(run + " --resume " + wild, "--text", text, "--model", model)
        .fails(1, "training diverged at step ")
        .says("resumed " + checkpoint + " at step ");
    eval("", text).done();
    assertTrue(Files.exists(folder.resolve("model.loss.csv")));
  }

  @Test
  void aDivergedRunWithoutACheckpointSaysSo() {
    Typed.words(
            RUN.replace("--lr 0.01", "--lr 1e30 --optimizer sgd --clip 0"),
            "--text",
            text,
            "--model",
            model)
        .fails(1, "Kept: nothing yet.");
    assertEquals(false, Files.exists(model));
  }
}
