package io.ciranda.samples.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.samples.cli.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitTest {

  @Test
  void partsAreContiguousAndComplete() {
    String text = "0123456789".repeat(10);
    Split split = Split.of(text, new Split.Fractions(0.8, 0.1));
    assertEquals(text.substring(0, 80), split.train());
    assertEquals(text.substring(80, 90), split.valid());
    assertEquals(text.substring(90), split.test());
  }

  @Test
  void eachPieceIsCutByItself() {
    var fractions = new Split.Fractions(0.5, 0.25, 2);
    Split split = Split.of("abcdefgh", fractions);
    assertEquals("abef", split.train());
    assertEquals("cg", split.valid());
    assertEquals("dh", split.test());
    assertEquals(new Split.Range(7, 8), fractions.cut("abcdefgh").get(1).test());
    assertThrows(IllegalArgumentException.class, () -> new Split.Fractions(0.5, 0.25, 0));
  }

  @Test
  void thePartsOfManyPiecesAreTheWhole() {
    for (int length = 1; length < 300; length++) {
      String text = "x".repeat(length);
      for (int pieces = 1; pieces <= length; pieces += 7) {
        // A sum that rounding has made more than 1 still counts as 1.
        Split split = Split.of(text, new Split.Fractions(0.9, 0.1 + 9e-10, pieces));
        assertEquals(
            length,
            split.train().length() + split.valid().length() + split.test().length(),
            pieces + " pieces");
      }
    }
    assertThrows(
        UserException.class, () -> Split.of("abc", new Split.Fractions(0.9, 0.1, 2_000_000_000)));
  }

  @Test
  void nothingIsLeftWhereTheFractionsAddUpToOne() {
    Split split = Split.of("x".repeat(1003), new Split.Fractions(0.9, 1 - 0.9));
    assertEquals(903, split.train().length());
    assertEquals(100, split.valid().length());
    assertEquals("", split.test());
  }

  @Test
  void aSurrogatePairStaysWhole() {
    Split split =
        Split.of("🎶🎶🎶", new Split.Fractions(0.5, 0.5)); // the middle is inside the second pair
    assertEquals("🎶🎶", split.train());
    assertEquals("🎶", split.valid());
  }

  @ParameterizedTest
  @CsvSource({"0,0.1", "0.9,0", "0.9,0.2", "-0.5,0.5", "NaN,0.1"})
  void fractionsMustMakeSense(double train, double valid) {
    assertThrows(IllegalArgumentException.class, () -> new Split.Fractions(train, valid));
  }
}
