package io.ciranda.samples.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DateTimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "      ", "NA", "na", "NaN", "nan", "null", "NULL"})
  void whatIsMissingIsNotANumber(String text) {
    assertTrue(Fields.isMissing(text));
    assertTrue(Float.isNaN(Fields.number(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1f", "2d", "0x1p3", "Infinity", "inf", "1e39", "-", "1,5", "1.2.3", "N/A"})
  void whatOnlyJavaTakesForANumberIsNone(String text) {
    assertFalse(Fields.isMissing(text));
    assertFalse(Fields.isNumber(text));
  }

  @Test
  void numbers() {
    assertEquals(-1.5f, Fields.number("-1.5"));
    assertEquals(2000f, Fields.number(" +2E3 "));
  }

  @Test
  void times() {
    assertEquals(1.5, Fields.numericTime("1.5"));
    assertEquals(86400, Fields.isoTime("1970-01-02"));
    assertEquals(3600.5, Fields.isoTime("1970-01-01T01:00:00.5Z"));
    assertEquals(3600, Fields.isoTime("1970-01-01 01:00"));
    assertEquals(0, Fields.isoTime("1970-01-01T02:00:00+02:00"));
    assertThrows(DateTimeException.class, () -> Fields.isoTime("noon"));
  }
}
