package io.ciranda.bench;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;

import io.ciranda.blas.Blas;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * The product of a recurrent step, {@code C [rows][n] += A [rows][k] B [k][n]}: packed panels and
 * OpenBLAS.
 *
 * <p>Beside JMH's microseconds, each fork prints a line with the GFLOP/s of its best iteration and
 * of the multiply-add units, which it measures before every iteration. JMH's figure is the mean of
 * the time that passes; the line counts the thread's own time and the iteration least disturbed,
 * because other programs on the machine are no property of the product.
 *
 * <pre>
 * java -jar bench/target/benchmarks.jar SmallGemm
 * java -jar bench/target/benchmarks.jar SmallGemm.packed -p rows=4 -p shape=1024x256
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class SmallGemm {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Param({"1", "2", "4", "8", "16", "32", "64"})
  int rows;

  /** n x k: 0.25, 1, 4 and 8 MB of weights. */
  @Param({"512x128", "1024x256", "2048x512", "4096x512"})
  String shape;

  private final Kernels kernels = Backend.best().kernels();
  private int n;
  private int k;
  private Arena arena;
  private long a;
  private long b;
  private long packed;
  private long c;
  private long calls;
  private long start;
  private double best;
  private double peak;

  /** Random operands, and a look at some elements of both products. */
  @Setup(Level.Trial)
  public void create(BenchmarkParams benchmark) {
    String[] sizes = shape.split("x", -1);
    n = Integer.parseInt(sizes[0]);
    k = Integer.parseInt(sizes[1]);
    arena = Arena.ofConfined();
    var random = new Random(1);
    a = random(random, (long) rows * k);
    b = random(random, (long) k * n);
    c = random(random, (long) rows * n);
    packed = allocate(kernels.packedSize(k, n));
    kernels.pack(packed, k, n, b, n, 1, 0, n);
    for (int i = 0; i < 20; i++) {
      check(random.nextInt(rows), random.nextInt(n), benchmark.getBenchmark().endsWith("openBlas"));
    }
  }

  private long allocate(long floats) {
    MemorySegment segment = arena.allocate(4 * floats, 64);
    return segment.address();
  }

  private long random(Random random, long floats) {
    long address = allocate(floats);
    for (long i = 0; i < floats; i++) {
      set(address, i, (float) random.nextGaussian());
    }
    return address;
  }

  private void check(int row, int column, boolean blas) {
    double expected = get(c, (long) row * n + column);
    for (int l = 0; l < k; l++) {
      expected += (double) get(a, (long) row * k + l) * get(b, (long) l * n + column);
    }
    if (blas) {
      openBlas();
    } else {
      packed();
    }
    float actual = get(c, (long) row * n + column);
    if (!(Math.abs(expected - actual) < 1e-3 * (1 + Math.abs(expected)))) {
      throw new IllegalStateException(
          "element (%d, %d): expected %f, actual %f".formatted(row, column, expected, actual));
    }
  }

  /** Measures the peak, then starts the clock of the iteration. */
  @Setup(Level.Iteration)
  public void startIteration() {
    peak = Math.max(peak, FmaPeak.gigaflops());
    calls = 0;
    start = THREADS.getCurrentThreadCpuTime();
  }

  /** Keeps the iteration if it was the best. */
  @TearDown(Level.Iteration)
  public void endIteration() {
    long nanos = THREADS.getCurrentThreadCpuTime() - start;
    best = Math.max(best, 2.0 * rows * n * k * calls / nanos);
  }

  /** The engine's product. */
  @Benchmark
  public void packed() {
    kernels.gemmAdd(c, n, a, k, 1, packed, rows, n, k);
    calls++;
  }

  /** The same by OpenBLAS, which packs both operands each time. */
  @Benchmark
  public void openBlas() {
    Blas.sgemmUnchecked(false, false, rows, n, k, 1, a, k, b, n, 1, c, n);
    calls++;
  }

  /** Prints the line of this fork. */
  @TearDown(Level.Trial)
  public void report(BenchmarkParams benchmark) {
    String name = benchmark.getBenchmark().substring(SmallGemm.class.getPackageName().length() + 1);
    System.out.printf(
        Locale.ROOT,
        "%n%s, rows %d, %s, %s: %.1f GFLOP/s of %.1f (%.0f %%)%n",
        name,
        rows,
        shape,
        kernels.name(),
        best,
        peak,
        100 * best / peak);
    arena.close();
  }
}
