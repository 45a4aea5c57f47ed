package io.ciranda.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A list of strings as a JSON array; how a vocabulary travels in a file's metadata. */
public final class JsonStrings {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonStrings() {}

  /** The array. */
  public static String write(List<String> strings) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeArray(strings.toArray(String[]::new), 0, strings.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static List<String> read(String text) {
    var strings = new ArrayList<String>();
    try (var json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw new IllegalArgumentException("expected a JSON array of strings");
      }
      while (json.nextToken() == JsonToken.VALUE_STRING) {
        strings.add(json.getText());
      }
      if (json.currentToken() != JsonToken.END_ARRAY || json.nextToken() != null) {
        throw new IllegalArgumentException(
            "expected only strings in the JSON array, actual " + json.currentToken());
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
    return strings;
  }
}
