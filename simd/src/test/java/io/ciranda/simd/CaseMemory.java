package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.kernel.Kernels;
import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * The arrays of one {@link Case} in off-heap memory, each between two zones of NaN: one read beyond
 * an array spoils a result, one write beyond it is found.
 */
final class CaseMemory implements AutoCloseable {
  private static final int GUARD = 64;
  private static final int GUARD_BITS = 0x7fc1_2345;

  private final Case kernel;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory;
  private final byte[] start;
  private final long[] addresses;

  /** With the same content for the same {@code limit}, the number of classes that targets name. */
  CaseMemory(Case kernel, int limit) {
    this.kernel = kernel;
    var arrays = kernel.arrays();
    int total = GUARD + arrays.stream().mapToInt(array -> array.length() + GUARD).sum();
    memory = arena.allocate(4L * total, 64);
    addresses = new long[arrays.size()];
    var random = new Random(limit);
    int at = 0;
    for (int i = 0; i < addresses.length; i++) {
      at = guard(at);
      addresses[i] = memory.address() + 4L * at;
      for (int j = 0; j < arrays.get(i).length(); j++) {
        setBits(at++, arrays.get(i).draw(random, j, limit));
      }
    }
    guard(at);
    start = memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private int guard(int at) {
    for (int i = 0; i < GUARD; i++) {
      setBits(at + i, GUARD_BITS);
    }
    return at + GUARD;
  }

  private void setBits(long at, int bits) {
    memory.setAtIndex(ValueLayout.JAVA_INT, at, bits);
  }

  /** The first content again. */
  void reset() {
    MemorySegment.copy(start, 0, memory, ValueLayout.JAVA_BYTE, 0, start.length);
  }

  double run(Kernels kernels) {
    return kernel.call().run(kernels, addresses);
  }

  /** Number of arrays. */
  int arrays() {
    return addresses.length;
  }

  float get(int array, int i) {
    return Memory.get(addresses[array], i);
  }

  /** Fails if anything was written outside the arrays. */
  void requireGuards() {
    for (int i = 0; i < addresses.length; i++) {
      int length = kernel.arrays().get(i).length();
      for (int j = 0; j < GUARD; j++) {
        String place = "%s: array %d, %d before or after it".formatted(kernel, i, j);
        assertEquals(GUARD_BITS, Memory.getInt(addresses[i], -1L - j), place);
        assertEquals(GUARD_BITS, Memory.getInt(addresses[i], (long) length + j), place);
      }
    }
  }

  /** A hash of all bits. */
  int hash() {
    return Arrays.hashCode(memory.toArray(ValueLayout.JAVA_INT));
  }

  @Override
  public void close() {
    arena.close();
  }
}
