package io.ciranda.kernel;

import java.util.Optional;

/** Offers an implementation of {@link Kernels} to {@link java.util.ServiceLoader}. */
public interface KernelProvider {
  /** The name by which the property {@code ciranda.kernels} asks for it, such as {@code simd}. */
  String name();

  /**
   * Why these kernels cannot run in this JVM and what to type so that they can; empty if they can.
   */
  Optional<String> refusal();

  /** The kernels; called only where {@link #refusal} is empty. */
  Kernels kernels();
}
