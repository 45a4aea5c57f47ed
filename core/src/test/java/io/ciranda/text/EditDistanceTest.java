package io.ciranda.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "'', abc, 3",
    "abc, abc, 0",
    "abc, axc, 1",
    "abc, ac, 1",
    "abc, xabc, 1",
    "kitten, sitting, 3",
    "saturday, sunday, 3",
    "ab, ba, 2",
    "abcdef, bcdefa, 2"
  })
  void isTheFewestEditsBothWays(String a, String b, int edits) {
    assertEquals(edits, EditDistance.of(letters(a), letters(b)));
    assertEquals(edits, EditDistance.of(letters(b), letters(a)));
  }

  private static List<Integer> letters(String text) {
    return text.chars().boxed().toList();
  }
}
