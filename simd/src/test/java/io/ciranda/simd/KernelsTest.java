package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.ScalarKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kernel against the scalar reference, over sizes that leave every kind of rest. */
class KernelsTest {
  private final Kernels simd = new SimdProvider().kernels();
  private final Kernels scalar = new ScalarKernels();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 13, 16, 17, 25, 31, 33, 64, 100, 207, 256, 300, 500, 1023})
  void agreeWithTheReference(int n) {
    for (Case kernel : Case.all(n)) {
      try (var expected = new CaseMemory(kernel, n);
          var actual = new CaseMemory(kernel, n)) {
        double expectedResult = expected.run(scalar);
        double actualResult = actual.run(simd);
        assertEquals(
            expectedResult,
            actualResult,
            kernel.tolerance() * (1 + Math.abs(expectedResult)),
            () -> kernel + ", result");
        for (int array = 0; array < actual.arrays(); array++) {
          compare(kernel, array, expected, actual);
        }
        actual.requireGuards();
      }
    }
  }

  private static void compare(Case kernel, int array, CaseMemory expected, CaseMemory actual) {
    for (int i = 0; i < kernel.arrays().get(array).length(); i++) {
      float e = expected.get(array, i);
      float a = actual.get(array, i);
      boolean same = Float.floatToIntBits(e) == Float.floatToIntBits(a);
      if (!same && !(Math.abs(e - a) <= kernel.tolerance() * (1 + Math.abs(e)))) {
        fail("%s: array %d, element %d: expected %s, actual %s".formatted(kernel, array, i, e, a));
      }
    }
  }
}
