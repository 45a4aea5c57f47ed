package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.ciranda.kernel.Kernels;
import java.lang.management.ManagementFactory;
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

  /** Enough for C2 on a loaded machine; most kernels are done after 10. */
  private static final int ROUNDS = 300;

  private final Kernels kernels = new SimdProvider().kernels();
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static List<Case> cases() {
    return Case.all(331);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void compiledCodeDoesNotAllocate(Case kernel) {
    try (var memory = new CaseMemory(kernel, 331)) {
      long least = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS && least > LIMIT; round++) {
        memory.reset();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int call = 0; call < CALLS; call++) {
          memory.run(kernels);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertTrue(least <= LIMIT, kernel + ": " + least / CALLS + " bytes a call");
    }
  }
}
