package io.ciranda.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WidthTest {

  @ParameterizedTest
  @CsvSource({"128,128", "256,256", "512,512", "1024,512"})
  void withoutThePropertyItIsThePreferredOneUpTo512(int preferred, int expected) {
    assertEquals(expected, Width.choose(null, preferred));
  }

  @ParameterizedTest
  @CsvSource({"128,512,128", "256,256,256", "512,2048,512"})
  void thePropertyNarrowsIt(String property, int preferred, int expected) {
    assertEquals(expected, Width.choose(property, preferred));
  }

  @ParameterizedTest
  @CsvSource({"512,256,'[128, 256]'", "64,512,'[128, 256, 512]'", "wide,128,[128]", "'',128,[128]"})
  void anImpossibleWidthIsAnErrorThatSaysWhatIsPossible(
      String property, int preferred, String possible) {
    var e = assertThrows(IllegalArgumentException.class, () -> Width.choose(property, preferred));
    assertEquals(
        "expected -Dciranda.simd.width to be one of %s on this CPU, actual \"%s\""
            .formatted(possible, property),
        e.getMessage());
  }

  @Test
  void aCpuWithNarrowVectorsOnlyIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Width.choose(null, 64));
  }
}
