package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Cell;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Files of sequence models: what they are refused for, and what others make of them. */
class SequenceFileTest {
  private static final SequenceOptions SHORT = Tasks.quick().withEpochs(1);

  @TempDir private Path folder;

  private Path classifier(List<Example<String>> examples, SequenceOptions options)
      throws Exception {
    Path file = folder.resolve("classifier.safetensors");
    try (var model = SequenceClassifier.fit(examples, options)) {
      model.save(file);
    }
    return file;
  }

  private static void assertRefused(String message, Executable load) {
    var e = assertThrows(ModelFileException.class, load);
    assertTrue(
        e.getMessage().contains(message),
        () -> "expected '%s', actual '%s'".formatted(message, e.getMessage()));
  }

  @Test
  void anotherKindOrNoModelAtAll() throws Exception {
    Path file = classifier(Tasks.waves(20, 1), SHORT);
    assertRefused(
        "expected a sequence-tagger, actual a sequence-classifier",
        () -> SequenceTagger.load(file));
    Path other = folder.resolve("other.safetensors");
    new SafetensorsWriter().add("x", 1).write(other);
    assertRefused(
        "expected a sequence-forecaster, actual no model of this library",
        () -> SequenceForecaster.load(other));
  }

  @Test
  void aNewerFormat() throws Exception {
    Path file = classifier(Tasks.waves(20, 1), SHORT);
    replace(file, "\"ciranda.format\":\"1\"", "\"ciranda.format\":\"2\"");
    assertRefused(
        "expected format 1, actual 2: it was written by another version",
        () -> SequenceClassifier.load(file));
  }

  private static void replace(Path file, String from, String to) throws Exception {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains(from), from);
    Files.writeString(file, text.replace(from, to), StandardCharsets.ISO_8859_1);
  }

  @Test
  void damage() throws Exception {
    List<List<String>> damages =
        List.of(
            List.of("\"ciranda.layers\":\"1\"", "\"ciranda.layers\":\"2\""),
            List.of("\"ciranda.layers\":\"1\"", "\"ciranda.layers\":\"0\""),
            List.of("\"ciranda.layers\":\"1\"", "\"ciranda.layers\":\"x\""),
            List.of("\"ciranda.pooling\":\"last\"", "\"ciranda.pooling\":\"lost\""),
            List.of("\"ciranda.columns\":\"0\"", "\"ciranda.columns\":\"1\""),
            List.of("\"ciranda.columns\":\"0\"", "\"ciranda.columns\":\"-\""),
            List.of("\"ciranda.cell\":\"gru\"", "\"ciranda.cell\":\"gro\""),
            List.of("\\\"fast\\\",", "        "),
            List.of("\"ciranda.labels\"", "\"ciranda.lobels\""),
            List.of("encoder.scale", "encoder.scole"),
            List.of("output.weight", "output.woight"),
            List.of("rnn.weight_hh_l0", "rnn.weight_hh_l1"));
    for (List<String> damage : damages) {
      Path file = classifier(Tasks.waves(20, 1), SHORT);
      replace(file, damage.getFirst(), damage.getLast());
      assertThrows(ModelFileException.class, () -> SequenceClassifier.load(file), damage::toString);
    }
    Path file = classifier(Tasks.waves(20, 1), SHORT);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 10));
    assertThrows(ModelFileException.class, () -> SequenceClassifier.load(file));
  }

  /** The recurrent network in the file, run by itself, gives the scores behind the answer. */
  @Test
  void anyoneCanRunTheNetwork() throws Exception {
    Path tokens = classifier(Tasks.tokens(20, 1, false), SHORT.withCell(Cell.RNN_RELU));
    try (Model network = Model.load(tokens);
        Session session = network.newSession();
        var model = SequenceClassifier.load(tokens)) {
      assertEquals(
          "embedding 6 x 3, rnn-relu 3 -> 16, linear 16 -> 2", network.architecture().toString());
      float[] scores = new float[2];
      session.step(3, scores);
      session.step(1, scores);
      float[] probabilities = new float[2];
      Scores.softmax(scores, 0, probabilities);
      assertArrayEquals(model.predict(Sequence.ofSymbols(2, 0)).probabilities(), probabilities);
    }
    try (Model network = Model.load(classifier(Tasks.mixed(20, 1), SHORT))) {
      assertEquals("gru 10 -> 16, linear 16 -> 3", network.architecture().toString());
    }
  }

  @Test
  void theWeightsHaveTheNamesOfPyTorch() throws Exception {
    Path file = classifier(Tasks.mixed(20, 1), SHORT.withBidirectional(true).withLayers(2));
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      var names = new ArrayList<>(in.names());
      assertTrue(
          names.containsAll(
              List.of(
                  "embedding.0.weight",
                  "embedding.1.weight",
                  "rnn.weight_ih_l0",
                  "rnn.bias_hh_l1_reverse",
                  "output.weight",
                  "output.bias")),
          names::toString);
      try (Tensor weight = in.load("output.weight")) {
        weight.requireShape("output.weight", 3, 32);
      }
    }
  }
}
