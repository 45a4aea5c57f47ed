package io.ciranda.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.Network.Direction;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of both of PyTorch's exporters and hand-made ones; {@code src/test/python/onnx_golden.py}
 * wrote them and says what is in them.
 */
class OnnxFileTest {
  @TempDir Path folder;

  static Stream<Path> files() throws IOException, URISyntaxException {
    Path folder = Path.of(OnnxFileTest.class.getResource("/onnx").toURI());
    List<Path> files;
    try (var all = Files.list(folder)) {
      files = all.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
    }
    return files.stream();
  }

  @Test
  void thereAreFilesOfEveryKind() throws IOException, URISyntaxException {
    assertEquals(23, files().count());
  }

  /** What PyTorch says; remembers what it has been asked for. */
  private static final class Expected implements AutoCloseable {
    private final SafetensorsFile file;
    private final Set<String> left;

    Expected(Path onnx) throws IOException {
      file = SafetensorsFile.open(Path.of(onnx.toString().replace(".onnx", ".safetensors")));
      left = new HashSet<>(file.names());
    }

    int size(String key) throws IOException {
      return Integer.parseInt(file.metadata(key));
    }

    /** Exactly the same, or both nothing. */
    void assertTensor(String name, Tensor actual) throws IOException {
      if (!left.remove(name)) {
        assertNull(actual, name);
        return;
      }
      try (Tensor expected = file.load(name)) {
        actual.requireShape(name, expected.shape());
        assertArrayEquals(expected.toArray(), actual.toArray(), name);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void sizesAndWeightsAreThoseOfPyTorch(Path path) throws IOException {
    try (var expected = new Expected(path);
        Network network = OnnxFile.read(path)) {
      Architecture actual = network.architecture();
      assertEquals(expected.size("vocabulary"), actual.vocabulary());
      assertEquals(expected.size("input"), actual.input());
      assertEquals(expected.size("layers"), actual.layers().size());
      assertEquals(expected.size("outputs"), actual.outputs());
      assertEquals(Boolean.valueOf(expected.file.metadata("softmax")), actual.softmax());

      Cell cell = Cell.of(expected.file.metadata("cell"));
      Reset reset = Reset.valueOf(expected.file.metadata("reset").toUpperCase(Locale.ROOT));
      boolean both = expected.size("directions") == 2;
      int hidden = expected.size("hidden");
      int input = actual.input();
      for (int l = 0; l < actual.layers().size(); l++) {
        assertEquals(new Layer(cell, input, hidden, both, reset), actual.layers().get(l));
        input = (both ? 2 : 1) * hidden;
        for (int d = 0; d < (both ? 2 : 1); d++) {
          Direction w = network.direction(l, d);
          String suffix = "_l" + l + (d == 1 ? "_reverse" : "");
          expected.assertTensor("rnn.weight_ih" + suffix, w.weightIh());
          expected.assertTensor("rnn.weight_hh" + suffix, w.weightHh());
          expected.assertTensor("rnn.bias_ih" + suffix, w.biasIh());
          expected.assertTensor("rnn.bias_hh" + suffix, w.biasHh());
          expected.assertTensor("h0.%d.%d".formatted(l, d), w.h0());
          expected.assertTensor("c0.%d.%d".formatted(l, d), w.c0());
        }
      }
      expected.assertTensor("embedding.weight", network.embedding());
      expected.assertTensor("output.weight", network.linearWeight());
      expected.assertTensor("output.bias", network.linearBias());
      assertEquals(Set.of("x", "y"), expected.left);
    }
  }

  /** Reads a graph that must be understood. */
  private Network read(OnnxBytes graph) throws IOException {
    return OnnxFile.read(graph.write(folder));
  }

  @Test
  void gatesComeInPyTorchsOrder() throws IOException {
    // Rows 2g and 2g + 1 of ONNX's W belong to its gate g; W is 0.5, 1.5, ... in rows of 3.
    try (Network lstm = read(OnnxBytes.lstm());
        Network gru = read(OnnxBytes.gru())) {
      Tensor ifgo = lstm.direction(0, 0).weightIh();
      assertArrayEquals(
          new float[] {0.5f, 12.5f, 18.5f, 6.5f},
          new float[] {ifgo.get(0, 0), ifgo.get(2, 0), ifgo.get(4, 0), ifgo.get(6, 0)});
      Tensor rzn = gru.direction(0, 0).weightIh();
      assertArrayEquals(
          new float[] {6.5f, 0.5f, 12.5f},
          new float[] {rzn.get(0, 0), rzn.get(2, 0), rzn.get(4, 0)});
      assertEquals(Reset.BEFORE_PRODUCT, gru.architecture().layers().getFirst().reset());
    }
  }

  @Test
  void aLinearLayerMayShareTheEmbeddingsWeights() throws IOException {
    OnnxBytes tied =
        OnnxBytes.lstm()
            .features(2)
            .before("Gather", "E,x", "embedded")
            .input(0, "embedded")
            .floats("E", 5, 2)
            .after("Gemm", "y,E", "z", OnnxBytes.integer("transB", 1));
    try (Network network = read(tied)) {
      assertSame(network.embedding(), network.linearWeight());
      assertEquals(5, network.architecture().outputs());
    }
  }

  /** {@code T [2][5]}, or its transpose turned back by the graph, by Gemm, or by both. */
  @ParameterizedTest
  @CsvSource({"false, 0, 2", "false, 1, 5", "true, 0, 5", "true, 1, 2"})
  void aLinearLayersWeightsMayBeTransposed(boolean turned, int transB, int rows)
      throws IOException {
    OnnxBytes graph = OnnxBytes.lstm().floats("T", rows, 7 - rows);
    if (turned) {
      graph.after("Transpose", "T", "turned");
    }
    graph.after("Gemm", "y," + (turned ? "turned" : "T"), "z", OnnxBytes.integer("transB", transB));
    try (Network network = read(graph)) {
      Tensor weight = network.linearWeight(); // [5][2], its elements counted along rows of T
      assertEquals(5, network.architecture().outputs());
      assertEquals(rows == 2 ? 5.5f : 1.5f, weight.get(0, 1));
    }
  }

  @Test
  void anOpenFileGivesAnyNumberOfNetworks() throws IOException {
    Path path = folder.resolve("wide.onnx");
    Files.write(path, OnnxBytes.rnn().features(50_000).bytes());
    try (OnnxFile file = OnnxFile.open(path)) {
      for (int i = 0; i < 10; i++) {
        file.network().close();
      }
    }
  }

  @Test
  void aStateOfZerosIsNone() throws IOException {
    byte[] zeros = OnnxBytes.tensor("h", 1, new long[] {1, 2, 2}, OnnxBytes.field(9, new byte[16]));
    try (Network network =
        read(
            OnnxBytes.lstm()
                .constant(zeros)
                .input(5, "h")
                .graphInput("c", 1, 2, 2)
                .input(6, "c"))) {
      assertNull(network.direction(0, 0).h0());
      assertNull(network.direction(0, 0).c0());
    }
  }

  @Test
  void softmaxNeedsNoLinearLayer() throws IOException {
    try (Network network =
        read(OnnxBytes.gru().after("Softmax", "y", "p", OnnxBytes.integer("axis", 2)))) {
      assertEquals(
          "gru 3 -> 2 (reset before the product), softmax", network.architecture().toString());
    }
  }

  @Test
  void stepsMayBeFlattenedIntoTheBatch() throws IOException {
    try (Network network =
        read(
            OnnxBytes.rnn()
                .integers("flat", -1, 2)
                .after("Reshape", "y,flat", "rows")
                .floats("T", 2, 7)
                .after("MatMul", "rows,T", "z")
                .floats("b", 7)
                .after("Add", "z,b", "sum")
                .integers("back", 4, 2, 7)
                .after("Reshape", "sum,back", "out"))) {
      assertEquals("rnn 3 -> 2, linear 2 -> 7", network.architecture().toString());
      assertEquals(7.5f, network.linearWeight().get(0, 1)); // transposed
    }
  }

  @Test
  void theLastStepAloneIsTheSameNetwork() throws IOException {
    OnnxBytes slice =
        OnnxBytes.gru()
            .integers("from", -1)
            .integers("to", Long.MAX_VALUE)
            .integers("axis", 0)
            .after("Slice", "y,from,to,axis", "last")
            .after("Dropout", "last", "dropped")
            .after("Cast", "dropped", "z", OnnxBytes.integer("to", 10));
    OnnxBytes state = OnnxBytes.gru().integers("axis", 0).after("Squeeze", "Y_h,axis", "z");
    for (OnnxBytes graph : List.of(slice, state)) {
      try (Network network = read(graph)) {
        assertEquals("gru 3 -> 2 (reset before the product)", network.architecture().toString());
      }
    }
  }

  /** 1.5 is 0x3fc0 in bfloat16, raw or as the integer of those bits. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bfloat16IsWidened(boolean varints) throws IOException {
    byte[] raw = new byte[32];
    for (int i = 0; i < raw.length; i += 2) {
      raw[i] = (byte) 0xc0;
      raw[i + 1] = (byte) (varints ? 0x7f : 0x3f);
    }
    byte[] bias =
        OnnxBytes.tensor("B", 16, new long[] {1, 16}, OnnxBytes.field(varints ? 5 : 9, raw));
    try (Network network = read(OnnxBytes.lstm().constant(bias).input(3, "B"))) {
      float[] expected = new float[8];
      Arrays.fill(expected, 1.5f);
      assertArrayEquals(expected, network.direction(0, 0).biasIh().toArray());
      assertArrayEquals(expected, network.direction(0, 0).biasHh().toArray());
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        // The layer.
        arguments(
            "expected no clip, actual 3.0",
            OnnxBytes.lstm().attribute(OnnxBytes.number("clip", 3))),
        arguments(
            "expected input_forget 0",
            OnnxBytes.lstm().attribute(OnnxBytes.integer("input_forget", 1))),
        arguments(
            "expected layout 0, actual 1",
            OnnxBytes.gru().attribute(OnnxBytes.integer("layout", 1))),
        arguments("forward or bidirectional, actual 'reverse'", reverse(OnnxBytes.gru())),
        arguments(
            "expected hidden_size 2",
            OnnxBytes.rnn().attribute(OnnxBytes.integer("hidden_size", 3))),
        arguments("expected no peepholes", OnnxBytes.lstm().floats("P", 1, 6).input(7, "P")),
        arguments("expected no sequence_lens", OnnxBytes.lstm().integers("n", 4, 4).input(4, "n")),
        arguments("expected no sequence_lens", OnnxBytes.lstm().graphInput("n", 2).input(4, "n")),
        arguments(
            "expected activations [Sigmoid, Tanh, Tanh], actual [Sigmoid, Tanh, Relu]",
            OnnxBytes.lstm().attribute(OnnxBytes.texts("activations", "Sigmoid", "Tanh", "Relu"))),
        arguments(
            "expected activations [Relu, Relu], actual [Relu, Tanh]",
            OnnxBytes.rnn()
                .bidirectional()
                .attribute(OnnxBytes.texts("activations", "Relu", "Tanh"))),
        arguments(
            "expected no activation_alpha",
            OnnxBytes.gru().attribute(OnnxBytes.texts("activation_alpha"))),
        arguments(
            "node 'layer' (LSTM of x, W, R, , , h, , ): expected an initial_h that is the same",
            OnnxBytes.lstm().floats("h", 1, 2, 2).input(5, "h")),
        arguments(
            "expected input 5 [1, 2, 2], actual [1, 2, 3]",
            OnnxBytes.lstm().floats("h", 1, 2, 3).input(5, "h")),
        arguments(
            "expected W [1, 8, 3], actual [1, 6, 3]",
            OnnxBytes.lstm().input(1, "W6").floats("W6", 1, 6, 3)),
        arguments(
            "expected B [1, 16], actual [1, 15]",
            OnnxBytes.lstm().input(3, "B").floats("B", 1, 15)),
        arguments(
            "time and batch as below, actual [4][2][3]",
            OnnxBytes.lstm().input(1, "W4").floats("W4", 1, 8, 4)),
        arguments("expected as input 1 a constant, actual 'x'", OnnxBytes.lstm().input(1, "x")),
        arguments("actual 'nowhere' from none", OnnxBytes.lstm().input(0, "nowhere")),
        // What comes before and after.
        arguments(
            "one below (export with dynamo=False)",
            OnnxBytes.lstm().before("MatMul", "x,T", "xt").floats("T", 3, 3).input(0, "xt")),
        arguments(
            "time and batch as below, actual [2][4][3]",
            OnnxBytes.rnn()
                .floats("W3", 1, 3, 3)
                .before("RNN", "x,W3,W3", "Y3")
                .before("Squeeze", "Y3,one", "y3")
                .before("Transpose", "y3", "t", OnnxBytes.integers("perm", List.of(1L, 0L, 2L)))
                .input(0, "t")),
        arguments(
            "expected one linear layer, above the recurrent ones",
            OnnxBytes.rnn()
                .floats("T", 2, 2)
                .after("MatMul", "y,T", "z")
                .after("MatMul", "z,T", "zz")),
        arguments(
            "expected an initial state that is constant or an input of the graph, actual 'Y3', which is computed",
            OnnxBytes.rnn().floats("W2", 1, 2, 3).before("RNN", "x,W2,R", "Y3").input(5, "Y3")),
        arguments("actual Sin", OnnxBytes.lstm().before("Sin", "x", "s")),
        arguments(
            "cast to a type of floats, actual type 7",
            OnnxBytes.lstm().after("Cast", "y", "z", OnnxBytes.integer("to", 7))),
        arguments(
            "expected the final h of a forward layer",
            OnnxBytes.lstm().integers("axis", 0).after("Squeeze", "Y_c,axis", "z")),
        arguments("actual LogSoftmax", OnnxBytes.lstm().after("LogSoftmax", "y", "z")),
        arguments(
            "softmax over the features of the network's output, actual over dimension 1",
            OnnxBytes.lstm().after("Softmax", "y", "z", OnnxBytes.integer("axis", 1))),
        arguments(
            "bias of a linear layer, actual another sum",
            OnnxBytes.lstm().after("Add", "y,b", "z").floats("b", 2)),
        arguments(
            "last step of the recurrent layers' output, actual index 0 of dimension 0 of [4][2][2]",
            OnnxBytes.lstm()
                .before("Constant", "", "i", OnnxBytes.integer("value_int", 0))
                .after("Gather", "y,i", "z")),
        arguments(
            "last step of the recurrent layers' output, actual index -1 of dimension 1",
            OnnxBytes.lstm()
                .before("Constant", "", "i", OnnxBytes.integer("value_int", -1))
                .after("Gather", "y,i", "z", OnnxBytes.integer("axis", 1))),
        arguments(
            "splits no dimension of [4][2][2] and joins only neighbours, actual [2, 2, 4]",
            OnnxBytes.lstm().after("Reshape", "y,s", "z").integers("s", 2, 2, 4)),
        arguments(
            "expected dimension 1 to be 1, actual [4][2][2][2]", OnnxBytes.lstm().bidirectional()),
        arguments("expected one output", OnnxBytes.lstm().graphOutput("Y")),
        arguments("expected opset 11 or later, actual 9", OnnxBytes.lstm().opset(9)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String message, OnnxBytes graph) throws IOException {
    Path file = graph.write(folder);
    var e = assertThrows(ModelFileException.class, () -> OnnxFile.read(file).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void aFileBesideTheModelIsOneBesideIt() throws IOException {
    Files.write(folder.resolve("weights"), new byte[4 * 16]);
    assertEquals(0, external("weights", "0", "64"));
    assertRefusedExternal("expected its elements within the 64 bytes", "weights", "4", "64");
    assertRefusedExternal("expected its elements within the 64 bytes", "weights", "-4", "64");
    assertRefusedExternal("expected the bytes of [1, 16] elements", "weights", "4", "60");
    Path inner = Files.createDirectories(folder.resolve("inner"));
    Files.write(inner.resolve("weights"), new byte[4 * 16]);
    Files.createSymbolicLink(folder.resolve("link"), inner.resolve("weights"));
    for (String elsewhere :
        List.of(
            "inner/weights", "../" + folder.getFileName() + "/weights", "link", "..", "", "none")) {
      assertRefusedExternal(
          "a file beside the model, actual '" + elsewhere + "'", elsewhere, "0", "64");
    }
  }

  private void assertRefusedExternal(
      String message, String location, String offset, String length) {
    var e = assertThrows(ModelFileException.class, () -> external(location, offset, length));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  /** Element 0 of a bias that is in another file. */
  private float external(String location, String offset, String length) throws IOException {
    byte[] where =
        OnnxBytes.join(
            entry("location", location),
            entry("offset", offset),
            entry("length", length),
            OnnxBytes.number(14, 1));
    byte[] bias = OnnxBytes.tensor("B", 1, new long[] {1, 16}, where);
    try (Network network = read(OnnxBytes.lstm().constant(bias).input(3, "B"))) {
      return network.direction(0, 0).biasIh().get(0);
    }
  }

  private static byte[] entry(String key, String value) {
    return OnnxBytes.field(13, OnnxBytes.join(OnnxBytes.field(1, key), OnnxBytes.field(2, value)));
  }

  private static OnnxBytes reverse(OnnxBytes graph) {
    return graph.attribute(OnnxBytes.text("direction", "reverse"));
  }
}
