package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.kernel.Kernels;
import io.ciranda.testing.ChildJvm;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The interpreter, which runs the Vector API's Java code, and C2, which runs instructions, agree.
 */
class BitsTest {

  @Test
  void interpretedAndCompiledBitsAreEqual() throws IOException, InterruptedException {
    String interpreted = new ChildJvm().option("-Xint").run(Digest.class, "1").out();
    String compiled = new ChildJvm().option("-Xbatch").run(Digest.class, "12000").out();
    assertEquals(interpreted, compiled);
  }

  /** Prints a hash of what each kernel leaves behind. */
  static final class Digest {
    private Digest() {}

    /** Calls each kernel {@code args[0]} times; the last one counts. */
    public static void main(String[] args) {
      int calls = Integer.parseInt(args[0]);
      Kernels kernels = new SimdProvider().kernels();
      for (int n : new int[] {37, 100}) {
        for (Case kernel : Case.all(n)) {
          try (var memory = new CaseMemory(kernel, n)) {
            double result = 0;
            for (int call = 0; call < calls; call++) {
              memory.reset();
              result = memory.run(kernels);
            }
            System.out.printf("%s %d %s %08x%n", kernel, n, result, memory.hash());
          }
        }
      }
    }
  }
}
