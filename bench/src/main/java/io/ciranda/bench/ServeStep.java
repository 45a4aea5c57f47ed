package io.ciranda.bench;

import com.sun.management.ThreadMXBean;
import io.ciranda.nn.Cell;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
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
 * A request to a classifier in a service: raw features in; standardised, two recurrent layers, a
 * linear layer, softmax; a label out. Each of some virtual threads has a session of its own on one
 * shared model.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 5,
    jvmArgs = {
      "--add-modules",
      "jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Djmh.executor=VIRTUAL"
    })
public class ServeStep {
  private static final int LAYERS = 2;
  private static final int LABELS = 5;
  private static final int EXAMPLES = 40;
  private static final int STEPS = 32;

  /** Enough for C2 to have compiled a request, after which it allocates nothing. */
  private static final int ROUNDS = 5_000;

  @Param("lstm")
  String cell;

  @Param("128")
  int hidden;

  @Param("16")
  int features;

  /** Virtual threads, each with a session. */
  @Param({"1", "8", "64"})
  int streams;

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Stream> ring = new ArrayList<>();
  private final List<Future<?>> serving = new ArrayList<>();
  private SequenceClassifier model;
  private ExecutorService executor;
  private volatile boolean ended;

  /** One client: frames that come again and again, and the session that reads them. */
  private static final class Stream {
    private final float[][] frames; // [STEPS][features]
    private final LabelSession session;
    private final Semaphore turn = new Semaphore(0);
    private int next;

    Stream(float[][] frames, LabelSession session) {
      this.frames = frames;
      this.session = session;
    }

    String request() {
      session.step(frames[next]);
      next = (next + 1) % frames.length;
      return session.label();
    }
  }

  /**
   * The turn of JMH's thread, a virtual thread like the others and the first of the ring: outside
   * of what is timed.
   */
  @State(Scope.Thread)
  public static class Turn {
    /** Comes back when it is this thread's turn. */
    @Setup(Level.Invocation)
    public void await(ServeStep all) throws InterruptedException {
      all.ring.getFirst().turn.acquire();
    }

    /** Lets the next go on. */
    @TearDown(Level.Invocation)
    public void pass(ServeStep all) {
      all.after(0).turn.release();
    }
  }

  /** A model; a ring of streams that were all checked, side by side. */
  @Setup(Level.Trial)
  public void create() throws Exception {
    if (!Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("expected -Djmh.executor=VIRTUAL in the JVM's arguments");
    }
    var examples = new ArrayList<Example<String>>();
    for (int i = 0; i < EXAMPLES; i++) {
      examples.add(new Example<>(Sequence.of(frames()), "label " + i % LABELS));
    }
    var options = SequenceOptions.standard().withCell(Cell.of(cell)).withHidden(hidden);
    model = SequenceClassifier.fit(examples, options.withLayers(LAYERS).withEpochs(1));
    for (int i = 0; i < streams; i++) {
      ring.add(new Stream(frames(), model.newSession()));
    }
    executor = Executors.newVirtualThreadPerTaskExecutor();
    var checks = new ArrayList<Future<?>>();
    for (Stream stream : ring) {
      checks.add(executor.submit(() -> requireThatOfPredict(stream)));
    }
    for (Future<?> check : checks) {
      check.get();
    }
    requireNoGarbage(ring.getFirst());
    for (int i = 1; i < streams; i++) {
      int own = i;
      serving.add(executor.submit(() -> serve(own)));
    }
    ring.getFirst().turn.release(Math.min(streams, Runtime.getRuntime().availableProcessors()));
  }

  private Stream after(int i) {
    return ring.get((i + 1) % streams);
  }

  private float[][] frames() {
    float[][] frames = new float[STEPS][features];
    for (float[] frame : frames) {
      for (int j = 0; j < features; j++) {
        frame[j] = (float) random.nextGaussian(20, 5);
      }
    }
    return frames;
  }

  private void requireThatOfPredict(Stream stream) {
    for (int t = 0; t < STEPS; t++) {
      stream.request();
    }
    var expected = model.predict(Sequence.of(stream.frames));
    if (!stream.session.prediction().equals(expected)) {
      throw new IllegalStateException(
          "expected %s as of predict, actual %s".formatted(expected, stream.session.prediction()));
    }
  }

  /** On a platform thread, whose allocation the JVM counts. */
  private void requireNoGarbage(Stream stream) throws InterruptedException {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var least = new long[] {Long.MAX_VALUE};
    Thread platform =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int round = 0; round < ROUNDS && least[0] > 0; round++) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int t = 0; t < STEPS; t++) {
                      stream.request();
                    }
                    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                    least[0] = Math.min(least[0], bytes);
                  }
                });
    platform.join();
    if (least[0] != 0) {
      throw new IllegalStateException(
          "expected 0 bytes allocated in %d requests, actual %d".formatted(STEPS, least[0]));
    }
  }

  private Void serve(int i) throws InterruptedException {
    ring.get(i).turn.acquire();
    while (!ended) {
      ring.get(i).request();
      after(i).turn.release();
      ring.get(i).turn.acquire();
    }
    return null;
  }

  /**
   * One request, from the time when its thread has a carrier: no queue. The streams stand in a ring
   * and take turns, as many at a time as there are CPUs, so that a stream finds the caches as the
   * others left them. The requests of the first are timed.
   */
  @Benchmark
  public String request(Turn turn) {
    return ring.getFirst().request();
  }

  /**
   * A request of every stream at once, each on a new virtual thread, until the last has its answer:
   * the longest that a request can wait in the queue.
   */
  @Benchmark
  public void burst() throws InterruptedException {
    var answered = new CountDownLatch(streams);
    for (Stream stream : ring) {
      executor.execute(
          () -> {
            stream.request();
            answered.countDown();
          });
    }
    answered.await();
  }

  /** Ends all streams and frees everything. */
  @TearDown(Level.Trial)
  public void close() throws Exception {
    ended = true;
    ring.forEach(stream -> stream.turn.release());
    for (Future<?> other : serving) {
      other.get();
    }
    executor.close();
    ring.forEach(stream -> stream.session.close());
    model.close();
  }
}
