package io.ciranda.text;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A {@link TextCodec} as JSON, both ways; {@link TextCodec#save} shows the form. */
final class TextCodecJson {
  private static final int VERSION = 1;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // Names of a hostile file would stay in the JVM's table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(2)
                  .maxNumberLength(20)
                  .maxNameLength(64)
                  .build())
          .build();

  private TextCodecJson() {}

  static String write(TextCodec codec) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeStringField("level", codec.level().name().toLowerCase(Locale.ROOT));
      json.writeBooleanField("lowercase", codec.lowercase());
      json.writeFieldName("merges");
      String[] lines =
          codec.merges().merges().stream()
              .map(BytePairEncoding.Merge::toString)
              .toArray(String[]::new);
      json.writeArray(lines, 0, lines.length);
      json.writeFieldName("symbols");
      json.writeArray(codec.symbols().toArray(String[]::new), 0, codec.size());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  static TextCodec read(String text) {
    try (var json = JSON.createParser(text)) {
      try {
        return new Parser(json).codec();
      } catch (JacksonException e) {
        throw Parser.at(json.currentLocation(), "not JSON: " + e.getOriginalMessage());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("text codec: " + e.getMessage(), e);
    }
  }

  /** Walks the tokens; every method finds the parser on the token that it is about. */
  private record Parser(JsonParser json) {

    TextCodec codec() throws IOException {
      int version = 0;
      TextCodec.Level level = null;
      Boolean lowercase = null;
      List<BytePairEncoding.Merge> merges = null;
      List<String> symbols = null;
      json.nextToken();
      require(JsonToken.START_OBJECT, "a JSON object");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "version" -> version = version();
          case "level" -> level = level();
          case "lowercase" -> lowercase = bool();
          case "merges" -> merges = merges();
          case "symbols" -> symbols = strings();
          default ->
              throw here(
                  "expected version, level, lowercase, merges and symbols, actual field '%s'"
                      .formatted(field));
        }
      }
      if (json.nextToken() != null) {
        throw here("expected nothing after the object, actual " + actual());
      }
      if (version == 0 || level == null || lowercase == null || merges == null || symbols == null) {
        throw new IllegalArgumentException(
            "expected version, level, lowercase, merges and symbols, actual some are missing");
      }
      if (symbols.size() < TextCodec.SPECIAL.size()
          || !symbols.subList(0, TextCodec.SPECIAL.size()).equals(TextCodec.SPECIAL)) {
        throw new IllegalArgumentException(
            "expected the first symbols %s, actual %s"
                .formatted(
                    TextCodec.SPECIAL,
                    symbols.subList(0, Math.min(symbols.size(), TextCodec.SPECIAL.size()))));
      }
      return new TextCodec(level, lowercase, new BytePairEncoding(merges), symbols);
    }

    private int version() throws IOException {
      require(JsonToken.VALUE_NUMBER_INT, "a number as version");
      if (!json.getText().equals(Integer.toString(VERSION))) {
        throw here("expected version %d, actual %s".formatted(VERSION, actual()));
      }
      return VERSION;
    }

    private TextCodec.Level level() throws IOException {
      require(JsonToken.VALUE_STRING, "a string as level");
      for (TextCodec.Level level : TextCodec.Level.values()) {
        if (level.name().toLowerCase(Locale.ROOT).equals(json.getText())) {
          return level;
        }
      }
      throw here("expected the level word, char or subword, actual " + actual());
    }

    private boolean bool() throws IOException {
      if (json.currentToken() != JsonToken.VALUE_FALSE) {
        require(JsonToken.VALUE_TRUE, "true or false as lowercase");
      }
      return json.getBooleanValue();
    }

    private List<BytePairEncoding.Merge> merges() throws IOException {
      var merges = new ArrayList<BytePairEncoding.Merge>();
      for (String merge : strings()) {
        try {
          merges.add(BytePairEncoding.Merge.parse(merge));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "merge %d: %s".formatted(merges.size(), e.getMessage()), e);
        }
      }
      return merges;
    }

    private List<String> strings() throws IOException {
      require(JsonToken.START_ARRAY, "an array of strings as " + json.currentName());
      var strings = new ArrayList<String>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        require(JsonToken.VALUE_STRING, "only strings in the array");
        strings.add(json.getText());
      }
      return strings;
    }

    private void require(JsonToken token, String expected) throws IOException {
      if (json.currentToken() != token) {
        throw here("expected " + expected + ", actual " + actual());
      }
    }

    /** The current token, as much of it as fits in a message. */
    private String actual() throws IOException {
      if (json.currentToken() == null) {
        return "the end of the text";
      }
      String text = json.getText();
      return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    private IllegalArgumentException here(String problem) {
      return at(json.currentTokenLocation(), problem);
    }

    private static IllegalArgumentException at(JsonLocation place, String problem) {
      return new IllegalArgumentException(
          "line %d, column %d: %s".formatted(place.getLineNr(), place.getColumnNr(), problem));
    }
  }
}
