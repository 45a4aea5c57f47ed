package io.ciranda.samples.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks so small that their numbers can be told. */
class InferTest {
  private static final String ONE_UNIT = "r.weight_ih_l0 1x1: 2; r.weight_hh_l0 1x1: 0.5";

  /** Two stacks of one and two units. */
  private static final String CHAIN =
      "a.weight_ih_l0 1x1: 1; a.weight_hh_l0 1x1: 1; b.weight_ih_l0 2x1: 1 10; b.weight_hh_l0 2x2: 0 0 0 0";

  /** Symbols 0, 1 and 2 are features 1, 2 and 3, and so are their scores of 2 outputs. */
  private static final String TOKENS =
      "embedding.weight 3x1: 1 2 3; r.weight_ih_l0 1x1: 1; r.weight_hh_l0 1x1: 0; linear.weight 2x1: 1 0";

  @TempDir private Path folder;
  private Path model;
  private Path input;
  private Path output;

  @BeforeEach
  void nameFiles() {
    model = folder.resolve("model.safetensors");
    input = folder.resolve("x.safetensors");
    output = folder.resolve("y.safetensors");
  }

  /** Writes float tensors that are given as {@code name 2x1: 1 10; name ...}. */
  private static void write(Path file, String tensors) throws IOException {
    var writer = new SafetensorsWriter();
    for (String tensor : tensors.split("; ", -1)) {
      String[] words = tensor.split("[ :]+", -1);
      String[] sizes = words[1].split("x", -1);
      int[] shape = new int[sizes.length];
      Arrays.setAll(shape, i -> Integer.parseInt(sizes[i]));
      float[] values = new float[words.length - 2];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.parseFloat(words[i + 2]);
      }
      writer.add(words[0], Tensor.of(values, shape));
    }
    writer.write(file);
  }

  private void writeSymbols(int... symbols) throws IOException {
    try (IntTensor x = IntTensor.of(symbols, symbols.length, 1)) {
      new SafetensorsWriter().add("x", x).write(input);
    }
  }

  private Typed infer(String options) {
    return Typed.words(
        ("infer " + options).strip(), "--model", model, "--input", input, "--output", output);
  }

  private void assertOutput(Map<String, float[]> expected) throws IOException {
    try (var file = SafetensorsFile.open(output)) {
      assertEquals(expected.keySet(), file.names());
      for (var tensor : expected.entrySet()) {
        try (Tensor actual = file.load(tensor.getKey())) {
          assertArrayEquals(tensor.getValue(), actual.toArray(), 1e-6f, tensor.getKey());
        }
      }
    }
  }

  @Test
  void runsAndSaysHow() throws IOException {
    write(model, ONE_UNIT);
    write(input, "x 2x2x1: 1 -1 1 3");
    Typed typed = infer("--cell rnn-relu").done();
    assertOutput(Map.of("y", new float[] {2, 0, 3, 6}, "hn", new float[] {3, 6}));
    typed.says("no biases, from r.weight_hh_l0 [1][1]").says("rnn-relu 1 -> 1, f32, ");
    List<String> lines = typed.out().lines().toList();
    assertTrue(lines.getFirst().matches("x \\[2]\\[2]\\[1] in .* s; .*"), typed.out());
    assertEquals(List.of("y [2][2][1]", "hn [1][2][1]"), lines.subList(1, lines.size()));

    JsonNode result = infer("--json --cell rnn-relu --threads 2").json();
    assertEquals(2, result.get("steps").asInt());
    assertEquals(2, result.get("sequences").asInt());
    assertEquals(2, result.get("threads").asInt());
    assertEquals("f32", result.get("precision").asText());
    assertEquals(1, result.get("architecture").get("input").asInt());
    assertEquals("[2,2,1]", result.get("outputs").get("y").toString());
    assertTrue(result.get("seconds").asDouble() > 0);
  }

  @Test
  void startsFromTheStatesOfTheFile() throws IOException {
    write(model, ONE_UNIT);
    write(input, "x 1x2x1: 1 1; h0 1x2x1: 4 8; hn 1: 0");
    infer("--cell rnn-relu").done().says("not read: hn");
    assertOutput(Map.of("y", new float[] {4, 6}, "hn", new float[] {4, 6}));

    write(model, ONE_UNIT + "; r.weight_ih_l0_reverse 1x1: 3; r.weight_hh_l0_reverse 1x1: 1");
    write(input, "x 2x1x1: 1 2; h0 2x1x1: 4 8");
    infer("--cell rnn-relu").done();
    assertOutput(Map.of("y", new float[] {4, 17, 6, 14}, "hn", new float[] {6, 17}));

    // Gates of 1/2, a candidate of 0: half of c is left.
    write(model, "weight_ih_l0 4x1: 0 0 0 0; weight_hh_l0 4x1: 0 0 0 0");
    write(input, "x 1x1x1: 1; c0 1x1x1: 2");
    infer("").done();
    float h = (float) (0.5 * Math.tanh(1));
    assertOutput(Map.of("y", new float[] {h}, "hn", new float[] {h}, "cn", new float[] {1}));
  }

  @Test
  void layersThatDifferHaveStatesOfTheirOwn() throws IOException {
    write(model, CHAIN);
    write(input, "x 1x1x1: 1; h0.0 1x1: 2");
    infer("--prefix a,b --cell rnn-relu").done();
    assertOutput(
        Map.of("y", new float[] {3, 30}, "hn.0", new float[] {3}, "hn.1", new float[] {3, 30}));
    write(input, "x 1x1x1: 1; h0 1x1x1: 2");
    infer("--prefix a,b").fails(1, "tensor 'h0'", "no states but h0.0, h0.1");
  }

  @Test
  void readsSymbolsAndGivesProbabilities() throws IOException {
    write(model, TOKENS);
    writeSymbols(0, 2);
    infer("--cell rnn-relu").done();
    assertOutput(Map.of("y", new float[] {1, 0, 3, 0}, "hn", new float[] {3}));
    infer("--cell rnn-relu --softmax").done().says("softmax");
    float p = (float) (1 / (1 + Math.exp(-1)));
    float q = (float) (1 / (1 + Math.exp(-3)));
    assertOutput(Map.of("y", new float[] {p, 1 - p, q, 1 - q}, "hn", new float[] {3}));
    write(model, ONE_UNIT);
    infer("--softmax").fails(1, model.toString(), "expected a linear layer under the softmax");
  }

  @Test
  void narrowWeightsAreNear() throws IOException {
    write(model, "weight_ih_l0 1x1: 0.3; weight_hh_l0 1x1: 0.3");
    write(input, "x 1x1x1: 1");
    for (String precision : List.of("bf16", "int8")) {
      infer("--precision " + precision).done().says(", " + precision + ", ");
      try (var file = SafetensorsFile.open(output);
          Tensor y = file.load("y")) {
        assertEquals(Math.tanh(0.3), y.get(0, 0, 0), 1e-3);
      }
    }
  }

  @Test
  void whatDoesNotFitIsSaidAndNothingIsWritten() throws IOException {
    write(model, ONE_UNIT);
    assertRefused("x 2x1: 1 2", "tensor 'x': expected [T][B][1], ", "actual [2][1]");
    assertRefused("x 1x1x2: 1 2", "actual [1][1][2]");
    assertRefused("x 0x1x1", "at least 1 step", "actual [0][1][1]");
    assertRefused("z 1: 1", "expected a tensor 'x', actual [z]");
    assertRefused("x 1x1x1: 1; h0 1x1: 0", "tensor 'h0': expected [1][1][1], actual [1][1]");
    assertRefused("x 1x1x1: 1; c0 1x1x1: 0", "tensor 'c0'", "no states but h0");
    try (IntTensor x = IntTensor.of(new int[] {1}, 1, 1, 1)) {
      new SafetensorsWriter().add("x", x).write(input);
    }
    infer("").fails(1, input.toString(), "tensor 'x'", "actual I32");
    write(model, TOKENS);
    assertRefused("x 1x1: 1", "expected one of [I32, I64], actual F32");
    assertRefused("x 1x1x1: 1", "tensor 'x': expected [T][B], symbols", "actual [1][1][1]");
    writeSymbols(1, 3);
    infer("").fails(1, input.toString(), "expected values in [0, 3), actual 3 at position 1");
    assertFalse(Files.exists(output));
    Files.delete(input);
    infer("").fails(1, input.toString(), "expected a file, actual nothing");
  }

  private void assertRefused(String tensors, String... message) throws IOException {
    write(input, tensors);
    infer("").fails(1, message).says(input.toString());
  }

  @Test
  void wrongUsage() throws IOException {
    write(model, ONE_UNIT);
    write(input, "x 1x1x1: 1");
    infer("--precision f16").fails(2, "--precision", "F32, BF16, INT8");
    infer("--threads 0").fails(2, "--threads: expected at least 1, actual 0");
    infer("--cell lstn").fails(2, "expected rnn, rnn-relu, lstm or gru, actual 'lstn'");
    byte[] before = Files.readAllBytes(model);
    output = model;
    infer("").fails(2, "--output: expected a file of its own");
    assertArrayEquals(before, Files.readAllBytes(model));
    output = input;
    infer("").fails(2, "--output: expected a file of its own");
    model = folder.resolve("model.onnx");
    infer("--cell lstm")
        .fails(2, "--softmax are for a state_dict: an ONNX file says all that itself");
    Typed.words("infer --model").fails(2, "--model");
  }
}
