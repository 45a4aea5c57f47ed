package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Tape;
import io.ciranda.io.JsonStrings;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.network.StateDict;
import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model and its file. */
class LanguageModelTest {
  private static final Vocabulary VOCABULARY =
      new Vocabulary(
          Vocabulary.Level.CHAR, List.of("a", "\"", "\\", "\n", "\u0000", "é", "😀", "\u2028"));

  @TempDir Path folder;

  private static LanguageModel model(Cell cell, boolean tied) {
    return LanguageModel.create(
        new LanguageModel.Config(cell, tied ? 6 : 5, 6, 2, tied, 0.25f),
        VOCABULARY,
        Backend.best(),
        8);
  }

  private Path saved(Cell cell) throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var model = model(cell, false)) {
      model.save(file);
    }
    return file;
  }

  private static void assertRefused(Path file, String part) {
    var e =
        assertThrows(
            ModelFileException.class, () -> LanguageModel.load(file, Backend.best()).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(
        e.getMessage().contains(part), () -> "expected '" + part + "' in: " + e.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void aSavedModelIsLoadedAsItWas(Cell cell) throws IOException {
    for (boolean tied : new boolean[] {false, true}) {
      Path file = folder.resolve("model");
      try (var model = model(cell, tied)) {
        model.save(file);
        try (var loaded = LanguageModel.load(file, Backend.best())) {
          assertEquals(model.config(), loaded.config());
          assertEquals(VOCABULARY.symbols(), loaded.vocabulary().symbols());
          assertEquals(VOCABULARY.level(), loaded.vocabulary().level());
          assertArrayEquals(
              model.parameters().values().toArray(), loaded.parameters().values().toArray());
          int[] ids = {0, 1, 2, 3, 4, 5, 6, 7, 0};
          assertEquals(
              LanguageModelEvaluator.exact(model, ids, done -> {}),
              LanguageModelEvaluator.exact(loaded, ids, done -> {}));
        }
      }
    }
  }

  @Test
  void anAdaptiveModelIsLoadedAsItWasAndPackedGivesItsLoss() throws IOException {
    var config = new LanguageModel.Config(Cell.LSTM, 5, 9, 1, false, 0.5f, List.of(2, 5));
    Path file = folder.resolve("model");
    int[] ids = {0, 1, 2, 3, 4, 5, 6, 7, 0};
    try (var model = LanguageModel.create(config, VOCABULARY, Backend.best(), 8, 1)) {
      model.save(file);
      try (var loaded = LanguageModel.load(file, Backend.best());
          var workspace = new Workspace("test");
          var state = loaded.newState(1)) {
        assertEquals(config, loaded.config());
        assertArrayEquals(
            model.parameters().values().toArray(), loaded.parameters().values().toArray());
        Tape tape = Tape.inference(Backend.best(), workspace);
        loaded.refresh(0, 1);
        IntTensor x = workspace.ints(8, 1).copyFrom(Arrays.copyOf(ids, 8));
        IntTensor y = workspace.ints(8, 1).copyFrom(Arrays.copyOfRange(ids, 1, 9));
        double loss = loaded.loss(tape, x, y, state, 1);
        assertEquals(loss, LanguageModelEvaluator.exact(loaded, ids, done -> {}).nats(), 1e-5);
        for (Precision precision : Precision.values()) {
          double nats = LanguageModelEvaluator.exact(loaded, precision, ids, done -> {}).nats();
          assertEquals(loss, nats, 0.02 * loss, precision::toString);
        }
        assertThrows(IllegalStateException.class, () -> loaded.logits(tape, x, state));
      }
    }
    try (var in = SafetensorsFile.open(file)) {
      StateDict understood = StateDict.infer(in, StateDict.Overrides.NONE);
      assertEquals(0, understood.architecture().outputs());
      assertTrue(
          understood.sentences().stream().anyMatch(s -> s.startsWith("without its adaptive")),
          understood.sentences()::toString);
    }
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new LanguageModel.Config(Cell.LSTM, 6, 6, 1, true, 0, List.of(2)));
    assertTrue(e.getMessage().contains("without tied weights"), e.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            LanguageModel.create(
                new LanguageModel.Config(Cell.LSTM, 6, 6, 1, false, 0, List.of(8)),
                VOCABULARY,
                Backend.best(),
                1));
  }

  @Test
  void theFileHoldsPyTorchsNames() throws IOException {
    try (var in = SafetensorsFile.open(saved(Cell.GRU))) {
      assertEquals(
          List.of("embedding.weight", "output.bias", "output.weight", "rnn.bias_hh_l0"),
          in.names().stream().sorted().limit(4).toList());
      assertArrayEquals(new int[] {18, 5}, in.shape("rnn.weight_ih_l0"));
      assertArrayEquals(new int[] {8, 6}, in.shape("output.weight"));
      assertEquals("gru", in.metadata("ciranda.cell"));
    }
  }

  @Test
  void tiedWeightsAreOnceInTheModelAndNeedOneWidth() {
    try (var model = model(Cell.LSTM, true)) {
      assertEquals(
          List.of("embedding.weight", "output.bias"),
          model.parameters().tensors().keySet().stream()
              .filter(n -> !n.startsWith("rnn."))
              .toList());
    }
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new LanguageModel.Config(Cell.LSTM, 5, 6, 1, true, 0));
    assertEquals(
        "tied weights need an embedding as wide as the hidden layer: expected 6, actual 5",
        e.getMessage());
  }

  @Test
  void theSameSeedMakesTheSameModelAndARangeBoundsIt() {
    var config = new LanguageModel.Config(Cell.LSTM, 5, 6, 2, false, 0);
    try (var one = LanguageModel.create(config, VOCABULARY, Backend.best(), 1, 0.01);
        var same = LanguageModel.create(config, VOCABULARY, Backend.best(), 1, 0.01);
        var other = LanguageModel.create(config, VOCABULARY, Backend.best(), 2, 0.01)) {
      assertArrayEquals(one.parameters().values().toArray(), same.parameters().values().toArray());
      assertTrue(
          !Arrays.equals(
              one.parameters().values().toArray(), other.parameters().values().toArray()));
      for (float w : one.parameters().values().toArray()) {
        assertTrue(Math.abs(w) <= 0.01f);
      }
    }
  }

  // ---- files that are not what they should be ----

  @Test
  void aFileThatIsMissingCutShortOrSomethingElseIsRefused() throws IOException {
    Path file = saved(Cell.LSTM);
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 8, 200, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertRefused(file, "");
    }
    Files.writeString(file, "To be, or not to be, that is the question: ".repeat(10));
    assertRefused(file, "no safetensors file");
    Files.delete(file);
    assertRefused(file, "expected a file, actual nothing");
  }

  /** Replaces text in the header by text of the same length. */
  private void assertRefusedAfter(String text, String replacement, String part) throws IOException {
    Path file = saved(Cell.LSTM);
    String content = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertEquals(text.length(), replacement.length());
    assertTrue(content.contains(text), text);
    Files.writeString(file, content.replace(text, replacement), StandardCharsets.ISO_8859_1);
    assertRefused(file, part);
  }

  @Test
  void metadataThatMakesNoSenseIsRefused() throws IOException {
    assertRefusedAfter(
        "\"language-model\"",
        "\"language-mudel\"",
        "expected a language-model, actual a language-mudel");
    assertRefusedAfter(
        "\"ciranda.format\":\"1\"", "\"ciranda.format\":\"7\"", "expected format 1, actual 7");
    assertRefusedAfter(
        "\"lstm\"", "\"lstn\"", "expected rnn, rnn-relu, lstm or gru, actual 'lstn'");
    assertRefusedAfter("\"lstm\"", "\"gru\" ", "rnn.weight_ih_l0");
    assertRefusedAfter("\"ciranda.layers\":\"2\"", "\"ciranda.layers\":\"3\"", "rnn.weight_hh_l2");
    assertRefusedAfter("\"ciranda.layers\":\"2\"", "\"ciranda.layers\":\"x\"", "metadata: ");
    assertRefusedAfter("\"0.25\"", "\"1.25\"", "dropout");
    assertRefusedAfter("\"char\"", "\"byte\"", "metadata: ");
  }

  private static SafetensorsWriter like(LanguageModel model, String vocabulary, int layers) {
    var writer =
        new SafetensorsWriter()
            .metadata("ciranda.format", "1")
            .metadata("ciranda.model", "language-model")
            .metadata("ciranda.cell", model.config().cell().label())
            .metadata("ciranda.layers", Integer.toString(layers))
            .metadata("ciranda.tied", "false")
            .metadata("ciranda.dropout", "0")
            .metadata("ciranda.level", "char")
            .metadata("ciranda.vocabulary", vocabulary);
    writer.addAll(model.parameters().tensors());
    return writer;
  }

  @Test
  void aVocabularyThatDoesNotFitIsRefused() throws IOException {
    Path file = folder.resolve("model");
    try (var model = model(Cell.LSTM, false)) {
      like(model, JsonStrings.write(VOCABULARY.symbols()), 2).write(file);
      LanguageModel.load(file, Backend.best()).close();
      like(model, "[\"a\",\"b\"]", 2).write(file);
      assertRefused(file, "expected embedding.weight [2][E]");
      like(model, "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"a\"]", 2).write(file);
      assertRefused(file, "symbol 'a' stands twice");
      like(model, "[1,2]", 2).write(file);
      assertRefused(file, "strings");
      like(model, "{", 2).write(file);
      assertRefused(file, "JSON");
    }
  }

  @Test
  void aFileThatClaimsManyLayersCostsNoMemory() throws IOException {
    Path file = folder.resolve("model");
    try (var model = model(Cell.LSTM, false)) {
      for (int layers : new int[] {0, -1, 1_000_000_000}) {
        like(model, JsonStrings.write(VOCABULARY.symbols()), layers).write(file);
        assertRefused(file, "");
      }
    }
  }

  @Test
  void aListOfStringsIsJson() {
    List<String> symbols = VOCABULARY.symbols();
    assertEquals(symbols, JsonStrings.read(JsonStrings.write(symbols)));
    assertEquals("[\"a\",\"\\n\"]", JsonStrings.write(List.of("a", "\n")));
    assertEquals(List.of(), JsonStrings.read(" [ ] "));
    for (String bad :
        List.of(
            "", "\"a\"", "[\"a\"", "[\"a\",1]", "[[\"a\"]]", "[null]", "[\"a\"] []", "{}", "[a]")) {
      assertThrows(IllegalArgumentException.class, () -> JsonStrings.read(bad), bad);
    }
  }
}
