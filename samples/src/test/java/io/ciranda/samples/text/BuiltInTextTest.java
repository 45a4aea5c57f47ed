package io.ciranda.samples.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class BuiltInTextTest {

  @Test
  void europarlIsAMegabyteOfEnglish() throws IOException {
    String text = BuiltInText.europarlEnglish().text();
    assertEquals(1269, text.lines().count());
    assertEquals(1_273_546, text.length());
    assertTrue(text.startsWith("be able to do what the individual countries cannot do"));
    // Frequent words of the nearest other languages.
    for (String foreign : new String[] {" het ", " og ", " que ", " nicht ", " och ", " della "}) {
      int count = text.split(foreign, -1).length - 1;
      assertTrue(count <= 3, foreign + "stands there " + count + " times");
    }
    assertFalse(text.contains("\t"));
  }

  @Test
  void isTheSameEachTime() throws IOException {
    assertEquals(BuiltInText.europarlEnglish(), BuiltInText.europarlEnglish());
  }
}
