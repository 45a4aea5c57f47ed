package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a network reads of a sequence. */
class SequenceEncoderTest {
  private static final float NAN = Float.NaN;
  private static final SequenceOptions STANDARD = SequenceOptions.standard();

  /** Means 2, 7 and 0; deviations 1, 0 and 0. */
  private static final List<Sequence> SEEN =
      List.of(
          Sequence.of(new float[][] {{1, 7, NAN}, {3, 7, NAN}}),
          Sequence.of(new float[][] {{NAN, 7, NAN}, {1, 7, NAN}, {3, 7, NAN}}));

  private static float[] features(Encoder encoder, float... step) {
    return encoder.encode(Sequence.of(step, step.length), new int[1]).features();
  }

  @Test
  void numbersAreStandardisedAndMarkedWhereTrainingMissedSome() {
    Encoder encoder = Encoder.learn(SEEN, STANDARD);
    assertEquals(5, encoder.features());
    assertArrayEquals(new float[] {3, 1, 4, 0, 0}, features(encoder, 5, 8, 4));
    assertArrayEquals(new float[] {0, 0, 0, 1, 1}, features(encoder, NAN, NAN, NAN));
  }

  @Test
  void numbersAreLeftAsTheyAreButForTheMissing() {
    Encoder encoder = Encoder.learn(SEEN, STANDARD.withStandardisation(false));
    assertArrayEquals(new float[] {5, 8, 4, 0, 0}, features(encoder, 5, 8, 4));
    assertArrayEquals(new float[] {2, 7, 0, 1, 1}, features(encoder, NAN, NAN, NAN));
  }

  @Test
  void eachColumnHasSymbolsOfItsOwnAndARowForTheUnknown() {
    var seen = List.of(Sequence.ofSymbols(new int[][] {{9, -4}, {9, 5}, {2, 5}}));
    Sequence sequence = Sequence.ofSymbols(new int[][] {{2, 2}, {9, 5}, {-4, -4}});
    Encoder encoder = Encoder.learn(seen, STANDARD);
    assertArrayEquals(new int[] {1, 0, 2, 2, 0, 1}, encoder.encode(sequence, new int[1]).rows());
    Encoder frequent = Encoder.learn(seen, STANDARD.withMinCount(2));
    assertArrayEquals(new int[] {0, 0, 1, 1, 0, 0}, frequent.encode(sequence, new int[1]).rows());
  }

  @Test
  void namesAreSymbolsToo() {
    Encoder encoder =
        Encoder.learn(List.of(Sequence.ofSymbols("b", "a", "b")), STANDARD.withMinCount(2));
    assertArrayEquals(
        new int[] {0, 1, 0}, encoder.encode(Sequence.ofSymbols("a", "b", "c"), new int[1]).rows());
  }
}
