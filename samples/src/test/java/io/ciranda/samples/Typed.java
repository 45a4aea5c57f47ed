package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ciranda.samples.cli.CommandRunner;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What a command line came to.
 *
 * @param out standard output
 * @param err standard error
 */
public record Typed(int exitCode, String out, String err) {

  /** Types {@code ciranda} and these words, in this JVM. */
  public static Typed ciranda(String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        new CommandRunner(new Ciranda())
            .writingTo(new PrintWriter(out), new PrintWriter(err))
            .run(words);
    return new Typed(exitCode, out.toString(), err.toString());
  }

  /** As above, the words in one text, separated by blanks; {@code more} are words as they are. */
  public static Typed words(String text, Object... more) {
    String[] first = text.split(" ", -1);
    String[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    for (int i = 0; i < more.length; i++) {
      all[first.length + i] = more[i].toString();
    }
    return ciranda(all);
  }

  /** Types {@code ciranda} and these words, with {@code in} as standard input. */
  public static Typed reading(InputStream in, String... words) {
    InputStream before = System.in;
    System.setIn(in);
    try {
      return ciranda(words);
    } finally {
      System.setIn(before);
    }
  }

  /** It was done. */
  public Typed done() {
    assertEquals(0, exitCode, toString());
    return this;
  }

  /**
   * It went wrong as it should: the exit code, each of the parts in the message, no stack trace.
   */
  public Typed fails(int expected, String... parts) {
    assertEquals(expected, exitCode, toString());
    assertTrue(err.contains("ciranda: "), err);
    for (String part : parts) {
      assertTrue(err.contains(part), "expected '" + part + "' in: " + err);
    }
    assertFalse(err.contains("\tat "), err);
    assertFalse(err.contains("--verbose"), err);
    assertEquals("", out);
    return this;
  }

  /** Standard error has this. */
  public Typed says(String part) {
    assertTrue(err.contains(part), "expected '" + part + "' in: " + err);
    return this;
  }

  /** It was told in full as JSON, and is a failure all the same. */
  public JsonNode missed(String part) {
    assertEquals(1, exitCode, toString());
    says("ciranda: ").says(part);
    return object();
  }

  /** Standard output, which is one JSON object and nothing else. */
  public JsonNode json() {
    done();
    return object();
  }

  private JsonNode object() {
    try {
      JsonNode node =
          new ObjectMapper()
              .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .readTree(out);
      assertTrue(node.isObject(), out);
      return node;
    } catch (JsonProcessingException e) {
      throw new AssertionError(out, e);
    }
  }
}
