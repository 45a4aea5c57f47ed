package io.ciranda.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PrecisionTest {

  @Test
  void bf16IsTheNearestUpperHalf() {
    var random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(x) < 3.38e38f) { // beyond it the nearest is infinite
        int below = Float.floatToRawIntBits(x) >>> 16;
        double distance = Math.abs((double) x - value(Precision.toBf16(x)));
        assertTrue(distance <= Math.abs((double) x - value(below)), "floor of " + x);
        assertTrue(distance <= Math.abs((double) x - value(below + 1)), "ceiling of " + x);
      }
    }
  }

  @Test
  void bf16RoundsTiesToEvenAndKeepsWhatIsSpecial() {
    assertEquals(0x3f80, Precision.toBf16(Float.intBitsToFloat(0x3f80_8000)));
    assertEquals(0x3f82, Precision.toBf16(Float.intBitsToFloat(0x3f81_8000)));
    assertEquals(Float.NEGATIVE_INFINITY, value(Precision.toBf16(Float.NEGATIVE_INFINITY)));
    assertTrue(Float.isNaN(value(Precision.toBf16(Float.NaN))));
    assertEquals(0x8000, Precision.toBf16(-0f));
  }

  @Test
  void int8ReachesBothEndsAndIsZeroWithoutAScale() {
    float scale = Precision.scale(2.54f);
    assertEquals(127, Precision.toInt8(2.54f, scale));
    assertEquals(-127, Precision.toInt8(-2.54f, scale));
    assertEquals(50, Precision.toInt8(1, scale));
    assertEquals(0, Precision.toInt8(0, Precision.scale(0)));
  }

  @Test
  void labels() {
    assertEquals(Precision.BF16, Precision.of("bf16"));
    assertEquals(
        "precision: expected f32, bf16 or int8, actual 'f16'",
        assertThrows(IllegalArgumentException.class, () -> Precision.of("f16")).getMessage());
  }

  private static float value(int bf16) {
    return Float.intBitsToFloat(bf16 << 16);
  }
}
