package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.ScalarKernels;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The error contract of the activations, over all magnitudes and the values that are not numbers.
 */
class ActivationsTest {
  private static final int BLOCK = 1 << 16;

  /** Divides no power of two, so that every bit of a float takes part. */
  private static final int STRIDE = 997;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    1e-7f,
    -1e-4f,
    1f,
    -88f,
    88.5f,
    -89f,
    89f,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    Float.intBitsToFloat(0xffc0_01ff),
    Float.intBitsToFloat(0x7f80_0001)
  };

  private final Kernels kernels = new SimdProvider().kernels();

  private interface Kernel {
    void run(long y, long x, long n);
  }

  @Test
  void tanhIsWithin2em7() {
    sweep(kernels::tanh, StrictMath::tanh);
  }

  @Test
  void sigmoidIsWithin2em7() {
    sweep(kernels::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)));
  }

  @Test
  void tanhOfSmallNumbersIsRelativelyExactToo() {
    try (Tensor x = Tensor.of(new float[] {1e-38f, -3e-20f, 1e-9f, 1e-5f, -2e-3f, 0.03f}, 6);
        Tensor y = Tensor.allocate(6)) {
      kernels.tanh(y.address(), x.address(), 6);
      for (int i = 0; i < 6; i++) {
        double expected = StrictMath.tanh(x.get(i));
        assertEquals(expected, y.get(i), 3e-7 * Math.abs(expected));
      }
    }
  }

  private static void sweep(Kernel kernel, DoubleUnaryOperator exact) {
    try (Tensor x = Tensor.allocate(BLOCK);
        Tensor y = Tensor.allocate(BLOCK)) {
      check(kernel, exact, x, y, fill(x, SPECIAL));
      long bits = 0;
      while (bits < 1L << 32) {
        int n = 0;
        for (; n < BLOCK && bits < 1L << 32; bits += STRIDE) {
          Memory.set(x.address(), n++, Float.intBitsToFloat((int) bits));
        }
        check(kernel, exact, x, y, n);
      }
    }
  }

  private static int fill(Tensor x, float[] values) {
    for (int i = 0; i < values.length; i++) {
      x.set(values[i], i);
    }
    return values.length;
  }

  private static void check(Kernel kernel, DoubleUnaryOperator exact, Tensor x, Tensor y, int n) {
    kernel.run(y.address(), x.address(), n);
    for (int i = 0; i < n; i++) {
      float in = Memory.get(x.address(), i);
      double expected = exact.applyAsDouble(in);
      float actual = Memory.get(y.address(), i);
      boolean right =
          Double.isNaN(expected)
              ? Float.isNaN(actual)
              : Math.abs(expected - actual) <= 2e-7 && Math.abs(actual) <= 1;
      if (!right) {
        fail("f(%s): expected %s, actual %s".formatted(in, expected, actual));
      }
    }
  }

  /** Softmax of a row whose other element, 0, is the greatest shows the exponential by itself. */
  @Test
  void exponentialIsWithin2em7RelativelyAndUnderflowsToZero() {
    int n = 1 << 16;
    try (Tensor x = Tensor.allocate(n)) {
      for (int i = 0; i < n; i++) {
        Memory.set(x.address(), i, -120f * i / n);
      }
      var in = x.toArray();
      kernels.softmax(x.address(), 1, n);
      double scale = x.get(0);
      for (int i = 0; i < n; i++) {
        double expected = StrictMath.exp(in[i]);
        // A ratio of three roundings: of 1, of the element and of the product.
        double bound = in[i] > -70 ? 4e-7 * expected : 1e-30;
        double actual = x.get(i) / scale;
        assertTrue(
            Math.abs(expected - actual) <= bound,
            () -> "exp: expected " + expected + ", actual " + actual);
      }
      assertEquals(0, x.get(n - 1));
    }
  }

  @Test
  void reluAndItsGradientTreatSpecialValuesAsTheReferenceDoes() {
    var scalar = new ScalarKernels();
    int n = SPECIAL.length;
    try (Tensor x = Tensor.of(SPECIAL, n);
        Tensor expected = Tensor.allocate(n);
        Tensor actual = Tensor.allocate(n)) {
      scalar.relu(expected.address(), x.address(), n);
      kernels.relu(actual.address(), x.address(), n);
      assertSame(expected, actual, "relu");
      scalar.reluBackward(expected.address(), x.address(), x.address(), n);
      kernels.reluBackward(actual.address(), x.address(), x.address(), n);
      assertSame(expected, actual, "reluBackward");
      scalar.rnnBackward(expected.address(), x.address(), x.address(), true, 1, n);
      kernels.rnnBackward(actual.address(), x.address(), x.address(), true, 1, n);
      assertSame(expected, actual, "rnnBackward");
      expected.copyFrom(x);
      actual.copyFrom(x);
      scalar.clamp(expected.address(), 1.5f, n);
      kernels.clamp(actual.address(), 1.5f, n);
      assertSame(expected, actual, "clamp");
    }
  }

  /** The same bits, but that one NaN is as good as another. */
  private static void assertSame(Tensor expected, Tensor actual, String kernel) {
    for (int i = 0; i < SPECIAL.length; i++) {
      int at = i;
      assertEquals(
          Float.floatToIntBits(expected.get(i)),
          Float.floatToIntBits(actual.get(i)),
          () -> kernel + " of " + SPECIAL[at] + ": " + expected.get(at) + ", " + actual.get(at));
    }
  }
}
