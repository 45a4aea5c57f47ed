package io.ciranda.kernel;

import io.ciranda.blas.Blas;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Who does the arithmetic in this JVM. {@link #best} chooses once, from top to bottom:
 *
 * <ol>
 *   <li>the kernels that the property {@code ciranda.kernels} names ({@code scalar}, {@code simd});
 *       if they cannot run, that is an error, never a silent fallback;
 *   <li>the Vector API kernels, where the {@code simd} module is on the path and does not refuse;
 *   <li>the scalar reference.
 * </ol>
 *
 * OpenBLAS, where it is found, does the large products beside any of them.
 */
public final class Backend {
  /** Names the kernels to use: {@code auto} (the default), {@code scalar} or {@code simd}. */
  public static final String KERNELS_PROPERTY = "ciranda.kernels";

  private static final System.Logger LOG = System.getLogger(Backend.class.getName());

  private static Backend best;

  private final Kernels kernels;
  private final MatMul matMul;
  private final Precision precision;
  private final List<String> advice;

  private Backend(Kernels kernels, MatMul matMul, Precision precision, List<String> advice) {
    this.kernels = kernels;
    this.matMul = matMul;
    this.precision = precision;
    this.advice = List.copyOf(advice);
  }

  private Backend(Kernels kernels, boolean blas, List<String> advice) {
    this(kernels, new MatMul(kernels, blas), Precision.F32, advice);
  }

  /**
   * The best that this JVM can do, chosen at the first call and logged once.
   *
   * @throws IllegalStateException if the property asks for kernels that cannot run here
   */
  public static synchronized Backend best() {
    if (best == null) {
      best = choose(System.getProperty(KERNELS_PROPERTY, "auto"));
    }
    return best;
  }

  /**
   * The given kernels, with OpenBLAS for large products or without it; for tests and comparisons.
   */
  public static Backend of(Kernels kernels, boolean blas) {
    return new Backend(kernels, blas, List.of());
  }

  /** The kernels. */
  public Kernels kernels() {
    return kernels;
  }

  /** General matrix products. */
  public MatMul matMul() {
    return matMul;
  }

  /** The same, with the weights of {@link #packed} in that precision; for inference. */
  public Backend withPrecision(Precision weights) {
    return new Backend(kernels, matMul, weights, advice);
  }

  /** Memory for weights {@code [k][n]} that many products take. */
  public PackedMatrix packed(int k, int n) {
    return new PackedMatrix(kernels, precision, k, n);
  }

  /** For each thing that could be faster in this JVM, one line saying what to type. */
  public List<String> advice() {
    return advice;
  }

  @Override
  public String toString() {
    return kernels.name() + " kernels, " + matMul;
  }

  static Backend choose(String wanted) {
    var advice = new ArrayList<String>();
    Kernels kernels = chooseKernels(wanted, advice);
    boolean blas = Blas.isAvailable();
    if (!blas) {
      advice.add(
          "no OpenBLAS, its products run on " + kernels.name() + " kernels: " + Blas.diagnostics());
    }
    var backend = new Backend(kernels, blas, advice);
    LOG.log(System.Logger.Level.DEBUG, "backend: {0}", backend);
    advice.forEach(line -> LOG.log(System.Logger.Level.WARNING, line));
    return backend;
  }

  private static Kernels chooseKernels(String wanted, List<String> advice) {
    if (wanted.equals("scalar")) {
      return new ScalarKernels();
    }
    for (KernelProvider provider :
        ServiceLoader.load(KernelProvider.class, Backend.class.getClassLoader())) {
      if (!wanted.equals("auto") && !wanted.equals(provider.name())) {
        continue;
      }
      Optional<String> refusal = provider.refusal();
      if (refusal.isEmpty()) {
        return provider.kernels();
      }
      if (!wanted.equals("auto")) {
        throw new IllegalStateException(
            "-D%s=%s: %s".formatted(KERNELS_PROPERTY, wanted, refusal.get()));
      }
      advice.add("no " + provider.name() + " kernels, slower scalar ones run: " + refusal.get());
    }
    if (wanted.equals("auto") && advice.isEmpty()) {
      advice.add(
          "no simd kernels, slower scalar ones run: add the module io.ciranda:simd to the class or module path");
    }
    if (!wanted.equals("auto")) {
      throw new IllegalStateException(
          "-D%s=%s: expected auto, scalar, or a provider on the class path (simd comes with io.ciranda:simd)"
              .formatted(KERNELS_PROPERTY, wanted));
    }
    return new ScalarKernels();
  }
}
