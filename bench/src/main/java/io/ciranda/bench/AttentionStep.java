package io.ciranda.bench;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.ScalarKernels;
import java.lang.foreign.Arena;
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
 * Attention in one step of a decoder: for each source of a batch [S][B][N] the scores of its
 * positions, their softmax, and the sum of its rows that they weigh. Both kinds of score, the
 * gradients, and the limit of the additive ones: as many tanh.
 *
 * <pre>
 * java -jar bench/target/benchmarks.jar AttentionStep -p width=256 -p positions=30 -p batch=32
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class AttentionStep {
  private static final double TOLERANCE = 1e-4;

  @Param({"256", "512", "1024"})
  int width;

  @Param({"10", "30"})
  int positions;

  @Param({"1", "32"})
  int batch;

  private final Kernels kernels = Backend.best().kernels();
  private Arena arena;
  private long keys;
  private long values;
  private long queries;
  private long v;
  private long weights;
  private long contexts;
  private long gradients;

  /** Random sources and queries, and both answers beside those of the scalar kernels. */
  @Setup(Level.Trial)
  public void create() {
    arena = Arena.ofConfined();
    var random = new Random(1);
    keys = random(random, positions * batch * width);
    values = random(random, positions * batch * width);
    queries = random(random, batch * width);
    v = random(random, width);
    weights = random(random, batch * positions);
    contexts = random(random, batch * width);
    gradients = random(random, (positions * batch + batch + 1) * width);
    check(true);
    check(false);
  }

  private long random(Random random, int floats) {
    long address = arena.allocate(4L * floats, 64).address();
    for (int i = 0; i < floats; i++) {
      set(address, i, (float) random.nextGaussian() / 8);
    }
    return address;
  }

  private void check(boolean additive) {
    step(new ScalarKernels(), additive);
    float[] expected = contexts();
    step(kernels, additive);
    float[] actual = contexts();
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(expected[i] - actual[i]) < TOLERANCE)) {
        throw new IllegalStateException(
            "element %d: expected %f, actual %f".formatted(i, expected[i], actual[i]));
      }
    }
  }

  private float[] contexts() {
    float[] y = new float[batch * width];
    for (int i = 0; i < y.length; i++) {
      y[i] = get(contexts, i);
    }
    return y;
  }

  private void step(Kernels k, boolean additive) {
    scores(k, additive);
    k.softmax(weights, batch, positions);
    sums(k);
  }

  private void scores(Kernels k, boolean additive) {
    long stride = (long) batch * width;
    for (int b = 0; b < batch; b++) {
      long q = queries + 4L * b * width;
      long source = keys + 4L * b * width;
      long e = weights + 4L * b * positions;
      if (additive) {
        k.additiveScores(e, q, source, stride, v, positions, width);
      } else {
        k.dots(e, q, source, stride, positions, width);
      }
    }
  }

  private void sums(Kernels k) {
    long stride = (long) batch * width;
    for (int b = 0; b < batch; b++) {
      long row = 4L * b * width;
      long w = weights + 4L * b * positions;
      k.weightedSum(contexts + row, w, values + row, stride, positions, width);
    }
  }

  /** Additive scores, softmax, weighted sum. */
  @Benchmark
  public void additive() {
    step(kernels, true);
  }

  /** Scores that are dot products, softmax, weighted sum. */
  @Benchmark
  public void dot() {
    step(kernels, false);
  }

  /** Additive scores alone. */
  @Benchmark
  public void additiveScores() {
    scores(kernels, true);
  }

  /** Dot products alone: every key is read once. */
  @Benchmark
  public void dots() {
    scores(kernels, false);
  }

  /** Weighted sums alone: every value is read once. */
  @Benchmark
  public void weightedSum() {
    sums(kernels);
  }

  /** The gradients of additive scores. */
  @Benchmark
  public void additiveScoresBackward() {
    long stride = (long) batch * width;
    long dkeys = gradients + 4 * (stride + width);
    for (int b = 0; b < batch; b++) {
      long row = 4L * b * width;
      long de = weights + 4L * b * positions;
      kernels.additiveScoresBackward(
          gradients + 4L * width + row,
          dkeys + row,
          gradients,
          de,
          queries + row,
          keys + row,
          stride,
          v,
          positions,
          width);
    }
  }

  /** The gradient of the values, or that of keys under dot products. */
  @Benchmark
  public void addOuter() {
    long stride = (long) batch * width;
    long dvalues = gradients + 4 * (stride + width);
    for (int b = 0; b < batch; b++) {
      long row = 4L * b * width;
      long w = weights + 4L * b * positions;
      kernels.addOuter(dvalues + row, stride, w, queries + row, positions, width);
    }
  }

  /** As many tanh as additive scores have, in arrays of the width of a query. */
  @Benchmark
  public void tanh() {
    for (int i = 0; i < positions * batch; i++) {
      kernels.tanh(contexts, keys + 4L * i * width, width);
    }
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    arena.close();
  }
}
