package io.ciranda.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Tensor;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files as PyTorch saves them; {@code src/test/python/statedict.py} wrote them and says what is in
 * them.
 */
class StateDictGoldenTest {

  private static Path folder() throws URISyntaxException {
    return Path.of(StateDictGoldenTest.class.getResource("/statedict").toURI());
  }

  static Stream<String> names() throws IOException, URISyntaxException {
    List<String> names;
    try (var files = Files.list(folder())) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".run.safetensors"))
              .map(name -> name.replace(".run.safetensors", ""))
              .sorted()
              .toList();
    }
    return names.stream();
  }

  @Test
  void thereAreFiles() throws IOException, URISyntaxException {
    assertEquals(13, names().count());
  }

  /** What a run file says of the network. */
  private record Expected(SafetensorsFile run) {
    String text(String key) throws IOException {
      return run.metadata(key);
    }

    List<String> list(String key) throws IOException {
      return List.of(text(key).split(",", -1));
    }

    /** What only the caller can know. */
    Overrides told() throws IOException {
      Cell cell = Cell.of(text("cell"));
      List<String> prefixes = list("prefix");
      return new Overrides(
          prefixes.size() > 1 ? prefixes : List.of(),
          cell == Cell.RNN_RELU ? cell : null,
          null,
          null);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyWeightIsWhereItBelongs(String name) throws IOException, URISyntaxException {
    try (var run = SafetensorsFile.open(folder().resolve(name + ".run.safetensors"));
        var file = SafetensorsFile.open(folder().resolve(name + ".safetensors"))) {
      var expected = new Expected(run);
      StateDict understood = StateDict.infer(file, expected.told());
      var left = new ArrayList<>(file.names());
      try (Network network = understood.load()) {
        int layer = 0;
        for (int s = 0; s < expected.list("prefix").size(); s++) {
          int layers = Integer.parseInt(expected.list("layers").get(s));
          for (int l = 0; l < layers; l++) {
            assertLayer(file, expected, s, l, network, layer++, left);
          }
        }
        assertEquals(layer, network.architecture().layers().size());
        assertMatrix(file, expected.text("embedding"), network.embedding(), left);
        String linear = expected.text("linear");
        assertMatrix(file, linear, network.linearWeight(), left);
        String bias = linear.replace("weight", "bias");
        boolean biased = file.names().contains(bias);
        assertMatrix(file, biased ? bias : "none", network.linearBias(), left);
      }
      assertEquals(List.of(), left);
      assertTrue(
          understood.sentences().stream().noneMatch(s -> s.startsWith("unused")),
          understood.sentences().toString());
    }
  }

  private static void assertLayer(
      SafetensorsFile file,
      Expected expected,
      int stack,
      int l,
      Network network,
      int layer,
      List<String> left)
      throws IOException {
    String prefix = expected.list("prefix").get(stack);
    int directions = Integer.parseInt(expected.list("directions").get(stack));
    Architecture.Layer actual = network.architecture().layers().get(layer);
    assertEquals(Cell.of(expected.text("cell")), actual.cell());
    assertEquals(Integer.parseInt(expected.list("hidden").get(stack)), actual.hidden());
    assertEquals(directions, actual.directions());
    boolean biased = Boolean.parseBoolean(expected.text("bias"));
    for (int d = 0; d < directions; d++) {
      String suffix =
          expected.text("style").equals("cell") ? "" : "_l" + l + (d == 1 ? "_reverse" : "");
      Network.Direction w = network.direction(layer, d);
      assertMatrix(file, prefix + "weight_ih" + suffix, w.weightIh(), left);
      assertMatrix(file, prefix + "weight_hh" + suffix, w.weightHh(), left);
      assertMatrix(file, biased ? prefix + "bias_ih" + suffix : "none", w.biasIh(), left);
      assertMatrix(file, biased ? prefix + "bias_hh" + suffix : "none", w.biasHh(), left);
    }
  }

  private static void assertMatrix(
      SafetensorsFile file, String name, Tensor actual, List<String> left) throws IOException {
    left.remove(name);
    if (name.equals("none")) {
      assertNull(actual);
      return;
    }
    try (Tensor expected = file.load(name)) {
      assertArrayEquals(expected.shape(), actual.shape(), name);
      assertArrayEquals(expected.toArray(), actual.toArray(), name);
    }
  }

  private static List<String> sentences(String name, Overrides told)
      throws IOException, URISyntaxException {
    try (var file = SafetensorsFile.open(folder().resolve(name + ".safetensors"))) {
      return StateDict.infer(file, told).sentences();
    }
  }

  @Test
  void saysWhatItUnderstood() throws IOException, URISyntaxException {
    assertEquals(
        List.of(
            "lstm, 2 layers, 17 units, from rnn.weight_hh_l0 [68][17]",
            "embedding encoder.weight [23][12]",
            "linear decoder.weight [23][17]"),
        sentences("lstm-language-model", Overrides.NONE));
    assertEquals(
        List.of(
            "bidirectional lstm, 2 layers, 7 units, no biases, from net.lstm.weight_hh_l0 [28][7]",
            "no embedding: a step takes 5 features",
            "no linear layer: a step gives 14 features"),
        sentences("lstm-both-ways", Overrides.NONE));
    assertEquals(
        List.of(
            "rnn, 1 layer, 6 units, no biases, from weight_hh_l0 [6][6]",
            "taken to have tanh, which no file says; override cell with rnn-relu where it has ReLU",
            "no embedding: a step takes 4 features",
            "no linear layer: a step gives 6 features"),
        sentences("rnn-relu", Overrides.NONE));
    assertEquals(
        List.of(
            "gru, 2 layers, 7 units, from rnn.weight_hh_l0 [21][7]",
            "embedding encoder.weight [19][7]",
            "linear decoder.weight [19][7], the embedding's weights"),
        sentences("gru-tied", Overrides.NONE));
    assertEquals(
        List.of(
            "lstm, 1 layer, 9 units, from lstm.weight_hh_l0 [36][9]",
            "no embedding: a step takes 9 features",
            "linear lm_head.weight [11][9], no bias",
            "unused: embed_tokens.weight [11][9]"),
        sentences("lstm-square", new Overrides(List.of("lstm"), null, Overrides.ABSENT, null)));
  }

  @Test
  void tiedWeightsAreReadOnce() throws IOException, URISyntaxException {
    try (var file = SafetensorsFile.open(folder().resolve("gru-tied.safetensors"));
        Network network = StateDict.infer(file, Overrides.NONE).load()) {
      assertSame(network.embedding(), network.linearWeight());
    }
  }

  @Test
  void oneOfSeveralStacks() throws IOException, URISyntaxException {
    assertEquals(
        List.of(
            "lstm, 1 layer, 5 units, from rnn2.weight_hh_l0 [20][5]",
            "no embedding: a step takes 12 features",
            "linear fc.weight [2][5]",
            "unused: rnn1.bias_hh_l0 [24], rnn1.bias_hh_l0_reverse [24], rnn1.bias_ih_l0 [24], rnn1.bias_ih_l0_reverse [24], rnn1.weight_hh_l0 [24][6], rnn1.weight_hh_l0_reverse [24][6], rnn1.weight_ih_l0 [24][4], rnn1.weight_ih_l0_reverse [24][4]"),
        sentences("chain", new Overrides(List.of("rnn2"), null, null, null)));
  }
}
