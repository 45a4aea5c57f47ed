package io.ciranda.autograd;

import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.random.RandomGenerator;

/** Fills new weights. */
@FunctionalInterface
public interface Initializer {
  /** Fills {@code weights}, drawing what it needs from {@code random}. */
  void fill(Tensor weights, RandomGenerator random);

  /** Zeros. */
  static Initializer zeros() {
    return (w, random) -> w.zero();
  }

  /** Uniform in {@code [-bound, bound)}. */
  static Initializer uniform(double bound) {
    return (w, random) -> {
      for (long i = 0; i < w.size(); i++) {
        Memory.set(w.address(), i, (float) ((2 * random.nextDouble() - 1) * bound));
      }
    };
  }

  /** Normal with mean 0. */
  static Initializer normal(double deviation) {
    return (w, random) -> {
      for (long i = 0; i < w.size(); i++) {
        Memory.set(w.address(), i, (float) (random.nextGaussian() * deviation));
      }
    };
  }
}
