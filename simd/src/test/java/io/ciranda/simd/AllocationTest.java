package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Kernels;
import io.ciranda.testing.Garbage;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compiled kernels make no garbage. Where one does, C2 has given up on its vectors and it is
 * several times slower, although right.
 */
class AllocationTest {
  private static final int CALLS = 1000;

  /** Far below one vector object a call. */
  private static final long LIMIT = 16 * CALLS;

  private final Kernels kernels = new SimdProvider().kernels();

  static List<Case> cases() {
    return Case.all(331);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void compiledCodeDoesNotAllocate(Case kernel) {
    try (var memory = new CaseMemory(kernel, 331)) {
      long least =
          Garbage.leastOfThisThread(
              () -> {
                memory.reset();
                for (int call = 0; call < CALLS; call++) {
                  memory.run(kernels);
                }
              },
              LIMIT);
      assertTrue(least <= LIMIT, kernel + ": " + least / CALLS + " bytes a call");
    }
  }
}
