package io.ciranda.samples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one way in which results are written as JSON: indented, record components in snake_case. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private Json() {}

  /**
   * A JSON file as a tree.
   *
   * @throws UserException where it holds something else
   * @throws IOException where it cannot be read
   */
  public static JsonNode read(Path file) throws IOException {
    String text = Files.readString(file);
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UserException("expected JSON in %s: %s".formatted(file, e.getOriginalMessage()), e);
    }
  }

  /** A JSON file as {@link #text} wrote it; {@code type} is a record. Otherwise as above. */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return parse(file, Files.readString(file), type);
  }

  /**
   * A text that {@link #text} made; {@code type} is a record.
   *
   * @param where the text was found
   * @throws UserException where it holds something else
   */
  public static <T> T parse(Object where, String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new UserException(
          "unexpected JSON in %s: %s".formatted(where, e.getOriginalMessage()), e);
    }
  }

  /** The JSON text of a record, a map, or a list of them. */
  public static String text(Object value) throws JsonProcessingException {
    return MAPPER.writeValueAsString(value);
  }
}
