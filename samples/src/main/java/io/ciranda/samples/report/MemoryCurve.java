package io.ciranda.samples.report;

import io.ciranda.samples.cli.Console;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * The memory of this process over time, as numbers ({@code NAME.csv}) and as a picture ({@code
 * NAME.png}).
 */
public final class MemoryCurve {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double MEGABYTE = 1 << 20;

  /**
   * One look at the memory.
   *
   * @param seconds since the start
   * @param heap bytes that are in use after a collection
   * @param resident bytes of the whole process in RAM; 0 where the system does not tell
   */
  public record Sample(double seconds, long heap, long resident) {}

  /**
   * By how much the least of the last quarter is above the least of the second: in the first,
   * memory is filled for the first time.
   *
   * @param heap bytes
   * @param resident bytes
   */
  public record Growth(long heap, long resident) {}

  private final String title;
  private final long start = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();

  /**
   * @param title stands above the picture: what ran
   */
  public MemoryCurve(String title) {
    this.title = title;
  }

  /** Collects garbage, and looks. */
  public Sample sample() throws IOException {
    System.gc();
    var sample =
        new Sample(
            (System.nanoTime() - start) / 1e9,
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            resident());
    samples.add(sample);
    return sample;
  }

  private static long resident() throws IOException {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }
  }

  /** Of the samples so far, two at least. */
  public Growth growth() {
    return new Growth(growth(Sample::heap), growth(Sample::resident));
  }

  private long growth(ToLongFunction<Sample> bytes) {
    int n = samples.size();
    return least(samples.subList(3 * n / 4, n), bytes)
        - least(samples.subList(n / 4, n / 2), bytes);
  }

  private static long least(List<Sample> samples, ToLongFunction<Sample> bytes) {
    return samples.stream().mapToLong(bytes).min().orElseThrow();
  }

  /**
   * Writes {@code NAME.csv} and {@code NAME.png}.
   *
   * @param name folder and name of both files, without an ending
   */
  public void write(Path name, Console console) throws IOException {
    Path numbers = Path.of(name + ".csv");
    try (Writer out = Files.newBufferedWriter(numbers)) {
      out.write("seconds,heap_bytes,resident_bytes\n");
      for (Sample sample : samples) {
        out.write(
            String.format(
                Locale.ROOT, "%.1f,%d,%d\n", sample.seconds, sample.heap, sample.resident));
      }
    }
    Charts.write("memory", this::chart, name, numbers, console);
  }

  private XYChart chart() {
    XYChart chart = Charts.chart(title, "seconds", "MB");
    double[] seconds = samples.stream().mapToDouble(Sample::seconds).toArray();
    Charts.draw(
        chart, "process (RSS)", seconds, megabytes(Sample::resident), Charts.FIRST, Charts.SOLID);
    Charts.draw(
        chart,
        "heap after a collection",
        seconds,
        megabytes(Sample::heap),
        Charts.SECOND,
        Charts.SOLID);
    chart.getStyler().setYAxisMin(0.0);
    // The lines are near the upper and the lower edge.
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    return chart;
  }

  private double[] megabytes(ToLongFunction<Sample> bytes) {
    return samples.stream().mapToDouble(sample -> bytes.applyAsLong(sample) / MEGABYTE).toArray();
  }
}
