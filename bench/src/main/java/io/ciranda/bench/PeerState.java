package io.ciranda.bench;

import io.ciranda.bench.peer.Peer;
import io.ciranda.bench.peer.Peers;
import io.ciranda.bench.peer.Spec;
import io.ciranda.bench.peer.Workload;
import io.ciranda.kernel.Precision;
import io.ciranda.nn.Cell;
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
 * Inference by one engine: what all its benchmarks share. A benchmark gives the sizes that make it
 * what it is.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class PeerState {
  /** Calls that the check compares: the state of the first is zeros, that of the last is not. */
  private static final int CHECKED_CALLS = 3;

  @Param("ciranda")
  String peer;

  @Param("lstm")
  String cell;

  /** I; 0: as many as {@link #hidden}. */
  @Param("0")
  int input;

  @Param("256")
  int hidden;

  @Param("f32")
  String precision;

  @Param("1")
  int threads;

  private Workload workload;
  private Peer engine;

  /** The sizes of the benchmark. */
  abstract Spec spec();

  /** The shared parameters with those of the benchmark. */
  final Spec spec(int layers, int steps, int batch, int vocabulary, boolean carryState) {
    return new Spec(
        Cell.of(cell),
        input == 0 ? hidden : input,
        hidden,
        layers,
        steps,
        batch,
        vocabulary,
        carryState,
        Precision.of(precision),
        threads);
  }

  /** The engine with its network; its answers are those of the oracle. */
  @Setup(Level.Trial)
  public void create() {
    workload = new Workload(spec());
    engine = Peers.create(peer, workload);
    engine.run();
    engine.reset();
    try (Peer oracle = Peers.reference(workload)) {
      for (int call = 0; call < CHECKED_CALLS; call++) {
        engine.run();
        if (call == 0 || workload.spec().carryState()) {
          oracle.run();
        }
        requireClose(call, oracle.output(), engine.output());
      }
    }
  }

  private void requireClose(int call, float[] expected, float[] actual) {
    if (actual.length != expected.length) {
      throw new IllegalStateException(
          "%s: expected %d outputs, actual %d".formatted(peer, expected.length, actual.length));
    }
    float largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    double tolerance = tolerance(workload.spec().precision()) * largest;
    for (int i = 0; i < expected.length; i++) {
      // A NaN is not close either.
      if (!(Math.abs(actual[i] - expected[i]) <= tolerance)) {
        throw new IllegalStateException(
            "%s, call %d, output %d: expected %.7f, actual %.7f, tolerance %.1e"
                .formatted(peer, call, i, expected[i], actual[i], tolerance));
      }
    }
  }

  /** How far an answer may be from the oracle's, as a part of the largest value of the answer. */
  private static double tolerance(Precision precision) {
    return switch (precision) {
      case F32 -> 1e-4;
      case BF16 -> 1e-2;
      case INT8 -> 2e-2;
    };
  }

  /** One call. */
  @Benchmark
  public void run() {
    engine.run();
  }

  /** Frees everything. */
  @TearDown(Level.Trial)
  public void close() {
    engine.close();
    workload.close();
  }
}
