package io.ciranda.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchesTest {
  private static final List<Integer> EXAMPLES = IntStream.range(0, 103).boxed().toList();

  private static List<List<Integer>> shuffled(
      int size, int stretch, List<Integer> examples, long seed) {
    return new Batches(size, stretch).shuffled(examples, Comparator.naturalOrder(), seed);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 3", "4, 20", "103, 1", "110, 20"})
  void eachExampleIsInOneBatch(int size, int stretch) {
    List<List<Integer>> batches = shuffled(size, stretch, EXAMPLES, 1);
    assertEquals(Math.ceilDiv(EXAMPLES.size(), size), batches.size());
    assertEquals(EXAMPLES, batches.stream().flatMap(List::stream).sorted().toList());
    for (List<Integer> batch : batches) {
      assertTrue(batch.size() <= size);
      assertEquals(batch.stream().sorted().toList(), batch);
    }
  }

  /** What a seed has trained once, it trains for ever. */
  @Test
  void theOrderIsThatOfTheSeed() {
    List<Integer> seven = EXAMPLES.subList(0, 7);
    assertEquals("[[0, 1], [2, 4], [6], [3, 5]]", shuffled(2, 2, seven, 1).toString());
    assertNotEquals(shuffled(2, 2, seven, 1), shuffled(2, 2, seven, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 27, Integer.MAX_VALUE})
  void aBatchMayBeOfAnySize(int size) {
    assertEquals(List.of(EXAMPLES), shuffled(size, 20, EXAMPLES, 1));
    assertEquals(List.of(), shuffled(size, 20, List.of(), 1));
  }
}
