package io.ciranda.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.testing.ChildJvm;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** One model, many threads, and what becomes of sessions that nobody closes. */
class SessionThreadsTest {
  private static final int STREAMS = 5;
  private static final int STEPS = 60;
  private static final int VOCABULARY = 17;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Pattern OTHER = Pattern.compile("Other \\(reserved=(\\d+)");

  /** {@code [STREAMS][STEPS]} symbols, and {@code [STREAMS][STEPS * V]} of one thread alone. */
  private final int[][] ids = new int[STREAMS][];

  private final float[][] expected = new float[STREAMS][STEPS * VOCABULARY];

  private static Network network(Cell cell) {
    return Networks.random(Networks.languageModel(cell, VOCABULARY, 40, 2));
  }

  private void compute(Network network) {
    try (Model model = Model.of(network)) {
      for (int stream = 0; stream < STREAMS; stream++) {
        ids[stream] = Values.ids("stream " + stream, STEPS, VOCABULARY);
        try (Session session = model.newSession()) {
          session.run(ids[stream], expected[stream], STEPS);
        }
      }
    }
  }

  private void assertSteps(Session session, int stream) {
    float[] y = new float[VOCABULARY];
    for (int t = 0; t < STEPS; t++) {
      session.step(ids[stream][t], y);
      int from = t * VOCABULARY;
      assertArrayEquals(Arrays.copyOfRange(expected[stream], from, from + VOCABULARY), y);
      LockSupport.parkNanos(1); // another virtual thread's turn on this carrier
    }
  }

