package io.ciranda.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files made by hand: what leaves several readings open, and what is wrong. */
class StateDictTest {
  /** One LSTM layer of 3 units over 4 features. */
  private static final String LSTM = "r.weight_ih_l0 12 4, r.weight_hh_l0 12 3";

  /** One GRU layer of 4 units over 4 features: an embedding and a linear layer look the same. */
  private static final String SQUARE = "r.weight_ih_l0 12 4, r.weight_hh_l0 12 4";

  @TempDir private Path folder;

  /** Writes tensors that are given as {@code name rows columns, name rows, ...}. */
  private Path write(String tensors, Map<String, String> metadata) throws IOException {
    var writer = new SafetensorsWriter();
    metadata.forEach(writer::metadata);
    var memory = new ArrayList<Tensor>();
    for (String tensor : tensors.split(", ", -1)) {
      String[] words = tensor.strip().split(" ", -1);
      int[] shape = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
      Tensor values = Tensor.allocate(shape);
      memory.add(values.copyFrom(Values.floats(words[0], values.size())));
      writer.add(words[0], values);
    }
    Path file = folder.resolve("model.safetensors");
    writer.write(file);
    memory.forEach(Tensor::close);
    return file;
  }

  private List<String> understood(String tensors, Overrides told) throws IOException {
    try (var file = SafetensorsFile.open(write(tensors, Map.of()))) {
      return StateDict.infer(file, told).sentences();
    }
  }

  private void assertRefused(String tensors, Overrides told, String message) throws IOException {
    Path path = write(tensors, Map.of());
    try (var file = SafetensorsFile.open(path)) {
      var e = assertThrows(ModelFileException.class, () -> StateDict.infer(file, told));
      assertTrue(e.getMessage().startsWith(path + ": "), e.getMessage());
      assertTrue(e.getMessage().contains(message), e.getMessage());
    }
  }

