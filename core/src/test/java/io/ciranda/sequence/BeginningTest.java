package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Parameter;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Models that begin with the weights of others. */
class BeginningTest {
  /** So slow that no weight changes. */
  private static final SequenceOptions STILL =
      Tasks.quick().withEpochs(1).withLearningRate(1e-30).withEmbedding(3);

  @Test
  void aClassifierHasTheVectorsAndLayersOfALanguageModel(@TempDir Path folder) throws IOException {
    var vocabulary =
        new Vocabulary(Vocabulary.Level.WORD, List.of("d", "b", Vocabulary.UNKNOWN, "new", "a"));
    var config = new LanguageModel.Config(Cell.GRU, 3, 16, 1, false, 0);
    Path file = folder.resolve("classifier.safetensors");
    try (var reader = LanguageModel.create(config, vocabulary, Backend.best(), 7)) {
      var options = STILL.withBeginning(Beginning.of(reader));
      try (var model = SequenceClassifier.fit(Tasks.tokens(40, 1, true), options)) {
        assertTrue(
            model.knows(0, "new"), "what the language model knows and the examples have not");
        assertTrue(!model.knows(0, "c"), "what the examples have and the language model not");
        model.save(file);
      }
      try (SafetensorsFile in = SafetensorsFile.open(file)) {
        for (Parameter p : reader.parameters().all()) {
          if (p.name().startsWith("rnn.")) {
            assertArrayEquals(p.value().toArray(), values(in, p.name()), p.name());
          }
        }
        float[] from = reader.parameters().get("embedding.weight").value().toArray();
        float[] to = values(in, "embedding.weight");
        int[] ids = {2, 0, 1, 3, 4}; // the unknown word first
        for (int row = 0; row < ids.length; row++) {
          assertArrayEquals(
              Arrays.copyOfRange(from, 3 * ids[row], 3 * ids[row] + 3),
              Arrays.copyOfRange(to, 3 * row, 3 * row + 3),
              "row " + row);
        }
      }
    }
  }

  private static float[] values(SafetensorsFile in, String name) throws IOException {
    try (Tensor tensor = in.load(name)) {
      return tensor.toArray();
    }
  }

  @Test
  void aTaggerBeginsWithAClassifierAndReadsAsItDoes() {
    var options = STILL.withLayers(2).withBidirectional(true).withMemory(9);
    Beginning beginning;
    try (var model = SequenceClassifier.fit(Tasks.mixed(40, 1), options)) {
      beginning = model.beginning();
    }
    List<Example<List<String>>> others =
        Tasks.mixed(40, 2).stream()
            .map(
                e -> {
                  String[] labels = new String[e.sequence().steps()];
                  Arrays.setAll(labels, t -> t % 2 == 0 ? "even" : "odd");
                  return new Example<>(e.sequence(), List.of(labels));
                })
            .toList();
    try (var random = SequenceTagger.fit(others, options.withSeed(2));
        var model =
            SequenceTagger.fit(
                others, options.withSeed(2).withCrf(true).withBeginning(beginning))) {
      assertNotEquals(beginning.toString(), random.beginning().toString());
      assertEquals(beginning.toString(), model.beginning().toString());
    }
  }

  @Test
  void lettersToo() {
    var options = STILL.withSpelled(0, 4).withCell(Cell.LSTM);
    try (var model = SequenceTagger.fit(Tasks.places(40, 1), options)) {
      Beginning beginning = model.beginning();
      try (var other =
          SequenceTagger.fit(Tasks.places(40, 2), options.withSeed(2).withBeginning(beginning))) {
        assertEquals(beginning.toString(), other.beginning().toString());
      }
    }
  }

  @Test
  void whatHasLearnedAlreadyNeedsFewExamples() {
    Beginning beginning;
    try (var model = SequenceClassifier.fit(Tasks.tokens(200, 1, true), Tasks.quick())) {
      beginning = model.beginning();
    }
    var options = Tasks.quick().withEpochs(2).withValidation(0);
    List<Example<String>> few = Tasks.tokens(16, 2, true);
    try (var random = SequenceClassifier.fit(few, options);
        var begun = SequenceClassifier.fit(few, options.withBeginning(beginning))) {
      List<Example<String>> others = Tasks.tokens(100, 3, true);
      double accuracy = begun.evaluate(others).accuracy();
      assertTrue(accuracy > 0.95 && accuracy > random.evaluate(others).accuracy(), accuracy + "");
    }
  }

  @Test
  void otherLayersOrStepsAreRefused() {
    try (var model = SequenceClassifier.fit(Tasks.tokens(40, 1, true), STILL)) {
      SequenceOptions options = STILL.withBeginning(model.beginning());
      String from = ", as the model has it that it is from, actual ";
      assertRefused("beginning: expected cell gru" + from + "lstm", options.withCell(Cell.LSTM));
      assertRefused(
          "beginning, rnn.bias_hh_l0: expected [48]" + from + "[24] by the options",
          options.withHidden(8));
      assertRefused(
          "beginning, rnn.bias_hh_l1: expected none" + from + "[48] by the options",
          options.withLayers(2));
      assertRefused(
          "beginning, rnn.bias_hh_l0_reverse: expected none" + from + "[48] by the options",
          options.withBidirectional(true));
      assertRefused(
          "beginning, embedding.weight: expected [6, 3]" + from + "[6, 4] by the options",
          options.withEmbedding(4));
      assertRefused(
          "the training's sequences, by their beginning: expected 0 numbers and 1 symbols (names) in a step, actual 0 numbers and 1 symbols (ids)",
          () -> SequenceClassifier.fit(Tasks.tokens(40, 1, false), options).close());
    }
  }

  private static void assertRefused(String message, SequenceOptions options) {
    assertRefused(
        message, () -> SequenceClassifier.fit(Tasks.tokens(40, 1, true), options).close());
  }

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }
}
