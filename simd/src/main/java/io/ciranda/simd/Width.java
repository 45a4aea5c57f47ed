package io.ciranda.simd;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/** How many bits a vector has: what the CPU prefers, at most 512, or what the property says. */
final class Width {
  static final String PROPERTY = "ciranda.simd.width";

  private static final List<Integer> POSSIBLE = List.of(128, 256, 512);

  private Width() {}

  /**
   * The width in bits.
   *
   * @throws IllegalArgumentException if the property names none that this CPU has
   */
  static int chosen() {
    return choose(System.getProperty(PROPERTY), FloatVector.SPECIES_PREFERRED.vectorBitSize());
  }

  /** As {@link #chosen}, for a value of the property and the width that the CPU prefers. */
  static int choose(String property, int preferred) {
    var possible = POSSIBLE.stream().filter(bits -> bits <= preferred).toList();
    if (possible.isEmpty()) {
      throw new IllegalArgumentException(
          "the Vector API prefers vectors of %d bits on this CPU, the kernels need 128 at least"
              .formatted(preferred));
    }
    if (property == null) {
      return possible.getLast();
    }
    return possible.stream()
        .filter(bits -> property.equals(bits.toString()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected -D%s to be one of %s on this CPU, actual \"%s\""
                        .formatted(PROPERTY, possible, property)));
  }
}
