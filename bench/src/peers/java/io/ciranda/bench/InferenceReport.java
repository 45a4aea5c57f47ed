package io.ciranda.bench;

import io.ciranda.bench.InferenceGoal.Shape;
import io.ciranda.kernel.Precision;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What {@link CompareInference} measured: a table, as Markdown, and a picture. */
final class InferenceReport {
  /** An engine with a precision. */
  record Contestant(String peer, Precision precision) {
    @Override
    public String toString() {
      return peer + " " + precision.label();
    }
  }

  /** Of the calls of one fork, in microseconds. */
  record Times(double p50, double p99, double p999) {}

  private record Entry(Shape shape, Contestant contestant) {}

  /** The jars of the class path whose versions stand in the report. */
  private static final List<String> LIBRARIES =
      List.of("onnxruntime-", "pytorch-engine-", "pytorch-native-", "deeplearning4j-nn-");

  private final String peer;
  private final List<InferenceGoal> goals;
  private final int forks;
  private final int seconds;
  private final InferenceLimit limit = new InferenceLimit();
  private final Map<Entry, List<Times>> measured = new HashMap<>();

  InferenceReport(String peer, List<InferenceGoal> goals, int forks, int seconds) {
    this.peer = peer;
    this.goals = goals;
    this.forks = forks;
    this.seconds = seconds;
  }

  /** Whose time is to be the smaller. */
  Contestant ours(InferenceGoal goal) {
    return new Contestant(peer, goal.precision());
  }

  /** Whose time it is compared with. */
  Contestant theirs(InferenceGoal goal) {
    return new Contestant(goal.rival(), Precision.F32);
  }

  /** Adds what a fork gave; the n-th of every contestant ran in the same round. */
  void add(Shape shape, Contestant contestant, Times times) {
    measured.computeIfAbsent(new Entry(shape, contestant), entry -> new ArrayList<>()).add(times);
  }

  /** Writes the table, and the picture beside it, of all that is measured by now. */
  void write(Path file) throws IOException {
    List<InferenceGoal> done =
        goals.stream().filter(goal -> !times(goal.shape(), ours(goal)).isEmpty()).toList();
    String name = file.getFileName().toString().replaceFirst("\\.md$", "") + ".png";
    // First, for the limits are measured on the way.
    String rows = done.stream().map(this::row).collect(Collectors.joining());
    var text = new StringBuilder();
    text.append(
        """
        # Inference beside the peers

        Written by `CompareInference` (see [README.md](README.md)) on %s.

        - %s, %d cores; JDK %s
        - %s
        - %d forks of each engine in turn, each %d s of warm-up and %d s of measurement
        - times of a call in microseconds, p50 / p99 / p99.9: the median of the forks (p99.9 is the slowest where a fork has under 1,000 calls)
        - ratio: p50 of %s to the rival's, which runs f32, in the same round: the median (min - max)
        - limit: the time of the call's products at this machine's speeds in microseconds, and its share of the p50; measured in the same run: %s

        ![Ratios](%s)

        | benchmark | cell | H, L, T, B | threads | precision | %s | rival | its times | ratio | goal | limit |
        |---|---|---|---|---|---|---|---|---|---|---|
        """
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                processor(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                libraries(),
                forks,
                seconds,
                seconds,
                peer,
                limit,
                name,
                peer));
    text.append(rows);
    done.stream()
        .filter(goal -> goal.shape().equals(InferenceGoal.HEADLINE))
        .findFirst()
        .ifPresent(goal -> text.append(tail(goal)));
    Files.writeString(file, text);
    InferenceChart.write(done, this::ratio, file.resolveSibling(name));
  }

  private String row(InferenceGoal goal) {
    Shape s = goal.shape();
    double[] ratios = ratios(goal);
    double least = limit.micros(s, goal.precision());
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d, %d, %d, %d | %d | %s | %s | %s | %s | %.2f (%.2f - %.2f) | %.2f%s | %.1f, %.0f %% |%n",
        s.benchmark(),
        s.cell(),
        s.hidden(),
        s.layers(),
        s.steps(),
        s.batch(),
        s.threads(),
        goal.precision().label(),
        text(times(s, ours(goal))),
        goal.rival(),
        text(times(s, theirs(goal))),
        median(ratios),
        ratios[0],
        ratios[ratios.length - 1],
        goal.ratio(),
        median(ratios) <= goal.ratio() ? "" : ", missed",
        least,
        100 * least / median(p50s(s, ours(goal))));
  }

  private double[] p50s(Shape shape, Contestant contestant) {
    return times(shape, contestant).stream().mapToDouble(Times::p50).sorted().toArray();
  }

  private String tail(InferenceGoal headline) {
    double[] tails =
        times(headline.shape(), ours(headline)).stream()
            .mapToDouble(times -> times.p99 / times.p50)
            .sorted()
            .toArray();
    return String.format(
        Locale.ROOT,
        "%n%s: p99 is %.2f times p50 (goal: at most %.0f%s).%n",
        headline.shape(),
        median(tails),
        InferenceGoal.HEADLINE_TAIL,
        median(tails) <= InferenceGoal.HEADLINE_TAIL ? "" : ", missed");
  }

  private List<Times> times(Shape shape, Contestant contestant) {
    return measured.getOrDefault(new Entry(shape, contestant), List.of());
  }

  private double ratio(InferenceGoal goal) {
    return median(ratios(goal));
  }

  /** Of the rounds, ascending. */
  private double[] ratios(InferenceGoal goal) {
    List<Times> ours = times(goal.shape(), ours(goal));
    List<Times> theirs = times(goal.shape(), theirs(goal));
    return IntStream.range(0, ours.size())
        .mapToDouble(round -> ours.get(round).p50 / theirs.get(round).p50)
        .sorted()
        .toArray();
  }

  private static String text(List<Times> forks) {
    return Stream.<ToDoubleFunction<Times>>of(Times::p50, Times::p99, Times::p999)
        .map(part -> median(forks.stream().mapToDouble(part).sorted().toArray()))
        .map(value -> String.format(Locale.ROOT, "%.1f", value))
        .collect(Collectors.joining(" / "));
  }

  private static double median(double[] sorted) {
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo"); // of Linux
    try (Stream<String> lines = Files.isReadable(info) ? Files.lines(info) : Stream.empty()) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("processor unknown");
    }
  }

  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).getFileName().toString())
        .filter(name -> LIBRARIES.stream().anyMatch(name::startsWith))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
