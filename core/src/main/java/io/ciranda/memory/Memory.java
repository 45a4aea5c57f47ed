package io.ciranda.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Raw memory by address. For kernels, whose callers have checked sizes and lifetimes; nothing here
 * checks anything.
 */
public final class Memory {
  /** The whole address space as one segment: an offset into it is an address. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  /** Float number {@code i} of the array that starts at {@code address}. */
  public static float get(long address, long i) {
    return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address + (i << 2));
  }

  /** Sets float number {@code i} of the array that starts at {@code address}. */
  public static void set(long address, long i, float value) {
    ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address + (i << 2), value);
  }

  /** Int number {@code i} of the array that starts at {@code address}. */
  public static int getInt(long address, long i) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address + (i << 2));
  }

  /** Sets int number {@code i} of the array that starts at {@code address}. */
  public static void setInt(long address, long i, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address + (i << 2), value);
  }

  /** Short number {@code i} of the array that starts at {@code address}. */
  public static short getShort(long address, long i) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address + (i << 1));
  }

  /** Sets short number {@code i} of the array that starts at {@code address}. */
  public static void setShort(long address, long i, short value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address + (i << 1), value);
  }

  /** Byte number {@code i} of the array that starts at {@code address}. */
  public static byte getByte(long address, long i) {
    return ALL.get(ValueLayout.JAVA_BYTE, address + i);
  }

  /** Sets byte number {@code i} of the array that starts at {@code address}. */
  public static void setByte(long address, long i, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address + i, value);
  }

  /** Copies {@code floats} floats; the two ranges may not overlap. */
  public static void copy(long to, long from, long floats) {
    MemorySegment.copy(ALL, from, ALL, to, floats << 2);
  }

  /** Sets {@code floats} floats to zero. */
  public static void zero(long address, long floats) {
    ALL.asSlice(address, floats << 2).fill((byte) 0);
  }
}
