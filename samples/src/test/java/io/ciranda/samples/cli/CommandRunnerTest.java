package io.ciranda.samples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;

class CommandRunnerTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(
      name = "test",
      subcommands = {Work.class, Group.class, HelpCommand.class})
  static final class Root extends RootCommand {}

  @Command(
      name = "group",
      description = "A group.",
      subcommands = {Work.class, HelpCommand.class})
  static final class Group extends CommandGroup {}

  /** Does what its option says. */
  @Command(name = "work", description = "Works.")
  static final class Work extends CirandaCommand {
    @Option(names = "--outcome")
    private String outcome = "fine";

    @Override
    protected Object run(Console console) throws Exception {
      console.narrate("narration");
      console.print("result for a person");
      return switch (outcome) {
        case "fine" -> Map.of("command", commandLine());
        case "user" -> throw new UserException("the file is empty: give one with text");
        case "missing" -> Files.readString(Path.of("no/such/file"));
        case "io" -> throw new IOException("disk full");
        case "argument" -> throw new IllegalArgumentException("expected 3, got 4");
        case "bug" -> throw new IllegalStateException("this cannot be");
        case "memory" -> throw new OutOfMemoryError("Java heap space");
        default -> {
          require(false, "--outcome: unknown " + outcome);
          yield null;
        }
      };
    }
  }

  @Test
  void resultsGoToStandardOutput() {
    assertEquals(0, run("work"));
    assertEquals(lines("result for a person"), out.toString());
    assertEquals(lines("narration"), err.toString());
  }

  @Test
  void jsonIsAloneOnStandardOutput() {
    assertEquals(0, run("group", "work", "--json"));
    assertEquals(
        "{ \"command\" : [ \"group\", \"work\", \"--json\" ] }",
        out.toString().strip().replaceAll("\\s+", " "));
    assertEquals(lines("narration", "result for a person"), err.toString());
  }

  @Test
  void inheritedOptionsStandAnywhere() {
    assertEquals(0, run("--json", "group", "--quiet", "work"));
    assertTrue(out.toString().startsWith("{"), out.toString());
    assertEquals(lines("result for a person"), err.toString());
  }

  @Test
  void anErrorIsALineWithoutAStackTrace() {
    assertFails("user", "ciranda: the file is empty: give one with text");
    assertFails("missing", "ciranda: no such file or folder: no/such/file");
    assertFails("io", "ciranda: disk full");
    assertFails(
        "argument", "ciranda: expected 3, got 4", "Add --verbose to see where it happened.");
    assertFails(
        "bug",
        "ciranda: java.lang.IllegalStateException: this cannot be",
        "Add --verbose to see where it happened.");
    assertFails(
        "memory",
        "ciranda: out of memory (Java heap space). Give the JVM more: CIRANDA_OPTS=-Xmx8g, or ask for a smaller model or batch.");
  }

  private void assertFails(String outcome, String... message) {
    err.getBuffer().setLength(0);
    assertEquals(1, run("work", "--quiet", "--outcome", outcome));
    assertEquals(lines(message), err.toString());
  }

  @Test
  void verboseShowsTheStackTrace() {
    assertEquals(1, run("work", "--outcome", "user", "--verbose"));
    assertTrue(err.toString().contains("at " + Work.class.getName() + ".run("), err.toString());
  }

  @Test
  void wrongUsageIsTwoAndSuggestsWhatWasMeant() {
    assertEquals(2, run("work", "--outcom", "fine"));
    assertTrue(err.toString().contains("--outcome"), err.toString());
    assertTrue(err.toString().endsWith(lines("See 'test work --help'.")), err.toString());
    assertEquals(2, run("wrk"));
    assertTrue(err.toString().contains("test work?"), err.toString());
    assertEquals(2, run("work", "--outcome", "sideways"));
    assertTrue(err.toString().contains("--outcome: unknown sideways"), err.toString());
    assertEquals("", out.toString().replace(lines("result for a person"), ""));
  }

  @Test
  void aGroupNeedsACommand() {
    assertEquals(2, run());
    assertTrue(err.toString().contains("one of: work, group, help"), err.toString());
    assertEquals(2, run("group"));
    assertTrue(err.toString().contains("one of: work, help"), err.toString());
  }

  @Test
  void helpIsEverywhere() {
    for (String[] words :
        new String[][] {
          {"--help"},
          {"work", "--help"},
          {"group", "-h"},
          {"group", "work", "--help"},
          {"help", "group"},
          {"group", "help", "work"}
        }) {
      out.getBuffer().setLength(0);
      assertEquals(0, run(words));
      assertTrue(out.toString().startsWith("Usage: test"), out.toString());
      assertTrue(out.toString().contains("--json"), out.toString());
      assertTrue(out.toString().contains("wrong usage"), out.toString());
    }
    assertEquals("", err.toString());
  }

  @Test
  void versionNamesProjectAndJava() {
    assertEquals(0, run("--version"));
    String text = out.toString();
    assertTrue(
        text.matches("(?s)ciranda \\d+\\.\\d+\\.\\d+.*Java " + Runtime.version().feature() + ".*"),
        text);
    assertFalse(text.contains("${"), text);
  }

  private int run(String... arguments) {
    return new CommandRunner(new Root())
        .writingTo(new PrintWriter(out), new PrintWriter(err))
        .run(arguments);
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
