package io.ciranda.simd;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.ciranda.kernel.KernelProvider;
import io.ciranda.kernel.Kernels;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * Offers the Vector API kernels as {@code simd}. The class itself names no class of the Vector API,
 * so that it can be loaded, and say what is missing, in a JVM without it.
 */
public final class SimdProvider implements KernelProvider {

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public Optional<String> refusal() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the module jdk.incubator.vector is not there: add --add-modules jdk.incubator.vector"
              + " to the java command");
    }
    if (!hasFma()) {
      return Optional.of(
          "the JVM has no fused multiply-add (UseFMA is off): its emulation would be a thousand"
              + " times slower; remove -XX:-UseFMA, or run on a CPU that has it");
    }
    try {
      Width.chosen();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** False only where the JVM says so: others than HotSpot have no such bean or option. */
  private static boolean hasFma() {
    var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (bean == null) {
      return true;
    }
    try {
      return Boolean.parseBoolean(bean.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException _) {
      return true;
    }
  }

  @Override
  public Kernels kernels() {
    return new VectorKernels();
  }
}
