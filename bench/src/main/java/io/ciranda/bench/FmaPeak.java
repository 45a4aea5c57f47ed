package io.ciranda.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What the multiply-add units of one core can do when nothing else is in their way. */
final class FmaPeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Independent sums: more than latency times units (4 or 5 times 2) on the CPUs of the day. */
  private static final int CHAINS = 12;

  private static final int ROUNDS = 50_000;
  private static final int SAMPLES = 20;

  private FmaPeak() {}

  /** The best of some short samples. */
  static double gigaflops() {
    double best = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      long start = System.nanoTime();
      float sum = chains(ROUNDS);
      long nanos = System.nanoTime() - start;
      if (!Float.isFinite(sum)) {
        throw new IllegalStateException("expected a finite sum, actual " + sum);
      }
      best = Math.max(best, 2.0 * CHAINS * SPECIES.length() * ROUNDS / nanos);
    }
    return best;
  }

  private static float chains(int rounds) {
    FloatVector scale = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector x = FloatVector.broadcast(SPECIES, 1e-3f * rounds);
    FloatVector s0 = x;
    FloatVector s1 = x.add(1f);
    FloatVector s2 = x.add(2f);
    FloatVector s3 = x.add(3f);
    FloatVector s4 = x.add(4f);
    FloatVector s5 = x.add(5f);
    FloatVector s6 = x.add(6f);
    FloatVector s7 = x.add(7f);
    FloatVector s8 = x.add(8f);
    FloatVector s9 = x.add(9f);
    FloatVector s10 = x.add(10f);
    FloatVector s11 = x.add(11f);
    for (int i = 0; i < rounds; i++) {
      s0 = s0.fma(scale, x);
      s1 = s1.fma(scale, x);
      s2 = s2.fma(scale, x);
      s3 = s3.fma(scale, x);
      s4 = s4.fma(scale, x);
      s5 = s5.fma(scale, x);
      s6 = s6.fma(scale, x);
      s7 = s7.fma(scale, x);
      s8 = s8.fma(scale, x);
      s9 = s9.fma(scale, x);
      s10 = s10.fma(scale, x);
      s11 = s11.fma(scale, x);
    }
    FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
    return low.add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).lane(0);
  }
}
