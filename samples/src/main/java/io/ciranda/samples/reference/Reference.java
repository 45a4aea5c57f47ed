package io.ciranda.samples.reference;

import io.ciranda.samples.cli.CirandaCommand;
import com.fasterxml.jackson.databind.JsonNode;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda reference}. */
@Command(
    name = "reference",
    description = {
      "Trainings at real scale on published data, each with the figure that it must reach.",
      "A run that was stopped goes on where it was; one that is finished is only reported."
    })
public final class Reference extends CirandaCommand {
  @ArgGroup(multiplicity = "1")
  private What what;

  private static final class What {
    @Option(names = "--list", description = "Print the runs, shortest first.")
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

  /** What a run came to; {@code --json} prints a list of these. {@code reached} is null where the run was stopped. */
  record Outcome(String name, String unit, double goal, Double figure, Boolean reached) {}

  @Override
  protected Object run(Console console) throws Exception {
    return what.list ? list(console) : runAll(console);
  }

  private static List<ReferenceRun> list(Console console) {
    for (ReferenceRun run : ReferenceRun.ALL) {
      console.print("%-16s %s: at most %s %s".formatted(run.name(), run.title(), run.goal(), run.unit()));
      console.print("%-16s   files: %s".formatted("", String.join(", ", run.files())));
      console.print("%-16s   lm train %s".formatted("", run.options()));
    }
    return ReferenceRun.ALL;
  }

  private List<Outcome> runAll(Console console) throws Exception {
    List<ReferenceRun> chosen = new ArrayList<>();
    for (String name : what.run) {
      if (name.equals("all")) {
        chosen.addAll(ReferenceRun.ALL);
      } else {
        chosen.add(named(name));
      }
    }
    // Missing data is told before the first of many hours.
    var folder = new DataFolder(data);
    chosen.forEach(run -> run.arguments(folder, model(run)));
    List<Outcome> outcomes = new ArrayList<>();
    for (ReferenceRun run : chosen) {
      List<String> command = run.arguments(folder, model(run));
      console.narrate("%s: ciranda %s".formatted(run.title(), String.join(" ", command)));
      int exit = runCommand(command);
      if (exit != 0) {
        throw new UserException("the run '%s' ended with exit code %d".formatted(run.name(), exit));
      }
      Outcome outcome = outcome(run);
      console.print(
          "%s: %s %s, goal at most %s: %s (published: %s)"
              .formatted(
                  run.name(),
                  outcome.figure == null ? "no" : "%.4f".formatted(outcome.figure),
                  run.unit(),
                  run.goal(),
                  outcome.reached == null ? "not finished" : outcome.reached ? "reached" : "missed",
                  run.published()));
      outcomes.add(outcome);
    }
    return outcomes;
  }

  private Path model(ReferenceRun run) {
    return out.resolve(run.name() + ".safetensors");
  }

  private Outcome outcome(ReferenceRun run) throws IOException {
    JsonNode summary = Json.read(out.resolve(run.name() + ".summary.json"));
    JsonNode figure = summary.path("test").path(run.unit());
    boolean finished = figure.isNumber() && !summary.path("end").asText().equals("INTERRUPTED");
    return new Outcome(
        run.name(),
        run.unit(),
        run.goal(),
        figure.isNumber() ? figure.asDouble() : null,
        finished ? figure.asDouble() <= run.goal() : null);
  }

  private ReferenceRun named(String name) {
    return ReferenceRun.ALL.stream()
        .filter(run -> run.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "no reference run '%s'; there are %s"
                        .formatted(name, ReferenceRun.ALL.stream().map(ReferenceRun::name).toList())));
  }
}
