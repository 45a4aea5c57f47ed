package io.ciranda.kernel;

import java.util.Locale;

/** How the weights of a product are stored. Sums and all other values are float32 in any case. */
public enum Precision {
  /** float32: as trained. */
  F32,
  /**
   * bfloat16, the upper half of a float32, rounded to the nearest, ties to even: half the memory,
   * three significant digits.
   */
  BF16,
  /**
   * Eight bits and a scale for each column of B, which is a row of PyTorch's weight matrix: {@code
   * b = scale * q}, {@code q} in [-127, 127], {@code scale = max |b| / 127}. A quarter of the
   * memory.
   */
  INT8;

  /** The name in options: {@code f32}, {@code bf16}, {@code int8}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a weight takes, an int8's share in its scale aside. */
  public int bytes() {
    return switch (this) {
      case F32 -> 4;
      case BF16 -> 2;
      case INT8 -> 1;
    };
  }

  /**
   * The precision of that label.
   *
   * @throws IllegalArgumentException listing the labels there are
   */
  public static Precision of(String label) {
    for (Precision precision : values()) {
      if (precision.label().equals(label)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "precision: expected f32, bf16 or int8, actual '" + label + "'");
  }

  /** The bits of the bfloat16 nearest to {@code x}; NaN stays NaN. */
  public static int toBf16(float x) {
    int bits = Float.floatToIntBits(x);
    if (Float.isNaN(x)) {
      return bits >>> 16;
    }
    return (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
  }

  /** {@code x / scale}, rounded to the nearest integer in [-127, 127]; 0 for a scale of 0. */
  public static byte toInt8(float x, float scale) {
    return scale == 0 ? 0 : (byte) Math.clamp((long) Math.rint(x / scale), -127, 127);
  }

  /** The scale of a column of INT8 whose greatest magnitude is {@code max}. */
  public static float scale(float max) {
    return max / 127;
  }
}
