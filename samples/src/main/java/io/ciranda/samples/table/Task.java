package io.ciranda.samples.table;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What is to be told of a sequence. */
enum Task {
  /** A label. */
  CLASSIFY,
  /** A label for each row. */
  TAG,
  /** The numbers of the next rows. */
  FORECAST;

  /** As it is typed. */
  @JsonValue
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
