package io.ciranda.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Training throughput beside PyTorch: for every shape one fork of {@link TrainStep} and one run of
 * {@code peers/train.py} in turn, several times; prints the table of medians as Markdown.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar io.ciranda.bench.CompareTraining PYTHON [ROUNDS [CELL [THREADS [V,H..]]]]
 * </pre>
 *
 * PYTHON is an interpreter that has PyTorch; V,H are sizes of shapes, as 65,128, without which all
 * are run.
 */
public final class CompareTraining {
  private record Shape(
      int vocab, int hidden, int layers, int steps, int batch, double lstmGoal, double gruGoal) {
    String name() {
      return vocab + "," + hidden;
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          new Shape(65, 128, 2, 50, 50, 1.5, 2.0),
          new Shape(65, 256, 2, 64, 32, 1.5, 1.7),
          new Shape(65, 512, 2, 64, 32, 1.3, 1.6),
          new Shape(10_000, 200, 2, 20, 20, 1.2, 1.3),
          new Shape(10_000, 650, 2, 35, 20, 1.2, 1.3));

  private CompareTraining() {}

  /** Runs the comparison; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, RunnerException {
    List<String> names = Arrays.stream(arguments).skip(4).toList();
    if (arguments.length < 1 || !SHAPES.stream().map(Shape::name).toList().containsAll(names)) {
      System.err.printf(
          "usage: CompareTraining PYTHON [ROUNDS [CELL [THREADS [V,H..]]]]%nPYTHON: an interpreter that has PyTorch; V,H: of %s%n",
          SHAPES.stream().map(Shape::name).toList());
      System.exit(2);
    }
    String python = arguments[0];
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    List<String> cells = arguments.length > 2 ? List.of(arguments[2]) : List.of("lstm", "gru");
    List<Integer> threads =
        arguments.length > 3 ? List.of(Integer.valueOf(arguments[3])) : List.of(1, 2);
    System.out.println(
        "| cell | V, H, L, T, B | threads | Ciranda tokens/s | PyTorch tokens/s | ratio: median (min - max) | goal |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (String cell : cells) {
      for (int count : threads) {
        for (Shape shape : SHAPES) {
          if (names.isEmpty() || names.contains(shape.name())) {
            compare(python, rounds, cell, count, shape);
          }
        }
      }
    }
  }

  private static void compare(String python, int rounds, String cell, int threads, Shape s)
      throws IOException, InterruptedException, RunnerException {
    double[] ours = new double[rounds];
    double[] theirs = new double[rounds];
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      theirs[i] = pytorch(python, cell, threads, s);
      ours[i] = ciranda(cell, threads, s);
      ratios[i] = ours[i] / theirs[i];
    }
    Arrays.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d, %d, %d, %d, %d | %d | %,.0f | %,.0f | %.2f (%.2f - %.2f) | %.1f |%n",
        cell,
        s.vocab,
        s.hidden,
        s.layers,
        s.steps,
        s.batch,
        threads,
        PeerScript.median(ours),
        PeerScript.median(theirs),
        PeerScript.median(ratios),
        ratios[0],
        ratios[rounds - 1],
        cell.equals("gru") ? s.gruGoal : s.lstmGoal);
  }

  private static double ciranda(String cell, int threads, Shape s) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("\\.TrainStep\\.")
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .verbosity(VerboseMode.SILENT)
            .param("cell", cell)
            .param("vocab", Integer.toString(s.vocab))
            .param("hidden", Integer.toString(s.hidden))
            .param("layers", Integer.toString(s.layers))
            .param("steps", Integer.toString(s.steps))
            .param("batch", Integer.toString(s.batch))
            .param("threads", Integer.toString(threads))
            .build();
    RunResult result = new Runner(options).run().iterator().next();
    double milliseconds = result.getPrimaryResult().getStatistics().getPercentile(50);
    return s.steps * s.batch / (milliseconds * 1e-3);
  }

  private static double pytorch(String python, String cell, int threads, Shape s)
      throws IOException, InterruptedException {
    return PeerScript.run(
        "tokens_per_s",
        python,
        "train.py",
        "--cell",
        cell,
        "--vocab",
        Integer.toString(s.vocab),
        "--hidden",
        Integer.toString(s.hidden),
        "--layers",
        Integer.toString(s.layers),
        "--steps",
        Integer.toString(s.steps),
        "--batch",
        Integer.toString(s.batch),
        "--threads",
        Integer.toString(threads));
  }
}
