package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.ScalarKernels;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Long sums, large vocabularies, and logits without bounds. */
class LossesTest {
  private final Kernels simd = new SimdProvider().kernels();
  private final Kernels scalar = new ScalarKernels();

  /** 0.1 is never exact, so that with equal numbers no rounding makes up for another. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tenMillionSquaresAreAddedToOneMillionth(boolean equal) {
    int n = 10_000_019;
    try (Tensor x = Tensor.allocate(n)) {
      var random = new Random(1);
      double expected = 0;
      for (int i = 0; i < n; i++) {
        float value = equal ? 0.1f : (float) random.nextGaussian();
        Memory.set(x.address(), i, value);
        expected += (double) value * value;
      }
      assertEquals(expected, simd.sumOfSquares(x.address(), n), 1e-6 * expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"65, 0", "65, 0.1", "10000, 0", "10000, 0.1"})
  void crossEntropyOfAVocabularyIsTheReferences(int v, float smoothing) {
    int rows = 20;
    var random = new Random(v);
    var logits = new float[rows * v];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (5 * random.nextGaussian() - 300);
    }
    try (Tensor expected = Tensor.of(logits, rows, v);
        Tensor actual = Tensor.of(logits, rows, v);
        IntTensor targets = IntTensor.allocate(rows)) {
      for (int i = 0; i < rows; i++) {
        targets.set(i, i % 7 == 3 ? -1 : random.nextInt(v));
      }
      double loss =
          scalar.softmaxCrossEntropy(
              expected.address(), targets.address(), smoothing, 0.5f, rows, v);
      assertEquals(
          loss,
          simd.softmaxCrossEntropy(actual.address(), targets.address(), smoothing, 0.5f, rows, v),
          1e-6 * loss);
      assertArrayEquals(expected.toArray(), actual.toArray(), 3e-7f);
    }
  }

  @Test
  void impossibleClassesAndNanAreWhatTheyAreInTheReference() {
    float infinity = Float.POSITIVE_INFINITY;
    float[][] rows = {
      {1, -infinity, 2, -infinity, 0},
      {1, Float.NaN, 2, 3, 4},
      {Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN},
      {-infinity, -infinity, -infinity, -infinity, -infinity},
      {infinity, 1, 2, 3, 4}
    };
    for (float[] row : rows) {
      try (Tensor expected = Tensor.of(row, 5);
          Tensor actual = Tensor.of(row, 5)) {
        scalar.softmax(expected.address(), 1, 5);
        simd.softmax(actual.address(), 1, 5);
        assertArrayEquals(expected.toArray(), actual.toArray(), 2e-7f);
      }
    }
  }

  @Test
  void binaryCrossEntropyOfLargeLogitsNeitherOverflowsNorVanishes() {
    float[] logits = {-1e30f, -100, -20, -1e-3f, 0, 1e-3f, 20, 100, 1e30f};
    float[] labels = {0, 1, 0, 1, 0.5f, 0, 1, 0, 1};
    try (Tensor expected = Tensor.of(logits, 9);
        Tensor actual = Tensor.of(logits, 9);
        Tensor targets = Tensor.of(labels, 9)) {
      double loss = scalar.binaryCrossEntropy(expected.address(), targets.address(), 2, 9);
      assertTrue(Double.isFinite(loss));
      assertEquals(
          loss, simd.binaryCrossEntropy(actual.address(), targets.address(), 2, 9), 1e-6 * loss);
      assertArrayEquals(expected.toArray(), actual.toArray(), 4e-7f);
    }
  }
}
