package io.ciranda.samples.lecture;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ciranda examples}. */
@Command(name = "examples", description = "Lists the examples of the lecture.")
public final class ListExamples extends CirandaCommand {
  /**
   * One example.
   *
   * @param shows what there is to see
   * @param seconds that it takes with its defaults on two cores, about
   */
  record Line(String name, String shows, int seconds) {}

  @Override
  protected Object run(Console console) {
    List<Line> lines =
        new CommandLine(new Examples())
            .getSubcommands().values().stream().map(ListExamples::line).toList();
    for (Line line : lines) {
      console.print("%-10s %4d s  %s".formatted(line.name, line.seconds, line.shows));
    }
    console.print("Run one: ciranda example " + lines.getFirst().name);
    return Map.of("examples", lines);
  }

  private static Line line(CommandLine command) {
    LectureExample example = command.getCommand();
    String shows = String.join(" ", command.getCommandSpec().usageMessage().description());
    return new Line(command.getCommandName(), shows, example.seconds());
  }
}
