package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Precision;
import io.ciranda.testing.Garbage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Apart from {@link NarrowGemmTest}: where a JVM has first multiplied matrices of no or one row of
 * B, C2 once in some dozens of JVMs compiles the products with vectors as objects, and does not
 * come back to them. A JVM that begins with the shapes of a model was never seen to do so.
 */
class NarrowGemmAllocationTest {

  @ParameterizedTest
  @EnumSource(names = {"BF16", "INT8"})
  void compiledProductsDoNotAllocate(Precision precision) {
    try (var product =
        new NarrowGemmTest.Product(new VectorKernels(), precision, 7, 2 * Gemm.PANEL, 40)) {
      long least =
          Garbage.leastOfThisThread(
              () -> {
                for (int call = 0; call < 1000; call++) {
                  product.run(NarrowGemmTest.Start.BIAS, 0, 7);
                }
              },
              16_000);
      assertTrue(least <= 16_000, least / 1000 + " bytes a call");
    }
  }
}
