import io.ciranda.kernel.KernelProvider;
import io.ciranda.simd.SimdProvider;

/**
 * Core's kernels with the Vector API. There is nothing to call: core finds them, and a modular
 * application gets {@code jdk.incubator.vector} with them.
 */
module io.ciranda.simd {
  requires io.ciranda.core;
  requires jdk.incubator.vector;
  requires jdk.management;

  provides KernelProvider with
      SimdProvider;
}
