package io.ciranda.bench;

import io.ciranda.bench.InferenceGoal.Shape;
import io.ciranda.bench.InferenceReport.Contestant;
import io.ciranda.bench.InferenceReport.Times;
import io.ciranda.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times of inference beside the peers: for every shape that has a goal one fork of each engine in
 * turn, several times. Writes the ratios as a table and a picture.
 */
@Command(
    name = "CompareInference",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Runs the inference benchmarks beside their peers, a fork of each in turn, and writes the"
          + " ratios and their goals as a table, with a picture of the same name beside it.",
      "The options choose among the goals; without them all are run, which takes hours."
    })
public final class CompareInference implements Callable<Integer> {
  @Option(
      names = "--case",
      paramLabel = "NAME",
      split = ",",
      description = "StreamStep, TokenStep, SequenceRun or BatchRun.")
  List<String> cases;

  @Option(names = "--cell", paramLabel = "CELL", split = ",", description = "lstm or gru.")
  List<String> cells;

  @Option(names = "--hidden", paramLabel = "H", split = ",", description = "Hidden units.")
  List<Integer> hidden;

  @Option(names = "--layers", paramLabel = "L", split = ",", description = "Recurrent layers.")
  List<Integer> layers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      split = ",",
      description = "Threads of an engine: 1 or 2.")
  List<Integer> threads;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      split = ",",
      converter = PrecisionConverter.class,
      description = "f32, bf16 or int8.")
  List<Precision> precisions;

  @Option(
      names = "--rival",
      paramLabel = "NAME",
      split = ",",
      description = "The other engine: onnxruntime, djl or dl4j.")
  List<String> rivals;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      defaultValue = "ciranda",
      description = "The engine whose ratios are taken (default: ${DEFAULT-VALUE}).")
  String peer;

  @Option(
      names = "--forks",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Of each engine; 5 or more for a published figure (default: ${DEFAULT-VALUE}).")
  int forks;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Of measurement in a fork, after as many of warm-up (default: ${DEFAULT-VALUE}).")
  int seconds;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      defaultValue = "bench/RESULTS.md",
      description = "Is written anew after every shape (default: ${DEFAULT-VALUE}).")
  Path results;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this and ends.")
  boolean help;

  /** For picocli. */
  private static final class PrecisionConverter
      implements CommandLine.ITypeConverter<Precision> {
    @Override
    public Precision convert(String label) {
      return Precision.of(label);
    }
  }

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.setProperty("java.awt.headless", "true");
    System.exit(new CommandLine(new CompareInference()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, RunnerException {
    List<InferenceGoal> goals = InferenceGoal.all().stream().filter(this::chosen).toList();
    if (goals.isEmpty()) {
      System.err.println("no goal fits these options; CompareInference --help");
      return 2;
    }
    var report = new InferenceReport(peer, goals, forks, seconds);
    Set<Shape> shapes =
        goals.stream()
            .map(InferenceGoal::shape)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    for (Shape shape : shapes) {
      compare(shape, goals, report);
      report.write(results);
    }
    return 0;
  }

  private boolean chosen(InferenceGoal goal) {
    Shape shape = goal.shape();
    return has(cases, shape.benchmark())
        && has(cells, shape.cell())
        && has(hidden, shape.hidden())
        && has(layers, shape.layers())
        && has(threads, shape.threads())
        && has(precisions, goal.precision())
        && has(rivals, goal.rival());
  }

  private static <T> boolean has(List<T> chosen, T value) {
    return chosen == null || chosen.contains(value);
  }

  /** Each rival once, however many goals it has with this shape. */
  private void compare(Shape shape, List<InferenceGoal> goals, InferenceReport report)
      throws RunnerException {
    Set<Contestant> contestants = new LinkedHashSet<>();
    for (InferenceGoal goal : goals) {
      if (goal.shape().equals(shape)) {
        contestants.add(report.ours(goal));
        contestants.add(report.theirs(goal));
      }
    }
    for (int fork = 0; fork < forks; fork++) {
      for (Contestant contestant : contestants) {
        Times times = run(shape, contestant);
        report.add(shape, contestant, times);
        System.err.printf(
            Locale.ROOT,
            "%s: %s, fork %d: p50 %.1f us%n",
            shape,
            contestant,
            fork + 1,
            times.p50());
      }
    }
  }

  private Times run(Shape shape, Contestant contestant) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("\\." + shape.benchmark() + "\\.")
            .forks(1)
            .warmupIterations(seconds)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(seconds)
            .measurementTime(TimeValue.seconds(1))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .param("peer", contestant.peer())
            .param("precision", contestant.precision().label())
            .param("cell", shape.cell())
            .param("hidden", Integer.toString(shape.hidden()))
            .param("layers", Integer.toString(shape.layers()))
            .param("steps", Integer.toString(shape.steps()))
            .param("batch", Integer.toString(shape.batch()))
            .param("threads", Integer.toString(shape.threads()))
            .build();
    Statistics statistics =
        new Runner(options).run().iterator().next().getPrimaryResult().getStatistics();
    return new Times(
        statistics.getPercentile(50), statistics.getPercentile(99), statistics.getPercentile(99.9));
  }
}
