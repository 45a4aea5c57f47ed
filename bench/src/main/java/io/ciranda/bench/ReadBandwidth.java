package io.ciranda.bench;

import io.ciranda.memory.Memory;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast one thread reads memory that it has just read: the limit of a step with one stream,
 * whose weights are read once a step. The default sizes are those of one layer's weights in
 * float32, input and recurrent, of an LSTM with I = H = 64 to 1024; half as much is bfloat16, or
 * the recurrent weights alone. The score is microseconds a pass: GB/s are 1.024 * size / score.
 *
 * <pre>
 * java -jar bench/target/benchmarks.jar ReadBandwidth
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ReadBandwidth {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int BYTES = SPECIES.vectorByteSize();

  private static final int SAMPLES = 50;
  private static final long SAMPLE_BYTES = 1 << 28;

  /** Kibibytes. */
  @Param({"16", "64", "128", "256", "512", "1024", "2048", "4096", "8192", "16384", "32768"})
  int size;

  private Arena arena;
  private long address;

  /** Takes the memory. */
  @Setup(Level.Trial)
  public void allocate() {
    arena = Arena.ofConfined();
    address = arena.allocate(1024L * size, 64).address();
  }

  /** One pass. */
  @Benchmark
  public float read() {
    return read(address, 1024L * size / 2);
  }

  /** The same without JMH, for a limit beside other figures: the best of some short samples. */
  static double gigabytesPerSecond(long bytes) {
    long half = bytes / 2 / (2L * BYTES) * (2L * BYTES);
    int passes = Math.toIntExact(Math.max(1, SAMPLE_BYTES / bytes));
    double best = 0;
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(2 * half, 64).address();
      for (int sample = 0; sample < SAMPLES; sample++) {
        long start = System.nanoTime();
        for (int pass = 0; pass < passes; pass++) {
          if (read(address, half) != 0) {
            throw new IllegalStateException("expected zeros in memory just taken");
          }
        }
        best = Math.max(best, 2.0 * half * passes / (System.nanoTime() - start));
      }
    }
    return best;
  }

  /** Reads two halves side by side. */
  private static float read(long first, long half) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = FloatVector.zero(SPECIES);
    FloatVector c = FloatVector.zero(SPECIES);
    FloatVector d = FloatVector.zero(SPECIES);
    for (long i = 0; i < half; i += 2L * BYTES) {
      a = load(first + i).add(a);
      b = load(first + i + BYTES).add(b);
      c = load(first + half + i).add(c);
      d = load(first + half + i + BYTES).add(d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.MAX);
  }

  private static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.ALL, address, ByteOrder.nativeOrder());
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    arena.close();
  }
}
