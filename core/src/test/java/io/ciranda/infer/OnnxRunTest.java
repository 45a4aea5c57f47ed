package io.ciranda.infer;

import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An ONNX file gives the numbers of its graph; {@code src/test/python/onnx_golden.py} wrote the
 * files.
 */
class OnnxRunTest {
  static Stream<Path> files() throws IOException, URISyntaxException {
    List<Path> files;
    try (var all = Files.list(Path.of(OnnxRunTest.class.getResource("/onnx").toURI()))) {
      files = all.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
    }
    return files.stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void outputsAreThoseOfTheGraph(Path onnx) throws IOException {
    Path golden = Path.of(onnx.toString().replace(".onnx", ".safetensors"));
    try (var run = SafetensorsFile.open(golden);
        Model model = Model.load(onnx);
        Tensor y = run.load("y")) {
      int[] shape = run.shape("x");
      boolean batchFirst = Boolean.parseBoolean(run.metadata("batch_first"));
      int steps = shape[batchFirst ? 1 : 0];
      int batch = shape[batchFirst ? 0 : 1];
      float[] actual = run(model, run, steps, batch, batchFirst);
      if (Boolean.parseBoolean(run.metadata("last"))) {
        int step = actual.length / steps;
        actual = Arrays.copyOfRange(actual, actual.length - step, actual.length);
      } else if (batchFirst) {
        float[] timeMajor = actual;
        actual = new float[timeMajor.length];
        swap(timeMajor, actual, steps, batch, model.architecture().output());
      }
      Values.assertWithin("y", Values.doubles(y), Values.doubles(actual), 1e-5);
    }
  }

  /** {@code [T][B][O]}. */
  private static float[] run(
      Model model, SafetensorsFile file, int steps, int batch, boolean batchFirst)
      throws IOException {
    Architecture sizes = model.architecture();
    float[] y = new float[steps * batch * sizes.output()];
    try (Session session = model.newSession(batch)) {
      if (sizes.readsTokens()) {
        try (IntTensor x = file.loadInts("x")) {
          int[] ids = new int[steps * batch];
          Arrays.setAll(ids, x::get);
          int[] timeMajor = ids.clone();
          if (batchFirst) {
            swap(ids, timeMajor, batch, steps, 1);
          }
          session.run(timeMajor, y, steps);
        }
      } else {
        try (Tensor x = file.load("x")) {
          float[] features = x.toArray();
          float[] timeMajor = features.clone();
          if (batchFirst) {
            swap(features, timeMajor, batch, steps, sizes.input());
          }
          session.run(timeMajor, y, steps);
        }
      }
    }
    return y;
  }

  /** From an array {@code [n][m][width]} to one {@code [m][n][width]}. */
  private static void swap(Object from, Object to, int n, int m, int width) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        System.arraycopy(from, (i * m + j) * width, to, (j * n + i) * width, width);
      }
    }
  }
}
