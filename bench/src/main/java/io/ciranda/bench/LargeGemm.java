package io.ciranda.bench;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;

import io.ciranda.blas.Blas;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.MatMul;
import java.lang.foreign.Arena;
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

/**
 * The products over all steps of a sequence, by OpenBLAS and by the kernels, packing included:
 * behind the table of {@link MatMul}. Each fork prints a line with the GFLOP/s of its best call.
 *
 * <pre>
 * java -jar bench/target/benchmarks.jar LargeGemm -p product=AtB:512x128x2500
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class LargeGemm {
  /** op(A) op(B), then m x n x k; t stands for transposed. */
  @Param({
    "AB:2500x128x512",
    "AB:700x650x10000",
    "AtB:512x128x512",
    "AtB:512x128x2500",
    "AtB:10000x650x700",
    "ABt:2500x65x128",
    "ABt:2500x512x128",
    "ABt:700x10000x650"
  })
  String product;

  private final Kernels kernels = Backend.best().kernels();
  private Arena arena;
  private boolean transA;
  private boolean transB;
  private int m;
  private int n;
  private int k;
  private long a;
  private long b;
  private long c;
  private long packed;
  private long best;

  /** Random operands, and a look at some elements of both products. */
  @Setup(Level.Trial)
  public void create() {
    String[] parts = product.split("[:x]", -1);
    transA = parts[0].startsWith("At");
    transB = parts[0].endsWith("Bt");
    m = Integer.parseInt(parts[1]);
    n = Integer.parseInt(parts[2]);
    k = Integer.parseInt(parts[3]);
    arena = Arena.ofConfined();
    var random = new Random(1);
    a = random(random, (long) m * k);
    b = random(random, (long) k * n);
    c = random(random, (long) m * n);
    packed = arena.allocate(4 * kernels.packedSize(k, n), 64).address();
    openBlas();
    check(random);
    for (long i = 0; i < (long) m * n; i++) {
      set(c, i, Float.NaN); // so that the kernels are not checked on what OpenBLAS left
    }
    kernels();
    check(random);
    best = Long.MAX_VALUE;
  }

  private long random(Random random, long floats) {
    long address = arena.allocate(4 * floats, 64).address();
    for (long i = 0; i < floats; i++) {
      set(address, i, (float) random.nextGaussian());
    }
    return address;
  }

  private void check(Random random) {
    for (int sample = 0; sample < 20; sample++) {
      int i = random.nextInt(m);
      int j = random.nextInt(n);
      double expected = 0;
      for (long l = 0; l < k; l++) {
        float left = get(a, transA ? l * m + i : (long) i * k + l);
        expected += (double) left * get(b, transB ? (long) j * k + l : l * n + j);
      }
      float actual = get(c, (long) i * n + j);
      if (!(Math.abs(expected - actual) < 1e-3 * (1 + Math.abs(expected)))) {
        throw new IllegalStateException(
            "element (%d, %d): expected %f, actual %f".formatted(i, j, expected, actual));
      }
    }
  }

  /** OpenBLAS. */
  @Benchmark
  public void openBlas() {
    long start = System.nanoTime();
    Blas.sgemmUnchecked(transA, transB, m, n, k, 1, a, transA ? m : k, b, transB ? k : n, 0, c, n);
    best = Math.min(best, System.nanoTime() - start);
  }

  /** The kernels: the right side packed, then the product. */
  @Benchmark
  public void kernels() {
    long start = System.nanoTime();
    kernels.pack(packed, k, n, b, transB ? 1 : n, transB ? k : 1, 0, n);
    kernels.gemm(c, n, 0, a, transA ? 1 : k, transA ? m : 1, packed, m, n, k);
    best = Math.min(best, System.nanoTime() - start);
  }

  /** Prints the line of this fork. */
  @TearDown(Level.Trial)
  public void report() {
    System.out.printf(
        Locale.ROOT,
        "%n%s, %s: best call %.1f GFLOP/s%n",
        product,
        kernels.name(),
        2.0 * m * n * k / best);
    arena.close();
  }
}
