package io.ciranda.samples.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CountTableTest {

  /**
   * Against java.util.HashMap, through several growths, with keys that crowd together and keys that
   * do not.
   */
  @Test
  void countsLikeAMap() {
    var table = new CountTable();
    Map<Long, Integer> expected = new HashMap<>();
    var random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long key =
          random.nextBoolean() ? 1 + random.nextInt(20_000) : (1L + random.nextInt(500)) << 53;
      table.add(key, 1 + i % 3);
      expected.merge(key, 1 + i % 3, Integer::sum);
    }
    Map<Long, Integer> visited = new HashMap<>();
    table.forEach(visited::put);
    assertEquals(expected, visited);
    expected.forEach(
        (key, count) -> {
          assertEquals(count, table.get(key));
          assertEquals(count, table.count(table.slot(key)));
          assertTrue(table.slot(key) < table.capacity());
        });
    assertEquals(0, table.get(1L << 40));
    assertEquals(-1, table.slot(1L << 40));
    assertEquals(-1, table.slot(0));
  }
}
