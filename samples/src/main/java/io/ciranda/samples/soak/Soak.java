package io.ciranda.samples.soak;

import io.ciranda.infer.Model;
import io.ciranda.nn.Cell;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.Missed;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.MemoryCurve;
import io.ciranda.samples.report.RunFolder;
import io.ciranda.samples.report.RunFolderOption;
import io.ciranda.samples.report.Summaries;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda soak}. */
@Command(
    name = "soak",
    description = {
      "Runs one model for a long time: on many threads with sessions of their own, then one session for very many steps.",
      "Every output is compared bit for bit, the memory is watched. Leaves memory curves and a summary in a folder of its own; a difference or memory that grows is exit code 1."
    })
public final class Soak extends CirandaCommand {
  private static final int SAMPLES = 200;

  @Option(
      names = "--minutes",
      paramLabel = "MINUTES",
      defaultValue = "10",
      description = "How long the threads run; 0 for not at all (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "64",
      description = "Threads on one model (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "10000000",
      description = "Steps of one session; 0 for none (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "lstm",
      description = "rnn, rnn-relu, lstm or gru (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "128",
      description = "Units of each of the two layers (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of weights and streams (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private RunFolderOption out;

  /** What {@code --json} prints and the summary holds. */
  record Report(Environment environment, String model, List<SoakResult> parts) {}

  @Override
  protected Object run(Console console) throws IOException, InterruptedException {
    require(minutes >= 0, "--minutes: expected 0 or more, actual " + minutes);
    require(threads >= 1, "--threads: expected at least 1, actual " + threads);
    require(steps >= 0, "--steps: expected 0 or more, actual " + steps);
    require(hidden >= 1, "--hidden: expected at least 1, actual " + hidden);
    Cell kind = checked(() -> Cell.of(cell));
    var options = Model.Options.standard().with(Engine.backend(console));
    var folder = out.create("soak-%s-%d".formatted(kind.label(), hidden));
    String network = "2x%d %s".formatted(hidden, kind.label());
    List<SoakResult> parts = new ArrayList<>();
    try (Model model = SoakModel.create(options, kind, hidden, seed)) {
      if (minutes > 0) {
        var memory = new MemoryCurve("%d threads, %s".formatted(threads, network));
        var time = Duration.ofMillis((long) (60_000 * minutes));
        parts.add(new ThreadsSoak(model, seed).run(console, threads, time, memory));
        finish(console, folder, memory, model, parts);
      }
      if (steps > 0) {
        var memory = new MemoryCurve("%,d steps, %s".formatted(steps, network));
        parts.add(new StepsSoak(model, seed).run(console, steps, memory));
        finish(console, folder, memory, model, parts);
      }
      if (!parts.stream().allMatch(SoakResult::isPassed)) {
        return new Missed(
            report(model, parts),
            "an output differs or memory grows; everything is in " + folder.path());
      }
      console.print("curves and summary: " + folder.path());
      return report(model, parts);
    }
  }

  /** What one part came to: on the console, and in the folder with those before. */
  private static void finish(
      Console console, RunFolder folder, MemoryCurve memory, Model model, List<SoakResult> parts)
      throws IOException {
    SoakResult last = parts.getLast();
    console.print(last.sentence());
    memory.write(folder.path().resolve("memory-" + last.name()), console);
    Summaries.write(folder.path().resolve("summary.json"), report(model, parts));
  }

  private static Report report(Model model, List<SoakResult> parts) {
    return new Report(Environment.current(), model.toString(), List.copyOf(parts));
  }

  /** Between two looks at the memory. */
  static long sampleMillis(Duration time) {
    return Math.max(1, time.toMillis() / SAMPLES);
  }
}
