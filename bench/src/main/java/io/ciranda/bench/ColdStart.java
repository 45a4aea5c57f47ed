package io.ciranda.bench;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How long a JVM takes from its start to the first answer of a model, and until a step takes what
 * it will take from then on: with and without JDK 25's AOT cache, {@code Model.warmUp} and the
 * Vector API. Prints a table of medians as Markdown.
 *
 * <pre>
 * java -cp bench/target/benchmarks.jar io.ciranda.bench.ColdStart [RUNS [HIDDEN]]
 * </pre>
 */
public final class ColdStart {
  private static final long NANOS = 1_000_000_000;
  private static final List<String> VECTOR = List.of("--add-modules", "jdk.incubator.vector");

  /** A way to start a JVM. */
  private record Way(String name, List<String> options, boolean aot, boolean warmUp) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("plain", VECTOR, false, false),
          new Way("`Model.warmUp()`", VECTOR, false, true),
          new Way("`-XX:AOTCache`", VECTOR, true, false),
          new Way("`-XX:AOTCache`, `Model.warmUp()`", VECTOR, true, true),
          new Way("without `--add-modules jdk.incubator.vector`", List.of(), false, false));

  private ColdStart() {}

  /** Runs the comparison; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 3 && arguments[0].equals("child")) {
      measure(Path.of(arguments[1]), Boolean.parseBoolean(arguments[2]));
      return;
    }
    int runs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
    int hidden = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    Path folder = Files.createTempDirectory("ciranda-cold-start");
    Path model = folder.resolve("model.safetensors");
    Path cache = folder.resolve("model.aot");
    write(model, hidden);
    start(model, true, VECTOR, List.of("-XX:AOTCacheOutput=" + cache));
    System.out.printf("LSTM, H = I = %d, one layer, float32; medians of %d JVMs%n%n", hidden, runs);
    System.out.println(
        "| JVM | start to first answer, ms | first step after that, us | steady from, ms after the start | a step then, us |");
    System.out.println("|---|---|---|---|---|");
    for (Way way : WAYS) {
      double[][] figures = new double[4][runs];
      for (int run = 0; run < runs; run++) {
        List<String> aot = way.aot ? List.of("-XX:AOTCache=" + cache) : List.of();
        double[] figure = start(model, way.warmUp, way.options, aot);
        for (int i = 0; i < figure.length; i++) {
          figures[i][run] = figure[i];
        }
      }
      System.out.printf(
          "| %s | %.0f | %.0f | %.0f | %.1f |%n",
          way.name, median(figures[0]), median(figures[1]), median(figures[2]), median(figures[3]));
    }
    for (Path file : List.of(model, cache, folder)) {
      Files.deleteIfExists(file);
    }
  }

  private static void write(Path file, int hidden) throws IOException {
    var random = new SplittableRandom(1);
    float range = (float) (1 / Math.sqrt(hidden));
    try (Tensor ih = uniform(random, range, 4 * hidden, hidden);
        Tensor hh = uniform(random, range, 4 * hidden, hidden)) {
      new SafetensorsWriter().add("weight_ih_l0", ih).add("weight_hh_l0", hh).write(file);
    }
  }

  private static Tensor uniform(SplittableRandom random, float range, int... shape) {
    Tensor tensor = Tensor.allocate(shape);
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-range, range);
    }
    return tensor.copyFrom(values);
  }

  private static double[] start(Path model, boolean warmUp, List<String> options, List<String> aot)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(aot);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(ColdStart.class.getName(), "child", model.toString(), Boolean.toString(warmUp)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + "\n" + printed);
    }
    String figures =
        printed.lines().filter(l -> l.startsWith("figures ")).findFirst().orElseThrow();
    return Arrays.stream(figures.substring(8).split(" "))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** In a JVM of its own: loads the model, steps it for two seconds, prints four figures. */
  private static void measure(Path file, boolean warmUp) throws IOException {
    int windows = 20_000;
    long[] ends = new long[windows]; // nanoseconds
    double[] micros = new double[windows]; // a step, mean of a window
    try (Model model = Model.load(file);
        Session session = model.newSession()) {
      if (warmUp) {
        model.warmUp();
      }
      float[] x = new float[model.architecture().input()];
      float[] y = new float[model.architecture().output()];
      session.step(x, y);
      long first = System.nanoTime();
      double sinceStart =
          System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
      session.step(x, y);
      double second = (System.nanoTime() - first) / 1e3;
      int n = 0;
      while (n < windows && System.nanoTime() - first < 2 * NANOS) {
        long from = System.nanoTime();
        for (int i = 0; i < 20; i++) {
          session.step(x, y);
        }
        ends[n] = System.nanoTime();
        micros[n++] = (ends[n - 1] - from) / 20e3;
      }
      double steady = median(Arrays.copyOfRange(micros, n / 2, n));
      int from = n;
      while (from > 10 && median(Arrays.copyOfRange(micros, from - 10, from)) < 1.25 * steady) {
        from -= 10;
      }
      double steadyFrom = sinceStart + (ends[Math.min(from, n - 1)] - first) / 1e6;
      System.out.printf("figures %s %s %s %s%n", sinceStart, second, steadyFrom, steady);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
