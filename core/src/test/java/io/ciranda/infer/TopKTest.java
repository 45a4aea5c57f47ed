package io.ciranda.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.testing.Values;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {

  @Test
  void theGreatestComeFirstAndOfEqualOnesTheFirst() {
    float[] scores = Values.floats("scores", 60);
    scores[31] = scores[17];
    for (int k : new int[] {1, 2, 7, 50}) {
      int[] ids = new int[k];
      float[] values = new float[k];
      TopK.select(scores, 10, 50, ids, values);
      int[] expected =
          IntStream.range(0, 50)
              .boxed()
              .sorted(Comparator.comparing((Integer i) -> -scores[10 + i]))
              .limit(k)
              .mapToInt(i -> i)
              .toArray();
      assertArrayEquals(expected, ids);
      for (int i = 0; i < k; i++) {
        assertEquals(scores[10 + ids[i]], values[i]);
      }
    }
  }

  @Test
  void nanIsBelowAllNumbers() {
    int[] ids = new int[3];
    float[] values = new float[3];
    float[] scores = {Float.NaN, -1, Float.NEGATIVE_INFINITY, Float.NaN};
    TopK.select(scores, 0, 4, ids, values);
    assertArrayEquals(new int[] {1, 2, 0}, ids);
  }

  @Test
  void wrongLengthsAreRefused() {
    float[] scores = new float[5];
    for (int[] bad : new int[][] {{0, 0}, {6, 6}, {2, 3}}) {
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> TopK.select(scores, 0, 5, new int[bad[0]], new float[bad[1]]));
      assertEquals(
          "expected as many ids as values, 1 to 5, actual %d and %d".formatted(bad[0], bad[1]),
          error.getMessage());
    }
    assertThrows(
        IndexOutOfBoundsException.class, () -> TopK.select(scores, 1, 5, new int[1], new float[1]));
  }
}
