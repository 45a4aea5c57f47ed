package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import org.junit.jupiter.api.Test;

/** Each run of the tests says on which kernels it ran; without this, one could pass on others. */
class ChosenKernelsCheck {

  @Test
  void theTestsRunOnTheKernelsThatTheBuildNames() {
    String expected = System.getProperty("ciranda.test.kernels", "none named by the build");
    String actual = Backend.best().kernels().name();
    assertTrue(actual.startsWith(expected), () -> "expected " + expected + ", actual " + actual);
  }
}
