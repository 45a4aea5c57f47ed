package io.ciranda.simd;

import io.ciranda.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this JVM and the access to memory by it. Everything here is {@code static
 * final}: C2 compiles a species into an instruction only if it is a constant.
 *
 * <p>A loop takes the mask of each block from {@link #mask} and hands it to {@link #load} and {@link
 * #store}: null for a whole block, which then needs no masked instruction. So the last, shorter
 * block runs the same lines as all others.
 */
final class Lanes {
  static final VectorSpecies<Float> F = floats(Width.chosen());
  static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, F.vectorShape());

  /** Lanes of a vector. */
  static final int VL = F.length();

  /** Bytes of a vector. */
  static final long BYTES = 4L * VL;

  /** Entry i has the first i lanes set. From a table, since a mask made anew for a call is garbage. */
  private static final VectorMask<Float>[] FIRST = firstLanes();

  private static final VectorShuffle<Float> ROTATE_8 = VectorShuffle.iota(F, 8 % VL, 1, true);
  private static final VectorShuffle<Float> ROTATE_4 = VectorShuffle.iota(F, 4 % VL, 1, true);
  private static final VectorShuffle<Float> ROTATE_2 = VectorShuffle.iota(F, 2, 1, true);
  private static final VectorShuffle<Float> ROTATE_1 = VectorShuffle.iota(F, 1, 1, true);

  private Lanes() {}

  private static VectorSpecies<Float> floats(int bits) {
    return switch (bits) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      default -> FloatVector.SPECIES_512;
    };
  }

  @SuppressWarnings("unchecked") // Java makes no arrays of a generic type.
  private static VectorMask<Float>[] firstLanes() {
    var masks = (VectorMask<Float>[]) new VectorMask<?>[VL];
    for (int i = 0; i < VL; i++) {
      masks[i] = F.indexInRange(0, i);
    }
    return masks;
  }

  /** The mask of a block of which {@code left} elements remain: null if that fills a vector. */
  static VectorMask<Float> mask(long left) {
    return left >= VL ? null : FIRST[(int) left];
  }

  static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(F, Memory.ALL, address, ByteOrder.nativeOrder());
  }

  /** Lanes outside the mask are 0. */
  static FloatVector load(long address, VectorMask<Float> mask) {
    return mask == null
        ? load(address)
        : FloatVector.fromMemorySegment(F, Memory.ALL, address, ByteOrder.nativeOrder(), mask);
  }

  static void store(FloatVector v, long address) {
    v.intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder());
  }

  static void store(FloatVector v, long address, VectorMask<Float> mask) {
    if (mask == null) {
      store(v, address);
    } else {
      v.intoMemorySegment(Memory.ALL, address, ByteOrder.nativeOrder(), mask);
    }
  }

  /** {@code v} with {@code other} in the lanes outside the mask. */
  static FloatVector orElse(FloatVector v, VectorMask<Float> mask, float other) {
    return mask == null ? v : fill(other).blend(v, mask);
  }

  static FloatVector fill(float x) {
    return FloatVector.broadcast(F, x);
  }

  static IntVector fill(int x) {
    return IntVector.broadcast(I, x);
  }

  /** {@code 1 - v}. */
  static FloatVector oneMinus(FloatVector v) {
    return fill(1f).sub(v);
  }

  /** The sum of the lanes, in an order that is written here and not left to the compiler. */
  static float sum(FloatVector v) {
    FloatVector s = v;
    if (VL > 8) {
      s = s.add(s.rearrange(ROTATE_8));
    }
    if (VL > 4) {
      s = s.add(s.rearrange(ROTATE_4));
    }
    s = s.add(s.rearrange(ROTATE_2));
    return s.add(s.rearrange(ROTATE_1)).lane(0);
  }
}