  private static Overrides told(String prefix, String cell, String embedding, String linear) {
    return new Overrides(
        prefix == null ? List.of() : List.of(prefix.split("\\+", -1)),
        cell == null ? null : Cell.of(cell),
        embedding,
        linear);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // beside LSTM                     | embedding | linear
        "x.weight 9 4                      | x.weight  |",
        "x.weight 9 3                      |           | x.weight",
        "x.weight 9 3, x.bias 9            |           | x.weight",
        "x.weight 9 4, x.bias 9            |           |",
        "x.weight 9 4, y.weight 9 3        | x.weight  | y.weight",
        "fc.weight 9 4                     |           |",
        "embed.weight 9 3                  |           |",
        "a.weight 9 4, emb.weight 9 4      | emb.weight|",
        "tokEmb.weight 9 4, b.weight 9 4   | tokEmb.weight |",
        "attn.weight 5 3, attn.bias 5, fc.weight 9 3 | | fc.weight",
        "a.weight 5 3, b.weight 9 3, b.bias 9        | | b.weight",
        "embed_out.weight 9 3              |           | embed_out.weight",
        "decoder.embedding.weight 9 4      | decoder.embedding.weight |",
        "x.weight 9, y.weight 2 3 3        |           |",
        "x 9 4, y 9 3                      |           |",
      })
  void namesBiasesAndShapesTellTheMatrices(String matrices, String embedding, String linear)
      throws IOException {
    assertMatrices(LSTM + ", " + matrices, Overrides.NONE, embedding, linear);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // beside SQUARE                   | told      |        | embedding  | linear
        "emb.weight 9 4, x.weight 9 4      |           |        | emb.weight | x.weight",
        "x.weight 9 4, fc.weight 9 4       |           |        | x.weight   | fc.weight",
        "x.weight 9 4, y.weight 9 4, y.bias 9 |        |        | x.weight   | y.weight",
        "encoder.weight 9 4, decoder.weight 9 4 |      |        | encoder.weight | decoder.weight",
        "x.weight 9 4, y.weight 9 4        | x.weight  |        | x.weight   | y.weight",
        "x.weight 9 4, y.weight 9 4        |           | x.weight | y.weight | x.weight",
        "x.weight 9 4                      | none      |        |            | x.weight",
        "x.weight 9 4                      |           | none   | x.weight   |",
        "x.weight 9 4                      | none      | none   |            |",
        "x.weight 9 4                      | x.weight  | x.weight | x.weight | x.weight",
        "x 9 4, y 9 4                      | y         | x      | y          | x",
        "fc.weight 9 4, emb.weight 9 4     | fc.weight | emb.weight | fc.weight | emb.weight",
      })
  void whatTheCallerSaysGoesFirst(
      String matrices, String toldEmbedding, String toldLinear, String embedding, String linear)
      throws IOException {
    assertMatrices(
        SQUARE + ", " + matrices, told(null, null, toldEmbedding, toldLinear), embedding, linear);
  }

  private void assertMatrices(String tensors, Overrides told, String embedding, String linear)
      throws IOException {
    String sentences = String.join("\n", understood(tensors, told)) + "\n";
    assertTrue(
        sentences.contains(embedding == null ? "\nno embedding" : "\nembedding " + embedding + " "),
        sentences);
    assertTrue(
        sentences.contains(linear == null ? "\nno linear" : "\nlinear " + linear + " "), sentences);
    try (var file = SafetensorsFile.open(folder.resolve("model.safetensors"));
        Network network = StateDict.infer(file, told).load()) {
      assertTensor(embedding, network.embedding());
      assertTensor(linear, network.linearWeight());
    }
  }

  private static void assertTensor(String name, Tensor actual) {
    if (name == null) {
      assertNull(actual);
    } else {
      assertArrayEquals(Values.floats(name, actual.size()), actual.toArray());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x.weight 9 4                              | x.weight [9][4] may be the embedding or the linear layer",
        "x.weight 9 4, y.weight 9 4                | at most one embedding of 4 columns, actual x.weight [9][4], y.weight [9][4]; override embedding with one of them or with none",
        "a.weight 9 4, emb1.weight 9 4, emb2.weight 5 4 | actual emb1.weight [9][4], emb2.weight [5][4]",
        "fc1.weight 9 4, fc2.weight 5 4, fc2.bias 5 | at most one linear of 4 columns, actual fc1.weight [9][4], fc2.weight [5][4]",
      })
  void whatCanBeReadInSeveralWaysIsAnError(String matrices, String message) throws IOException {
    assertRefused(SQUARE + ", " + matrices, Overrides.NONE, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // No network.
        "x.weight 9 4                            | expected recurrent weights, whose names end in weight_ih_l0 and weight_hh_l0, actual x.weight",
        "weight_ih_l00 12 4                      | expected recurrent weights",
        "weight_ih_l9999999999 12 4              | expected recurrent weights",
        "r.bias_ih_l0 12                         | expected recurrent weights",
        // Not all of a network.
        "r.weight_ih_l0 12 4                     | expected a tensor 'r.weight_hh_l0' beside the others of 'r.' (one layer), actual none",
        "r.weight_hh_l0 12 3                     | expected a tensor 'r.weight_ih_l0'",
        "LSTM, r.weight_ih_l2 12 3, r.weight_hh_l2 12 3 | expected a tensor 'r.weight_ih_l1' beside the others of 'r.' (layers 0 to 2)",
        "r.weight_ih_l1 12 4, r.weight_hh_l1 12 3 | expected a tensor 'r.weight_hh_l0'",
        "LSTM, r.weight_ih_l999999999 12 3       | expected a tensor 'r.weight_ih_l1'",
        "LSTM, r.weight_ih_l0_reverse 12 4       | expected a tensor 'r.weight_hh_l0_reverse' beside the others of 'r.' (one layer, both directions)",
        "LSTM, r.weight_ih_l1 12 6, r.weight_hh_l1 12 3, r.weight_ih_l0_reverse 12 4, r.weight_hh_l0_reverse 12 3 | expected a tensor 'r.weight_ih_l1_reverse'",
        "LSTM, r.bias_ih_l0 12                   | expected a tensor 'r.bias_hh_l0'",
        "LSTM, r.bias_ih_l0 12, r.bias_hh_l0 12, r.weight_ih_l1 12 3, r.weight_hh_l1 12 3 | expected a tensor 'r.bias_ih_l1'",
        // Shapes.
        "r.weight_ih_l0 12 4, r.weight_hh_l0 12  | tensor 'r.weight_hh_l0': expected [GH][H], actual [12]",
        "r.weight_ih_l0 12, r.weight_hh_l0 12 3  | tensor 'r.weight_ih_l0': expected [GH][I], actual [12]",
        "r.weight_ih_l0 0 4, r.weight_hh_l0 0 3  | expected [GH][H], actual [0][3]",
        "r.weight_ih_l0 12 4, r.weight_hh_l0 12 0 | expected [GH][H], actual [12][0]",
        "r.weight_ih_l0 12 0, r.weight_hh_l0 12 3 | expected [GH][I], actual [12][0]",
        "r.weight_ih_l0 12 4, r.weight_hh_l0 12 5 | expected [G*H][H] with a G of 1 for an RNN, 3 for a GRU, 4 for an LSTM, actual [12][5]",
        "r.weight_ih_l0 12 4, r.weight_hh_l0 12 6 | with a G of 1",
        "r.weight_ih_l0 11 4, r.weight_hh_l0 12 3 | tensor 'r.weight_ih_l0': expected [12][4], for 3 units of cell lstm over 4 features, actual [11][4]",
        "LSTM, r.weight_ih_l1 12 4, r.weight_hh_l1 12 3 | tensor 'r.weight_ih_l1': expected [12][3], for 3 units of cell lstm over 3 features, actual [12][4]",
        "LSTM, r.weight_ih_l1 12 3, r.weight_hh_l1 12 4 | tensor 'r.weight_hh_l1': expected [12][3]",
        "LSTM, r.weight_ih_l0_reverse 12 5, r.weight_hh_l0_reverse 12 3 | tensor 'r.weight_ih_l0_reverse': expected [12][4]",
        "LSTM, r.bias_ih_l0 12 1, r.bias_hh_l0 12 | tensor 'r.bias_ih_l0': expected [12]",
        "LSTM, r.bias_ih_l0 12, r.bias_hh_l0 3   | tensor 'r.bias_hh_l0': expected [12]",
        "LSTM, fc.weight 9 3, fc.bias 8          | tensor 'fc.bias': expected [9], a value for each row of fc.weight, actual [8]",
        "LSTM, r.h0 2 3                          | tensor 'r.h0': expected [1][3], a row for each layer and direction, actual [2][3]",
        "LSTM, r.c0 1 2 3                        | tensor 'r.c0': expected [1][1][3], of one sequence, actual [1][2][3]",
        // What there is none of here.
        "LSTM, r.weight_hr_l0 2 3                | tensor 'r.weight_hr_l0': expected none: projections (proj_size) are not supported",
        "LSTM, r.weight_ih 12 4                  | expected the names of a stack or of a cell, actual both: 'r.weight_ih' and 'r.weight_ih_l0'",
        "LSTM, s.weight_ih_l0 12 3, s.weight_hh_l0 12 3 | expected one recurrent stack, actual 2 with the prefixes r., s.; override prefix with one",
      })
  void whatIsWrongIsSaid(String tensors, String message) throws IOException {
    assertRefused(tensors.replace("LSTM", LSTM), Overrides.NONE, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "q.     |          |           |           | expected a recurrent stack with the prefix 'q.', actual r., s.",
        "s.+r.  |          |           |           | expected a stack 'r.' over the 3 features of the one before, actual over 4",
        "r.     | gru      |           |           | tensor 'r.weight_hh_l0': expected [3*H][H] of cell gru, actual [12][3]",
        "r.     | rnn-relu |           |           | expected [1*H][H] of cell rnn-relu",
        "r.     |          | q.weight  |           | expected a tensor 'q.weight'",
        "r.     |          | x.weight  |           | tensor 'x.weight': expected embedding of 4 columns, actual [9][3]",
        "r.     |          |           | e.weight  | tensor 'e.weight': expected linear of 3 columns, actual [9][4]",
        "r.     |          | r.bias    |           | tensor 'r.bias': expected embedding of 4 columns, actual [4]",
      })
  void overridesMustFit(String prefix, String cell, String embedding, String linear, String message)
      throws IOException {
    assertRefused(
        LSTM + ", s.weight_ih_l0 12 3, s.weight_hh_l0 12 3, x.weight 9 3, e.weight 9 4, r.bias 4",
        told(prefix, cell, embedding, linear),
        message);
  }

  @Test
  void aDotOfThePrefixMayBeLeftOut() throws IOException {
    assertEquals(
        understood(LSTM, told("r.", null, null, null)),
        understood(LSTM, told("r", null, null, null)));
  }

  @Test
  void aSoftmaxIsTheCallersToSay() throws IOException {
    var softmax = new Overrides(List.of(), null, null, null, true);
    try (var file = SafetensorsFile.open(write(LSTM + ", x.weight 9 3", Map.of()))) {
      assertEquals(
          "lstm 4 -> 3, linear 3 -> 9, softmax",
          StateDict.infer(file, softmax).architecture().toString());
      assertFalse(StateDict.infer(file, Overrides.NONE).architecture().softmax());
    }
    assertRefused(LSTM, softmax, "expected a linear layer under the softmax, actual none");
  }

  @Test
  void initialStates() throws IOException {
    String both =
        LSTM
            + ", r.weight_ih_l0_reverse 12 4, r.weight_hh_l0_reverse 12 3, r.h0 2 3, r.c0 2 1 3, s0 2 3";
    try (var file = SafetensorsFile.open(write(both, Map.of()))) {
      StateDict understood = StateDict.infer(file, Overrides.NONE);
      assertTrue(understood.sentences().contains("initial state r.h0 [2][3]"));
      assertEquals("unused: s0 [2][3]", understood.sentences().getLast());
      try (Network network = understood.load()) {
        float[] h = Values.floats("r.h0", 6);
        float[] c = Values.floats("r.c0", 6);
        for (int d = 0; d < 2; d++) {
          Network.Direction w = network.direction(0, d);
          assertArrayEquals(Arrays.copyOfRange(h, 3 * d, 3 * d + 3), w.h0().toArray());
          assertArrayEquals(Arrays.copyOfRange(c, 3 * d, 3 * d + 3), w.c0().toArray());
        }
      }
    }
  }

  @Test
  void ownLanguageModels() throws IOException {
    var vocabulary = new Vocabulary(Vocabulary.Level.CHAR, List.of("a", "b", "c"));
    for (Cell cell : Cell.values()) {
      for (boolean tied : new boolean[] {false, true}) {
        Path path = folder.resolve("lm.safetensors");
        var config = new LanguageModel.Config(cell, 5, 5, 2, tied, 0);
        try (var model = LanguageModel.create(config, vocabulary, Backend.best(), 1)) {
          model.save(path);
          try (var file = SafetensorsFile.open(path);
              Network network = StateDict.infer(file, Overrides.NONE).load()) {
            assertEquals(cell, network.architecture().layers().getFirst().cell());
            assertEquals(3, network.architecture().outputs());
            assertSame(tied, network.embedding() == network.linearWeight());
            assertArrayEquals(
                model.parameters().get("output.bias").value().toArray(),
                network.linearBias().toArray());
            assertArrayEquals(
                model.parameters().get("rnn.weight_hh_l1").value().toArray(),
                network.direction(1, 0).weightHh().toArray());
          }
        }
      }
    }
  }

  @Test
  void metadataThatCannotBeIsRefused() throws IOException {
    var metadata =
        Map.of(
            "ciranda.format", "1",
            "ciranda.model", "language-model",
            "ciranda.tied", "false",
            "ciranda.cell", "lstn");
    try (var file = SafetensorsFile.open(write(LSTM, metadata))) {
      var e = assertThrows(ModelFileException.class, () -> StateDict.infer(file, Overrides.NONE));
      assertTrue(
          e.getMessage().contains("metadata 'ciranda.cell': cell: expected rnn, "), e.getMessage());
    }
  }

  @Test
  void weightsOfIntsAreRefused() throws IOException {
    Path path = folder.resolve("ints.safetensors");
    try (var weight = Tensor.allocate(1, 1);
        var ints = IntTensor.allocate(1, 1)) {
      new SafetensorsWriter().add("weight_hh_l0", weight).add("weight_ih_l0", ints).write(path);
    }
    try (var file = SafetensorsFile.open(path)) {
      StateDict understood = StateDict.infer(file, Overrides.NONE);
      var e = assertThrows(ModelFileException.class, understood::load);
      assertTrue(e.getMessage().contains("tensor 'weight_ih_l0'"), e.getMessage());
      assertTrue(e.getMessage().contains("actual I32"), e.getMessage());
    }
  }

  @Test
  void sentencesCannotSteerTheTerminal() throws IOException {
    assertEquals("unused: ?[2J [1]", understood(LSTM + ", \u001b[2J 1", Overrides.NONE).getLast());
  }
}
