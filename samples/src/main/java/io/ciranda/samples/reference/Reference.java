package io.ciranda.samples.reference;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.Missed;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda reference}. */
@Command(
    name = "reference",
    description = {
      "Trainings at real scale on published data, each with the figure that it must reach.",
      "A run that was stopped goes on where it was; one that is finished is only reported.",
      "Exit code 1 where a figure is missed."
    })
public final class Reference extends CirandaCommand {
  @ArgGroup(multiplicity = "1")
  private What what;

  private static final class What {
    @Option(names = "--list", description = "Print the runs.")
    private boolean list;

    @Option(
        names = "--run",
        paramLabel = "NAME",
        arity = "1..*",
        description = "Run these, one after the other; 'all' for the whole queue.")
    private List<String> run;
  }

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      defaultValue = "data",
      description = "Where the data sets are, in whatever subfolders (default: ${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "ciranda-reference",
      description = "Where models, checkpoints and summaries are kept (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      description = "Stop and save after this time at the latest; the same command goes on.")
  private Double maxMinutes;

  /**
   * What a run came to; {@code --json} prints these. {@code reached} is null where the run was
   * stopped.
   */
  record Outcome(String name, Goal goal, Double figure, Boolean reached) {}

  @Override
  protected Object run(Console console) throws Exception {
    require(
        maxMinutes == null || maxMinutes > 0,
        "--max-minutes: expected more than 0, actual " + maxMinutes);
    if (what.list) {
      return Map.of("runs", list(console));
    }
    List<Outcome> outcomes = runAll(console, chosen());
    String missed =
        outcomes.stream()
            .filter(outcome -> Boolean.FALSE.equals(outcome.reached))
            .map(Outcome::name)
            .collect(joining(", "));
    var result = Map.of("runs", outcomes);
    return missed.isEmpty() ? result : new Missed(result, "the goal was missed: " + missed);
  }

  private List<ReferenceRun> chosen() {
    List<ReferenceRun> chosen = new ArrayList<>();
    for (String name : what.run) {
      List<ReferenceRun> named =
          ReferenceRun.ALL.stream()
              .filter(run -> name.equals("all") || name.equals(run.name()))
              .toList();
      require(
          !named.isEmpty(),
          "--run: no run '%s'; there are %s, and all"
              .formatted(
                  name, ReferenceRun.ALL.stream().map(ReferenceRun::name).collect(joining(", "))));
      chosen.addAll(named);
    }
    return chosen;
  }

  private static List<ReferenceRun> list(Console console) {
    for (ReferenceRun run : ReferenceRun.ALL) {
      console.print("%s: %s: %s".formatted(run.name(), run.title(), run.goal()));
      console.print("    files: " + String.join(", ", run.files()));
      run.shownCommands().forEach(command -> console.print("    " + command));
    }
    return ReferenceRun.ALL;
  }

  private List<Outcome> runAll(Console console, List<ReferenceRun> chosen) throws Exception {
    // Missing data is told before the first of many hours.
    var folder = new DataFolder(data);
    chosen.forEach(run -> run.arguments(folder, out));
    long start = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    for (ReferenceRun run : chosen) {
      Outcome outcome = run(console, run, folder, start);
      outcomes.add(outcome);
      console.print(
          "%s: %s %s, goal %s: %s (published: %s)"
              .formatted(
                  run.name(),
                  outcome.figure == null ? "no" : "%.4f".formatted(outcome.figure),
                  run.goal().unit(),
                  run.goal(),
                  outcome.reached == null ? "not finished" : outcome.reached ? "reached" : "missed",
                  run.published()));
      if (outcome.reached == null) {
        console.narrate("the same command goes on with it");
        break;
      }
    }
    return outcomes;
  }

  private Outcome run(Console console, ReferenceRun run, DataFolder folder, long start)
      throws Exception {
    List<List<String>> commands = run.arguments(folder, out);
    for (List<String> command : commands) {
      var words = new ArrayList<>(command);
      if (command == commands.getFirst()) {
        if (maxMinutes != null) {
          double minutes = (System.nanoTime() - start) / 60e9;
          // A run that is finished needs no time: it is told in any case.
          words.addAll(List.of("--max-minutes", "" + Math.max(1e-6, maxMinutes - minutes)));
        }
      } else if (!isTrained(run)) {
        return new Outcome(run.name(), run.goal(), null, null);
      }
      console.narrate("%s: ciranda %s".formatted(run.title(), String.join(" ", words)));
      int exit = runCommand(words);
      if (exit != 0) {
        throw new UserException("the run '%s' ended with exit code %d".formatted(run.name(), exit));
      }
    }
    return outcome(run);
  }

  private boolean isTrained(ReferenceRun run) throws IOException {
    return !Json.read(run.summary(out)).path("end").asText().equals("INTERRUPTED");
  }

  private Outcome outcome(ReferenceRun run) throws IOException {
    JsonNode figure = Json.read(run.results(out)).path("test").path(run.goal().unit());
    if (!figure.isNumber()) {
      return new Outcome(run.name(), run.goal(), null, null);
    }
    double value = figure.asDouble();
    return new Outcome(
        run.name(), run.goal(), value, isTrained(run) ? run.goal().isReachedBy(value) : null);
  }
}
