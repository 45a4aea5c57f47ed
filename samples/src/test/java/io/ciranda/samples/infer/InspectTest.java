package io.ciranda.samples.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.nn.Cell;
import io.ciranda.samples.Typed;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of files, whatever they hold. */
class InspectTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("model.safetensors");
  }

  private Typed inspect(String options) {
    return Typed.words(("inspect " + options).strip(), file);
  }

  /** An LSTM of 2 units over 3 features, and what may be an embedding, twice. */
  private void writeAmbiguous() throws IOException {
    try (Tensor ih = Tensor.allocate(8, 3);
        Tensor hh = Tensor.allocate(8, 2);
        Tensor matrix = Tensor.allocate(5, 3)) {
      new SafetensorsWriter()
          .add("r.weight_ih_l0", ih)
          .add("r.weight_hh_l0", hh)
          .add("a.weight", matrix)
          .add("b.weight", matrix)
          .write(file);
    }
  }

  private void writeLanguageModel() throws IOException {
    List<String> symbols = IntStream.range('A', 'A' + 30).mapToObj(Character::toString).toList();
    var config = new LanguageModel.Config(Cell.GRU, 6, 6, 2, true, 0);
    try (var model =
        LanguageModel.create(
            config, new Vocabulary(Vocabulary.Level.CHAR, symbols), Backend.best(), 1)) {
      model.save(file);
    }
  }

  @Test
  void aLanguageModel() throws IOException {
    writeLanguageModel();
    List<String> lines = inspect("").done().out().lines().toList();
    assertEquals("file      " + file + ", safetensors", lines.getFirst());
    assertTrue(lines.contains("metadata  ciranda.cell = gru"), lines.toString());
    assertTrue(
        lines.stream()
            .anyMatch(
                line ->
                    line.matches(
                        "metadata  ciranda.vocabulary = .{60}\\.\\.\\. \\(\\d+ characters\\)")),
        lines.toString());
    assertTrue(
        lines.contains("tensor    embedding.weight F32 [30][6], 720 bytes"), lines.toString());
    int elements = 30 * 6 + 30 + 2 * (2 * 18 * 6 + 2 * 18);
    assertEquals(
        List.of(
            "in all    10 tensors, %,d elements, %,d bytes".formatted(elements, 4 * elements),
            "network   embedding 30 x 6, gru 6 -> 6, gru 6 -> 6, linear 6 -> 30",
            "          gru, 2 layers, 6 units, from rnn.weight_hh_l0 [18][6]",
            "          embedding embedding.weight [30][6]",
            "          linear output.weight [30][6], the embedding's weights"),
        lines.subList(lines.size() - 5, lines.size()));
  }

  @Test
  void aSequenceModelNeedsWhatIsAroundItsNetwork() throws IOException {
    var step = Sequence.of(new float[] {1, 2}, 1).withSymbols(new String[][] {{"shop"}, {"web"}});
    var examples = List.of(new Example<>(step, "a"), new Example<>(step, "b"));
    try (var model =
        SequenceClassifier.fit(
            examples, SequenceOptions.standard().withEpochs(1).withValidation(0).withPatience(0))) {
      model.save(file);
    }
    List<String> lines = inspect("").done().out().lines().toList();
    assertEquals(
        List.of(
            "          gru, 1 layer, 64 units, from rnn.weight_hh_l0 [192][64]",
            "          no embedding: a step takes 3 features",
            "          linear output.weight [2][64]"),
        lines.subList(lines.size() - 4, lines.size() - 1));
    String last = lines.getLast();
    assertTrue(
        last.startsWith(
            "          around it, for io.ciranda.sequence to encode steps and decode outputs: "),
        last);
    for (String name : List.of("embedding.0.weight [3][2]", "encoder.shift [1]", "targets.mean")) {
      assertTrue(last.contains(name), last);
    }
  }

  @Test
  void tellsAProgram() throws IOException {
    writeLanguageModel();
    JsonNode report = inspect("--json").json();
    assertEquals("safetensors", report.get("format").asText());
    assertTrue(report.get("metadata").get("ciranda.vocabulary").asText().endsWith("]"));
    assertEquals(10, report.get("tensors").size());
    JsonNode table = report.get("tensors").get(0);
    assertEquals("embedding.weight", table.get("name").asText());
    assertEquals("F32", table.get("dtype").asText());
    assertEquals("[30,6]", table.get("shape").toString());
    assertEquals(180, table.get("elements").asLong());
    assertEquals(720, table.get("bytes").asLong());
    assertEquals(30, report.get("architecture").get("vocabulary").asInt());
    assertEquals(2, report.get("architecture").get("layers").size());
    assertEquals(3, report.get("sentences").size());
  }

  @Test
  void whatIsNotUnderstoodIsSaid() throws IOException {
    writeAmbiguous();
    String out = inspect("").done().out();
    assertTrue(
        out.contains(
            "not understood as a recurrent network: "
                + file
                + ": expected at most one embedding of 3 columns, actual a.weight [5][3], b.weight [5][3]"),
        out);
    JsonNode report = inspect("--json").json();
    assertTrue(report.get("architecture").isNull());
    assertEquals(4, report.get("tensors").size());
  }

  @Test
  void optionsSayWhatIsOpen() throws IOException {
    writeAmbiguous();
    String out = inspect("--embedding b.weight --linear none --cell lstm --prefix r").done().out();
    List<String> lines = out.lines().toList();
    assertTrue(lines.contains("network   embedding 5 x 3, lstm 3 -> 2"), out);
    assertTrue(lines.contains("          unused: a.weight [5][3]"), out);
    assertTrue(inspect("--prefix r,r").done().out().contains("over the 2 features"), out);
    inspect("--cell lstn").fails(2, "expected rnn, rnn-relu, lstm or gru, actual 'lstn'");
  }

  @Test
  void namesCannotSteerTheTerminal() throws IOException {
    try (Tensor tensor = Tensor.allocate(1)) {
      new SafetensorsWriter()
          .metadata("a\u001b[2J", "b\u001b[2J")
          .add("c\u001b[2J", tensor)
          .write(file);
    }
    String out = inspect("").done().out();
    List<String> lines = out.lines().toList();
    assertTrue(lines.contains("metadata  a?[2J = b?[2J"), out);
    assertTrue(lines.contains("tensor    c?[2J F32 [1], 4 bytes"), out);
    assertTrue(out.indexOf('\u001b') < 0, out);
  }

  @Test
  void whatIsNoSafetensorsFileIsAnError() throws IOException {
    Files.writeString(file, "a text that is no model");
    inspect("").fails(1, file.toString(), "or no safetensors file");
    Files.delete(file);
    inspect("").fails(1, file.toString(), "expected a file, actual nothing");
    Typed.words("inspect").fails(2, "FILE");
  }

  /** A GRU of 5 units over 3 features, with the graph's node "layer". */
  private byte[] onnx() throws IOException {
    file = folder.resolve("model.onnx");
    return Files.readAllBytes(
        Path.of("..", "core", "src", "test", "resources", "onnx", "made-gru-reset-before.onnx"));
  }

  @Test
  void anOnnxFile() throws IOException {
    byte[] bytes = onnx();
    Files.write(file, bytes);
    int weights = 3 * 5 * (3 + 5 + 1 + 1);
    assertEquals(
        List.of(
            "file      " + file + ", onnx",
            "metadata  opset = 14",
            "in all    %,d weights, %,d bytes as float32".formatted(weights, 4 * weights),
            "network   gru 3 -> 5 (reset before the product)"),
        inspect("").done().out().lines().toList());
    JsonNode report = inspect("--json").json();
    assertEquals(weights, report.get("elements").asLong());
    assertEquals("BEFORE_PRODUCT", report.at("/architecture/layers/0/reset").asText());
    inspect("--cell gru").fails(2, "an ONNX file says all that itself");

    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    inspect("").fails(1, file.toString());
  }

  @Test
  void theNodeThatIsNotUnderstoodIsNamed() throws IOException {
    byte[] bytes = onnx();
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("GRU", "GRX");
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    String out = inspect("").done().out();
    assertTrue(out.contains("not understood as a recurrent network: " + file), out);
    assertTrue(out.contains("node 'layer' (GRX of "), out);
    assertFalse(out.contains("in all"), out);
    assertTrue(inspect("--json").json().get("architecture").isNull());
  }
}
