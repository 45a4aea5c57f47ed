package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.sequence.TaggingMetrics.Entity;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Metrics of answers that are known, counted by hand. */
class SequenceMetricsTest {
  private static final double EXACT = 1e-12;

  @Test
  void classification() {
    var metrics = new ClassificationMetrics(List.of("a", "b", "never"));
    add(metrics, 5, "a", "a");
    add(metrics, 3, "a", "b");
    add(metrics, 1, "b", "a");
    add(metrics, 1, "b", "b");
    assertEquals(0.6, metrics.accuracy(), EXACT);
    assertEquals(5 / 6.0, metrics.precision("a"), EXACT);
    assertEquals(5 / 8.0, metrics.recall("a"), EXACT);
    assertEquals(10 / 14.0, metrics.f1("a"), EXACT);
    assertEquals(2 / 6.0, metrics.f1("b"), EXACT);
    assertEquals((10 / 14.0 + 2 / 6.0) / 2, metrics.macroF1(), EXACT);
    assertEquals(0, metrics.f1("never"));
    assertEquals(3, metrics.count("a", "b"));
    String table = metrics.toString();
    assertTrue(table.startsWith("accuracy 0.6000, macro F1 0.5238, 10 examples"), table);
    assertEquals(5, table.lines().count());
  }

  private static void add(ClassificationMetrics metrics, int n, String actual, String predicted) {
    for (int i = 0; i < n; i++) {
      metrics.add(actual, predicted);
    }
  }

  @Test
  void entitiesByTheRulesOfConll() {
    assertEntities(Set.of(), "O", "O");
    assertEntities(Set.of(new Entity("X", 1, 3)), "O", "B-X", "I-X", "O");
    assertEntities(Set.of(new Entity("X", 0, 1), new Entity("X", 1, 2)), "B-X", "B-X");
    assertEntities(Set.of(new Entity("X", 0, 1), new Entity("Y", 1, 2)), "B-X", "I-Y");
    assertEntities(Set.of(new Entity("X", 0, 2)), "I-X", "I-X");
    assertEntities(Set.of(new Entity("X", 1, 2)), "O", "I-X");
  }

  private static void assertEntities(Set<Entity> expected, String... labels) {
    assertEquals(expected, TaggingMetrics.entities(List.of(labels)));
  }

  @Test
  void anEntityHasToBeRightFromEndToEnd() {
    List<List<String>> wanted =
        List.of(List.of("B-X", "I-X", "O", "B-X"), List.of("B-X", "I-X"), List.of("O", "O"));
    List<List<String>> given =
        List.of(List.of("B-X", "I-X", "O", "B-Y"), List.of("B-X", "O"), List.of("O", "B-X"));
    TaggingMetrics metrics = TaggingMetrics.of(wanted, given);
    assertEquals(1 / 4.0, metrics.precision(), EXACT);
    assertEquals(1 / 3.0, metrics.recall(), EXACT);
    assertEquals(2 / 7.0, metrics.f1(), EXACT);
    assertEquals(5 / 8.0, metrics.accuracy(), EXACT);
  }

  @Test
  void asManyLabelsAreGivenAsAreWanted() {
    List<List<String>> two = List.of(List.of("O"), List.of("O", "O"));
    List<List<String>> less = List.of(List.of("O"), List.of("O"));
    var e = assertThrows(IllegalArgumentException.class, () -> TaggingMetrics.of(two, less));
    assertEquals("labels of sequence 1: expected 2, actual 1", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> TaggingMetrics.of(two, two.subList(0, 1)));
  }

  @Test
  void transcriptions() {
    var metrics = new TranscriptionMetrics();
    assertEquals(0, metrics.errorRate());
    metrics.add(List.of("a", "b", "c"), List.of("a", "b", "c"));
    metrics.add(List.of("a", "b"), List.of("b", "b", "c"));
    metrics.add(List.of(), List.of("a", "b"));
    metrics.add(List.of("a"), List.of());
    assertEquals(5, metrics.edits());
    assertEquals(5 / 6.0, metrics.errorRate(), EXACT);
    assertEquals(1 / 4.0, metrics.accuracy(), EXACT);
    assertEquals(
        "error rate 0.8333, 5 edits of 6 labels; 1 of 4 sequences right", metrics.toString());
  }

  @Test
  void forecasts() {
    var targets =
        new Targets(
            List.of(),
            1,
            new int[0],
            new float[] {10},
            new float[] {2},
            new float[] {0.1f, 0.5f, 0.9f});
    // Quantiles that cross are put in order: 8, 10, 12.
    Forecast forecast = Forecast.of(targets, new float[] {1, -1, 0}, 0);
    assertEquals(8, forecast.quantile(0, 0, 0));
    assertEquals(10, forecast.value(0));
    var metrics = new ForecastMetrics(targets);
    metrics.add(forecast, 0, 0, 13);
    metrics.add(forecast, 0, 0, 9);
    metrics.add(forecast, 0, 0, Float.NaN);
    assertEquals(2, metrics.count());
    assertEquals(2, metrics.mae(), EXACT);
    assertEquals(Math.sqrt(5), metrics.rmse(), EXACT);
    assertEquals(0.5, metrics.coverage(), EXACT);
    double first = 0.1 * 5 + 0.5 * 3 + 0.9 * 1;
    double second = 0.1 * 1 + 0.5 * 1 + 0.1 * 3;
    assertEquals((first + second) / 6, metrics.pinball(), 1e-6);
  }
}
