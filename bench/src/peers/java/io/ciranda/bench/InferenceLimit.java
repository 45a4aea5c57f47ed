package io.ciranda.bench;

import io.ciranda.bench.InferenceGoal.Shape;
import io.ciranda.kernel.Precision;
import io.ciranda.nn.Cell;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The time that the products of a call take at the speeds of this machine: what they read from
 * where it lies, or what they multiply at the peak of the multiply-add units, whichever is more.
 * Who reads weights larger than a cache to and fro, as the engine does, finds some of them in it,
 * and can be faster than that: the speeds are those of reading upwards again and again.
 *
 * <ul>
 *   <li>The inputs' products of all steps of a sequence are one product, and read their weights
 *       once. A token's product is a row of a table, and counts nothing.
 *   <li>Then each step reads the recurrent weights of its layer again, at the speed at which this
 *       machine reads all that comes between two such times: a layer's recurrent weights within a
 *       sequence, the whole network from one step of a stream to the next.
 *   <li>With more threads each has its share of the weights to itself and reads as fast as one
 *       alone, which beyond the caches of a core is more than they can.
 * </ul>
 *
 * <p>Gates, copies and the embedding's rows count nothing.
 */
final class InferenceLimit {
  /** The first of them are not compiled yet. */
  private static final int PEAKS = 10;

  private final double peak =
      IntStream.range(0, PEAKS).mapToDouble(i -> FmaPeak.gigaflops()).max().getAsDouble();
  private final Map<Long, Double> bandwidths = new HashMap<>(); // by bytes

  /** In microseconds. */
  double micros(Shape shape, Precision precision) {
    double gateRows = Cell.of(shape.cell()).gates() * (double) shape.hidden();
    double matrix = gateRows * shape.hidden(); // the input's and the recurrent one are as large
    int vocabulary = shape.benchmark().equals("TokenStep") ? TokenStep.VOCABULARY : 0;
    double head = (double) vocabulary * shape.hidden();
    double inputs = matrix * (shape.layers() - (vocabulary > 0 ? 1 : 0));
    double recurrent = matrix * shape.layers();
    double again = shape.steps() > 1 ? matrix : inputs + recurrent + head;
    double bandwidth = bandwidth(Math.round(again * precision.bytes() / shape.threads()));
    int rows = shape.batch();
    return product(inputs + head, rows * shape.steps(), precision, shape.threads(), bandwidth)
        + shape.steps() * product(recurrent, rows, precision, shape.threads(), bandwidth);
  }

  private double product(
      double weights, int rows, Precision precision, int threads, double bandwidth) {
    double reading = weights * precision.bytes() / bandwidth;
    double multiplying = 2 * weights * rows / peak;
    return Math.max(reading, multiplying) / threads / 1000;
  }

  private double bandwidth(long bytes) {
    return bandwidths.computeIfAbsent(bytes, ReadBandwidth::gigabytesPerSecond);
  }

  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            "%.0f GFLOP/s; %s",
            peak,
            bandwidths.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(
                    e ->
                        String.format(
                            Locale.ROOT, "%d KiB at %.0f GB/s", e.getKey() / 1024, e.getValue()))
                .collect(Collectors.joining(", ")));
  }
}
