package io.ciranda.simd;

import io.ciranda.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this JVM and the access to memory by it. Everything here is {@code static
 * final}: C2 compiles a species into an instruction only if it is a constant.
 */
final class Lanes {
  static final VectorSpecies<Float> F = floats(Width.chosen());
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

  /**
   * The class of the vectors of {@link #F}. A vector that a loop carries is known to C2 as some
   * {@link FloatVector}, and a method called on it is compiled by the profile of that call. The
   * call stands inside the Vector API, so the profile counts all its callers: where one of them,
   * ours or not, uses vectors of another width, the compiled code handles both, and allocates each
   * vector that the loop carries. So such a vector is an argument of a call ({@code v.add(sum)},
   * not {@code sum.add(v)}), or passes {@code VECTOR.cast} first, which costs nothing.
   */
  static final Class<? extends FloatVector> VECTOR = F.vectorType().asSubclass(FloatVector.class);

  /** Lanes of a vector. */
  static final int VL = F.length();

  /** Bytes of a vector. */
  static final long BYTES = 4L * VL;

  private static final VectorShuffle<Float> BY_8 = rotation(8);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private Lanes() {}

  private static VectorShuffle<Float> rotation(int lanes) {
    return VectorShuffle.fromOp(F, lane -> (lane + lanes) % VL);
  }

  private static VectorSpecies<Float> floats(int bits) {
    return switch (bits) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      default -> FloatVector.SPECIES_512;
    };
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(F, Memory.ALL, address, ByteOrder.nativeOrder());
  }

  /** Lanes outside the mask are 0. */
  static FloatVector load(long address, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(F, Memory.ALL, address, ByteOrder.nativeOrder(), mask);
  }

  static void store(FloatVector v, long address) {
    VECTOR.cast(v).intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder());
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    VECTOR.cast(v).intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder(), mask);
  }

  static FloatVector fill(float x) {
    return FloatVector.broadcast(F, x);
  }

  /** The sum of the lanes, in a fixed order: one half is added to the other until one is left. */
  static float sum(FloatVector v) {
    FloatVector s = VECTOR.cast(v);
    if (VL > 8) {
      s = s.add(s.rearrange(BY_8));
    }
    if (VL > 4) {
      s = s.add(s.rearrange(BY_4));
    }
    s = s.add(s.rearrange(BY_2));
    return s.add(s.rearrange(BY_1)).lane(0);
  }

  /** {@code 1 - v}. */
  static FloatVector oneMinus(FloatVector v) {
    return fill(1f).sub(v);
  }
}
