package io.ciranda.simd;

import static io.ciranda.memory.Memory.ALL;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.F;
import static io.ciranda.simd.Lanes.VL;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * Runs loops that know whole vectors only over arrays of any length. The last elements of the
 * arrays are copied to a scratch area of the thread, where the same loop treats them as one whole
 * vector: so every formula stands once, without masks, which some CPUs lack and others charge for.
 *
 * <p>All loops are called from here through an interface, and their callers keep them in fields
 * that are not final. That is on purpose: C2 cannot tell which of many loops is meant and so
 * compiles each by itself. Inlined into a caller, two of them together would be more than it can
 * dissolve the vectors of (see the package's page).
 */
final class Loops {
  /** Vectors in the scratch area: the last elements of five arrays, and the lanes of four sums. */
  private static final int VECTORS = 9;

  private static final int CONSTANTS = 16;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private Loops() {}

  /**
   * A loop over {@code n} elements of up to five arrays, outputs first; n is a multiple of VL.
   *
   * <p>{@code f} is not an array of n elements but an address that the loop and its caller agree
   * on.
   */
  interface Loop {
    void run(long a, long b, long c, long d, long e, long f, float s, long n);
  }

  /** Lives as long as its thread: the arena frees the memory with the last reference to it. */
  private static final class Scratch {
    private final MemorySegment memory =
        Arena.ofAuto().allocate(VECTORS * BYTES + 4 * CONSTANTS, BYTES);
    final long address = memory.address();
  }

  /** Room for the lanes of four sums. */
  static long lanes() {
    return SCRATCH.get().address + 5 * BYTES;
  }

  /** Room for sixteen constants, floats or ints. */
  static long constants() {
    return SCRATCH.get().address + VECTORS * BYTES;
  }

  static void run(Loop loop, int outputs, long a, long b, long n) {
    run(loop, outputs, a, b, 0, 0, 0, 0, 0, 0, n);
  }

  static void run(Loop loop, int outputs, long a, long b, long c, long n) {
    run(loop, outputs, a, b, c, 0, 0, 0, 0, 0, n);
  }

  static void run(Loop loop, int outputs, long a, long b, long c, long d, long e, long n) {
    run(loop, outputs, a, b, c, d, e, 0, 0, 0, n);
  }

  /**
   * Runs {@code loop} over n elements of the arrays a to e, 0 for none.
   *
   * @param outputs how many of the arrays, from the first, the loop writes
   * @param pad what fills up the last vector of each array
   */
  static void run(
      Loop loop,
      int outputs,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      float s,
      float pad,
      long n) {
    long whole = n & -VL;
    if (whole > 0) {
      loop.run(a, b, c, d, e, f, s, whole);
    }
    if (whole < n) {
      int left = (int) (n - whole);
      long from = 4 * whole;
      long rest = SCRATCH.get().address;
      in(rest, a, from, left, pad);
      in(rest + BYTES, b, from, left, pad);
      in(rest + 2 * BYTES, c, from, left, pad);
      in(rest + 3 * BYTES, d, from, left, pad);
      in(rest + 4 * BYTES, e, from, left, pad);
      loop.run(rest, rest + BYTES, rest + 2 * BYTES, rest + 3 * BYTES, rest + 4 * BYTES, f, s, VL);
      out(rest, a, from, outputs > 0 ? left : 0);
      out(rest + BYTES, b, from, outputs > 1 ? left : 0);
      out(rest + 2 * BYTES, c, from, outputs > 2 ? left : 0);
    }
  }

  // The copies are masked where vectors are wide. NEON, which has 128 bits, has no masks; three
  // elements at most need none. The Vector API is called directly here: a method of ours may not be
  // inlined where these are inlined into a large method.

  private static void in(long rest, long array, long from, int left, float pad) {
    if (array == 0) {
      return;
    }
    if (VL == 4) {
      for (int i = 0; i < VL; i++) {
        Memory.set(rest, i, i < left ? Memory.get(array + from, i) : pad);
      }
    } else {
      var mask = F.indexInRange(0, left);
      FloatVector.broadcast(F, pad)
          .blend(fromMemorySegment(F, ALL, array + from, ByteOrder.nativeOrder(), mask), mask)
          .intoMemorySegment(ALL, rest, ByteOrder.nativeOrder());
    }
  }

  private static void out(long rest, long array, long from, int left) {
    if (array == 0 || left == 0) {
      return;
    }
    if (VL == 4) {
      for (int i = 0; i < left; i++) {
        Memory.set(array + from, i, Memory.get(rest, i));
      }
    } else {
      fromMemorySegment(F, ALL, rest, ByteOrder.nativeOrder())
          .intoMemorySegment(ALL, array + from, ByteOrder.nativeOrder(), F.indexInRange(0, left));
    }
  }
}
