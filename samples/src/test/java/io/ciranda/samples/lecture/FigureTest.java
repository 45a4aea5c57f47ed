package io.ciranda.samples.lecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FigureTest {
  @Test
  void aBoundIsKeptOrNot() {
    assertTrue(Figure.of("error", 1e-3).atMost(1e-3).holds());
    assertFalse(Figure.of("error", 2e-3).atMost(1e-3).holds());
    assertTrue(Figure.of("accuracy", 0.995).atLeast(0.995).holds());
    assertFalse(Figure.of("accuracy", 0.99).atLeast(0.995).holds());
    assertFalse(Figure.of("accuracy", Double.NaN).atLeast(0.995).holds());
    assertFalse(Figure.of("error", Double.NaN).atMost(1).holds());
    assertTrue(Figure.of("reported", 7).holds());
  }

  @Test
  void aLineHasValueBoundVerdictAndBaseline() {
    assertEquals(
        "accuracy        0.9900  at least 0.9950    MISSED  (always odd: 0.5000)",
        Figure.of("accuracy", 0.99).atLeast(0.995).beside("always odd", 0.5).line(10));
    assertEquals(
        "error          2.0e-07  at most 1          holds",
        Figure.of("error", 2e-7).atMost(1).line(8).replaceFirst("^error   ", "error     "));
    assertEquals("wrong             3", Figure.of("wrong", 3).line(7).stripTrailing());
  }
}
