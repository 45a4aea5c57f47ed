package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a sequence is, and what none is. */
class SequenceTest {

  private static void assertRefused(String message, Executable factory) {
    var e = assertThrows(IllegalArgumentException.class, factory);
    assertEquals(message, e.getMessage());
  }

  @Test
  void numbersAndSymbolsInAnyCombination() {
    assertEquals(
        "sequence of 2 steps with 2 numbers and 0 symbols",
        Sequence.of(new float[][] {{1, 2}, {3, 4}}).toString());
    assertEquals(
        "sequence of 3 steps with 0 numbers and 1 symbols (ids)",
        Sequence.ofSymbols(5, -1, 5).toString());
    Sequence both =
        Sequence.of(new float[] {1, 2, 3}, 1)
            .withSymbols(new String[][] {{"a", "x"}, {"b", "x"}, {"c", "y"}});
    assertEquals("sequence of 3 steps with 1 numbers and 2 symbols (names)", both.toString());
    Sequence slice = both.slice(1, 3);
    assertEquals(2, slice.number(0, 0));
    assertArrayEquals(new String[] {"b", "x", "c", "y"}, slice.names());
  }

  @Test
  void whatIsGivenIsCopied() {
    float[] numbers = {1, 2};
    int[] ids = {1, 2};
    Sequence sequence = Sequence.of(numbers, 1);
    Sequence tokens = Sequence.ofSymbols(ids);
    numbers[0] = 9;
    ids[0] = 9;
    assertEquals(1, sequence.number(0, 0));
    assertEquals(1, tokens.ids()[0]);
  }

  @Test
  void saysWhatIsWrong() {
    String empty = "an empty sequence: expected at least 1 step, actual 0";
    assertRefused(empty, () -> Sequence.of(new float[0][]));
    assertRefused(empty, () -> Sequence.of(new float[0], 3));
    assertRefused(empty, () -> Sequence.ofSymbols(new int[0]));
    assertRefused(empty, () -> Sequence.ofSymbols(new String[0][]));
    assertRefused(
        "expected numbers or symbols in each step, actual neither",
        () -> Sequence.of(new float[3][0]));
    assertRefused(
        "step 1: expected 2 numbers, as in step 0, actual 3",
        () -> Sequence.of(new float[][] {{1, 2}, {3, 4, 5}}));
    assertRefused(
        "step 2: expected 1 symbols, as in step 0, actual 0",
        () -> Sequence.ofSymbols(new int[][] {{1}, {2}, {}}));
    assertRefused(
        "step 1, number 0: expected a finite value, or NaN for a missing one, actual Infinity",
        () -> Sequence.of(new float[] {1, 2, Float.POSITIVE_INFINITY, 3}, 2));
    assertRefused(
        "numbers: expected a multiple of 2, the numbers of a step, actual 3",
        () -> Sequence.of(new float[3], 2));
    assertRefused(
        "symbols: expected 2 steps, as there are numbers, actual 1",
        () -> Sequence.of(new float[2], 1).withSymbols(new int[][] {{1}}));
    assertRefused(
        "symbol 1: expected a name, actual null; name what is missing",
        () -> Sequence.ofSymbols("a", null));
  }
}
