package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Main class of a child JVM: one small product, or what to say without OpenBLAS. */
final class Multiply {
  static final String PRODUCT = "[4.0, 5.0, 10.0, 11.0]";

  private Multiply() {}

  public static void main(String[] args) {
    System.out.println(Blas.diagnostics());
    if (!Blas.isAvailable()) {
      System.out.println("doing without");
      return;
    }
    System.out.println("BLAS threads: " + Blas.getNumThreads());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
      MemorySegment b = arena.allocateFrom(JAVA_FLOAT, 1, 0, 0, 1, 1, 1);
      MemorySegment c = arena.allocate(JAVA_FLOAT, 4);
      Blas.sgemm(false, false, 2, 2, 3, 1f, a, 3, b, 2, 0f, c, 2);
      System.out.println(Arrays.toString(c.toArray(JAVA_FLOAT)));
    }
  }
}
