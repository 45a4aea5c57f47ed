package io.ciranda.bench;

import io.ciranda.bench.TranslateRun.Task;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Translation with attention beside PyTorch: for every case one fork of {@link TranslateRun} and
 * one run of {@code peers/translate.py} in turn, several times; prints the table of medians as
 * Markdown.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar io.ciranda.bench.CompareTranslation PYTHON [ROUNDS [HIDDEN [TASK..]]]
 * </pre>
 *
 * PYTHON is an interpreter that has PyTorch, whose weights are f32 in every case; a TASK is {@code
 * train}, {@code greedy} or {@code beam5}, all if none is named.
 */
public final class CompareTranslation {
  private record Case(
      Task task, String cell, int batch, int threads, String precision, double goal) {
    String name() {
      return task.name().toLowerCase(Locale.ROOT);
    }

    String unit() {
      return task == Task.TRAIN ? "target tokens/s" : "sentences/s";
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case(Task.TRAIN, "gru", 64, 1, "f32", 1.5),
          new Case(Task.TRAIN, "gru", 64, 2, "f32", 1.5),
          new Case(Task.TRAIN, "lstm", 64, 1, "f32", 1.5),
          new Case(Task.TRAIN, "lstm", 64, 2, "f32", 1.5),
          new Case(Task.GREEDY, "gru", 1, 1, "f32", 3),
          new Case(Task.BEAM5, "gru", 1, 1, "f32", 3),
          new Case(Task.GREEDY, "gru", 1, 1, "bf16", 3),
          new Case(Task.BEAM5, "gru", 1, 1, "bf16", 3),
          new Case(Task.GREEDY, "gru", 32, 1, "f32", 1.3),
          new Case(Task.BEAM5, "gru", 32, 1, "f32", 1.3));

  private CompareTranslation() {}

  /** Runs the comparison; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, RunnerException {
    List<String> tasks = Arrays.stream(arguments).skip(3).toList();
    if (arguments.length < 1 || !CASES.stream().map(Case::name).toList().containsAll(tasks)) {
      System.err.println(
          "usage: CompareTranslation PYTHON [ROUNDS [HIDDEN [train|greedy|beam5..]]]   (PYTHON: an interpreter that has PyTorch)");
      System.exit(2);
    }
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    String hidden = arguments.length > 2 ? arguments[2] : "512";
    System.out.println(
        "| task, H = %s | cell | batch | threads | weights | unit | Ciranda | PyTorch | ratio: median (min - max) | goal |"
            .formatted(hidden));
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (Case c : CASES) {
      if (tasks.isEmpty() || tasks.contains(c.name())) {
        compare(arguments[0], rounds, hidden, c);
      }
    }
  }

  private static void compare(String python, int rounds, String hidden, Case c)
      throws IOException, InterruptedException, RunnerException {
    double[] ours = new double[rounds];
    double[] theirs = new double[rounds];
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      theirs[i] = pytorch(python, hidden, c);
      ours[i] = ciranda(hidden, c);
      ratios[i] = ours[i] / theirs[i];
    }
    Arrays.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %d | %d | %s | %s | %,.1f | %,.1f | %.2f (%.2f - %.2f) | %.1f |%n",
        c.name(),
        c.cell,
        c.batch,
        c.threads,
        c.precision,
        c.unit(),
        PeerScript.median(ours),
        PeerScript.median(theirs),
        PeerScript.median(ratios),
        ratios[0],
        ratios[rounds - 1],
        c.goal);
  }

  private static double pytorch(String python, String hidden, Case c)
      throws IOException, InterruptedException {
    boolean trains = c.task == Task.TRAIN;
    return PeerScript.run(
        trains ? "tokens_per_s" : "sentences_per_s",
        python,
        "translate.py",
        trains ? "train" : "decode",
        "--cell",
        c.cell,
        "--hidden",
        hidden,
        "--attention",
        hidden,
        "--batch",
        Integer.toString(c.batch),
        "--beam",
        c.task == Task.BEAM5 ? "5" : "1",
        "--threads",
        Integer.toString(c.threads),
        "--seconds",
        "6");
  }

  private static double ciranda(String hidden, Case c) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("\\.TranslateRun\\.")
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(3)
            .measurementTime(TimeValue.seconds(2))
            .verbosity(VerboseMode.SILENT)
            .param("task", c.task.name())
            .param("cell", c.cell)
            .param("hidden", hidden)
            .param("attention", hidden)
            .param("batch", Integer.toString(c.batch))
            .param("threads", Integer.toString(c.threads))
            .param("precision", c.precision)
            .build();
    RunResult result = new Runner(options).run().iterator().next();
    Result<?> counted =
        result.getSecondaryResults().get(c.task == Task.TRAIN ? "targets" : "pairs");
    // Milliseconds for each.
    return 1e3 / counted.getStatistics().getPercentile(50);
  }
}
