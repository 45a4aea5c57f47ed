package io.ciranda.samples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The help of every command. */
class HelpTest {

  static Stream<List<String>> commands() {
    return below(new CommandLine(new Ciranda()), List.of());
  }

  private static Stream<List<String>> below(CommandLine command, List<String> words) {
    return Stream.concat(
        Stream.of(words),
        command.getSubcommands().entrySet().stream()
            .filter(entry -> !entry.getKey().equals("help"))
            .flatMap(
                entry ->
                    below(
                        entry.getValue(),
                        Stream.concat(words.stream(), Stream.of(entry.getKey())).toList())));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void namesAndExplainsEveryOptionIn80Columns(List<String> words) {
    var typed = new ArrayList<>(words);
    typed.add("--help");
    String help = Typed.ciranda(typed.toArray(String[]::new)).done().out();
    CommandLine command = new CommandLine(new Ciranda());
    for (String word : words) {
      command = command.getSubcommands().get(word);
    }
    String options = help.substring(help.indexOf("Options:"));
    for (OptionSpec option : command.getCommandSpec().options()) {
      assertTrue(options.contains(option.longestName()), option + " is not in " + help);
      assertTrue(option.description().length > 0, option + " has no description");
    }
    assertFalse(help.contains("${"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
  }
}