  private static void inTurnOf(int tasks, ExecutorService threads, IntConsumer task)
      throws InterruptedException, ExecutionException {
    try (threads) {
      var done = new ArrayList<Future<?>>();
      for (int i = 0; i < tasks; i++) {
        int number = i;
        done.add(threads.submit(() -> task.accept(number)));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
  }

  @Test
  void everyThreadHasTheBitsOfOneAlone() throws InterruptedException, ExecutionException {
    for (Cell cell : Cell.values()) {
      try (Network network = network(cell);
          Model model = Model.of(network)) {
        compute(network);
        IntConsumer task =
            number -> {
              try (Session session = model.newSession()) {
                assertSteps(session, number % STREAMS);
              }
            };
        inTurnOf(40, Executors.newFixedThreadPool(10), task);
        inTurnOf(300, Executors.newVirtualThreadPerTaskExecutor(), task);
      }
    }
  }

  @Test
  void virtualThreadsRunSequencesOnTeams() throws InterruptedException, ExecutionException {
    try (Network network = network(Cell.LSTM);
        Model model = Model.of(network, Model.Options.standard().withThreads(2))) {
      compute(network);
      inTurnOf(
          30,
          Executors.newVirtualThreadPerTaskExecutor(),
          number -> {
            float[] y = new float[STEPS * VOCABULARY];
            try (Session session = model.newSession()) {
              session.run(ids[number % STREAMS], y, STEPS);
            }
            assertArrayEquals(expected[number % STREAMS], y);
          });
    }
  }

  /** A session goes from thread to thread, as a virtual thread from carrier to carrier. */
  @Test
  void aSessionMayGoFromThreadToThread() throws InterruptedException, ExecutionException {
    try (Network network = network(Cell.GRU);
        Model model = Model.of(network);
        Session session = model.newSession()) {
      compute(network);
      float[] y = new float[VOCABULARY];
      for (int t = 0; t < STEPS; t++) {
        int id = ids[0][t];
        inTurnOf(1, Executors.newVirtualThreadPerTaskExecutor(), _ -> session.step(id, y));
        int from = t * VOCABULARY;
        assertArrayEquals(Arrays.copyOfRange(expected[0], from, from + VOCABULARY), y);
      }
    }
  }

  @Test
  void aModelClosesWhileSessionsRun() throws InterruptedException, ExecutionException {
    Network network = network(Cell.LSTM);
    Model model = Model.of(network);
    compute(network);
    network.close();
    var running = new CountDownLatch(8);
    var closed = new AtomicBoolean();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var done = new ArrayList<Future<?>>();
      for (int i = 0; i < 8; i++) {
        int stream = i % STREAMS;
        done.add(
            threads.submit(
                () -> {
                  try (Session session = model.newSession()) {
                    running.countDown();
                    boolean last;
                    do {
                      last = closed.get();
                      session.reset();
                      assertSteps(session, stream);
                    } while (!last);
                    try (Session copy = session.copy()) {
                      copy.reset();
                      assertSteps(copy, stream);
                    }
                  }
                }));
      }
      running.await();
      model.close();
      closed.set(true);
      assertThrows(IllegalStateException.class, model::newSession);
      for (Future<?> one : done) {
        one.get();
      }
    }
  }

  @Test
  void openingRacesWithClosingAndNobodySeesFreedWeights()
      throws InterruptedException, ExecutionException {
    try (Network network = network(Cell.RNN)) {
      compute(network);
      for (int round = 0; round < 50; round++) {
        Model model = Model.of(network);
        inTurnOf(
            4,
            Executors.newFixedThreadPool(4),
            number -> {
              if (number == 3) {
                model.close();
                return;
              }
              Session session;
              try {
                session = model.newSession();
              } catch (IllegalStateException e) {
                return; // it came too late
              }
              assertSteps(session, number);
              session.close();
            });
      }
    }
  }

  @Test
  void allMemoryComesBack() throws IOException, InterruptedException {
    var child = new ChildJvm().option("-XX:NativeMemoryTracking=summary").run(ForgetAndClose.class);
    assertEquals(
        List.of("closed: 0 leaks, 0 threads", "forgotten: 0 leaks, 0 threads"), child.lines());
  }

  /** Says what is left of models and sessions. */
  static final class ForgetAndClose {
    /** Two sessions each time: enough to tell a leak of the smallest piece, a state. */
    private static final int TIMES = 20;

    public static void main(String[] arguments) throws Exception {
      close(); // what a JVM takes once
      await(() -> teams().isEmpty());
      long before = offHeap();
      for (int i = 0; i < TIMES; i++) {
        close();
      }
      await(() -> teams().isEmpty());
      say("closed", before);
      for (int i = 0; i < TIMES; i++) {
        forget();
      }
      if (offHeap() < before + 4 * 40 * 160) {
        throw new AssertionError("nothing is measured: the weights of a layer alone take more");
      }
      await(
          () -> {
            System.gc();
            return teams().isEmpty() && leaks(before) == 0;
          });
      say("forgotten", before);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (!condition.call() && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }

    private static void say(String what, long before) throws JMException {
      System.out.printf("%s: %d leaks, %d threads%n", what, leaks(before), teams().size());
    }

    /** Kernels keep some hundred bytes for a thread that has ended, until a collection. */
    private static long leaks(long before) throws JMException {
      return Math.max(0, offHeap() - before) / (32 << 10);
    }

    private static Model model() {
      try (Network network = network(Cell.LSTM)) {
        return Model.of(network, Model.Options.standard().withThreads(2));
      }
    }

    private static void run(Session session) {
      session.run(new int[STEPS], new float[STEPS * VOCABULARY], STEPS);
    }

    /** The model first: its sessions go on. */
    private static void close() {
      Model model = model();
      Session one = model.newSession();
      Session other = model.newSession();
      model.close();
      run(one);
      one.close();
      run(other);
      other.close();
    }

    private static void forget() {
      Model model = model();
      run(model.newSession());
      run(model.newSession());
    }

    /** What the JVM has taken for arenas. */
    private static long offHeap() throws JMException {
      String summary =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "vmNativeMemory",
                      new Object[] {new String[] {"summary", "scale=b"}},
                      new String[] {String[].class.getName()});
      Matcher other = OTHER.matcher(summary);
      return other.find() ? Long.parseLong(other.group(1)) : 0;
    }
  }

  private static List<Thread> teams() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ciranda-"))
        .toList();
  }

  /** As in a container with a quota of half a core: there a spinning barrier would eat it. */
  @Test
  void oneProcessorHasNoTeamAndTheSameBits() throws IOException, InterruptedException {
    var one = new ChildJvm().option("-XX:ActiveProcessorCount=1").run(RunOnTwoThreads.class);
    assertEquals(List.of(bitsOfTwoThreads() + ", 0 threads"), one.lines());
    var two = new ChildJvm().option("-XX:ActiveProcessorCount=2").run(RunOnTwoThreads.class);
    assertEquals(List.of(bitsOfTwoThreads() + ", 1 threads"), two.lines());
  }

  static final class RunOnTwoThreads {
    public static void main(String[] arguments) {
      try (Network network = network(Cell.GRU);
          Model model = Model.of(network, Model.Options.standard().withThreads(2));
          Session session = model.newSession()) {
        float[] y = new float[STEPS * VOCABULARY];
        session.run(Values.ids("x", STEPS, VOCABULARY), y, STEPS);
        System.out.println(Arrays.hashCode(y) + ", " + teams().size() + " threads");
      }
    }
  }

  private static int bitsOfTwoThreads() {
    try (Network network = network(Cell.GRU);
        Model model = Model.of(network);
        Session session = model.newSession()) {
      float[] y = new float[STEPS * VOCABULARY];
      session.run(Values.ids("x", STEPS, VOCABULARY), y, STEPS);
      return Arrays.hashCode(y);
    }
  }
}
