package io.ciranda.simd;

import io.ciranda.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this JVM and the access to memory by it. Everything here is {@code static
 * final}: C2 compiles a species into an instruction only if it is a constant.
 */
final class Lanes {
  static final VectorSpecies<Float> F = floats(Width.chosen());
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

  /** Lanes of a vector. */
  static final int VL = F.length();

  /** Bytes of a vector. */
  static final long BYTES = 4L * VL;

  private Lanes() {}

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
    v.intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder());
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    v.intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder(), mask);
  }

  static FloatVector fill(float x) {
    return FloatVector.broadcast(F, x);
  }

  /** {@code 1 - v}. */
  static FloatVector oneMinus(FloatVector v) {
    return fill(1f).sub(v);
  }
}
