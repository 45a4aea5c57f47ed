package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Cell;
import io.ciranda.testing.ChildJvm;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a training step takes, once the first ones have been. */
class TrainingMemoryTest {
  /** Enough for the compiler, whatever else the machine does. */
  private static final int MAX_STEPS = 100_000;

  private static final int WINDOWS = 50;
  private static final int MEASURED = 15;
  private static final long HEAP_BYTES = 100_000;
  private static final int OFF_HEAP_STEPS = 60;
  private static final Pattern OTHER = Pattern.compile("\\(malloc=(\\d+) tag=Other (#\\d+)\\)");
  private static final int MATRICES_OF_A_LAYER = 3;

  private static void train(
      Cell cell, int threads, BooleanSupplier stop, TrainingRun.StepListener listener)
      throws IOException {
    int batch = 32;
    int steps = 32;
    int symbols = 40;
    var vocabulary =
        new Vocabulary(
            Vocabulary.Level.WORD,
            IntStream.range(0, symbols).mapToObj(Integer::toString).toList());
    int[] text = Values.ids("text", batch * steps * WINDOWS + 1, symbols);
    var config =
        new LanguageModelTrainer.Config(
            batch,
            steps,
            MAX_STEPS / WINDOWS,
            UpdateRule.Adam.standard(),
            0.001,
            new Clipping.ByNorm(1),
            new Schedule.Cosine(10, 0),
            1,
            threads,
            0,
            0,
            0.2f,
            0.9);
    try (var model =
            LanguageModel.create(
                new LanguageModel.Config(cell, 8, 8, 2, false, 0.2f),
                vocabulary,
                Backend.best(),
                1);
        var trainer = new LanguageModelTrainer(model, text, new int[0], config)) {
      trainer.run(stop, listener);
    }
  }

  @ParameterizedTest
  @EnumSource
  void workspacesDoNotGrowAndCompiledStepsTakeLittleHeap(Cell cell) throws IOException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var held = new HashSet<Long>();
    var last = new ArrayDeque<Long>(); // heap bytes taken before each of the last steps
    LongSupplier median =
        () -> {
          Long[] at = last.toArray(Long[]::new);
          long[] bytes = new long[MEASURED];
          Arrays.setAll(bytes, i -> at[i + 1] - at[i]);
          Arrays.sort(bytes);
          return bytes[MEASURED / 2];
        };
    train(
        cell,
        1, // the listener's own thread
        () -> last.size() > MEASURED && median.getAsLong() < HEAP_BYTES,
        (trainer, loss, norm, rate) -> {
          held.add(trainer.memory());
          last.add(threads.getCurrentThreadAllocatedBytes());
          if (last.size() > MEASURED + 1) {
            last.removeFirst();
          }
        });
    assertTrue(
        median.getAsLong() < HEAP_BYTES, () -> "heap bytes of a step: " + median.getAsLong());
    assertEquals(1, held.size(), () -> "bytes held after each step: " + held);
  }

  /**
   * Prints after each step how often and how much memory this JVM holds from malloc for Java code.
   */
  public static final class PrintOffHeap {
    private PrintOffHeap() {}

    /** Run by the test in a JVM of its own, with the JVM's memory tracking. */
    public static void main(String[] args) throws IOException {
      int[] steps = {0};
      train(
          Cell.LSTM,
          2,
          () -> steps[0] == OFF_HEAP_STEPS,
          (trainer, loss, norm, rate) -> {
            steps[0]++;
            System.out.println(offHeap());
          });
    }
  }

  /** Bytes and calls; in a JVM with memory tracking. */
  private static String offHeap() {
    try {
      Object report =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "vmNativeMemory",
                  new Object[] {new String[] {"summary", "scale=b"}},
                  new String[] {String[].class.getName()});
      Matcher other = OTHER.matcher((String) report);
      return other.find() ? other.group(1) + " " + other.group(2) : "no such line in " + report;
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Prints for each of some constructors that fail what this JVM held from malloc for Java code,
   * and how many threads, before and after.
   */
  public static final class PrintFailures {
    private PrintFailures() {}

    /** Run by the test in a JVM of its own, with the JVM's memory tracking. */
    public static void main(String[] args) throws InterruptedException {
      var left = new AtomicInteger(); // matrices that there is memory for
      Backend backend = withMemoryFor(left);
      var shape = new LanguageModel.Config(Cell.GRU, 8, 8, 2, false, 0);
      var vocabulary = new Vocabulary(Vocabulary.Level.WORD, List.of("a", "b"));
      print(() -> LanguageModel.create(shape, vocabulary, backend, 1));
      left.set(MATRICES_OF_A_LAYER);
      print(() -> LanguageModel.create(shape, vocabulary, backend, 1));
      left.set(2 * MATRICES_OF_A_LAYER);
      try (var model = LanguageModel.create(shape, vocabulary, backend, 1)) {
        int[] text = Values.ids("text", 100, 2);
        var none = new int[0];
        print(() -> new LanguageModelTrainer(model, text, none, TrainingRun.config(1, 2)));
        var noRule =
            new LanguageModelTrainer.Config(
                4, 5, 1, null, 0.1, new Clipping.None(), new Schedule.Constant(), 1, 2, 0, 0);
        print(() -> new LanguageModelTrainer(model, text, none, noRule));
      }
    }

    private static Backend withMemoryFor(AtomicInteger matrices) {
      Kernels kernels = Backend.best().kernels();
      InvocationHandler handler =
          (proxy, method, arguments) -> {
            if (method.getName().equals("packedSize") && matrices.getAndDecrement() <= 0) {
              throw new OutOfMemoryError("as if");
            }
            return method.invoke(kernels, arguments);
          };
      Class<?>[] interfaces = {Kernels.class};
      ClassLoader loader = Kernels.class.getClassLoader();
      return Backend.of((Kernels) Proxy.newProxyInstance(loader, interfaces, handler), false);
    }

    private static void print(Supplier<AutoCloseable> constructor) throws InterruptedException {
      String before = offHeap();
      assertThrows(Throwable.class, constructor::get);
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("ciranda-")) {
          thread.join(5_000);
          before += thread.isAlive() ? " without " + thread.getName() : "";
        }
      }
      System.out.println(before + " -> " + offHeap());
    }
  }

  @Test
  void constructorsThatFailGiveBackWhatTheyTook() throws Exception {
    List<String> failures =
        new ChildJvm().option("-XX:NativeMemoryTracking=summary").run(PrintFailures.class).lines();
    assertEquals(4, failures.size());
    for (String failure : failures) {
      String[] beforeAndAfter = failure.split(" -> ", -1);
      assertEquals(beforeAndAfter[0], beforeAndAfter[1]);
    }
  }

  @Test
  void theJvmTakesNoOffHeapMemoryAfterTheFirstSteps() throws Exception {
    List<String> taken =
        new ChildJvm().option("-XX:NativeMemoryTracking=summary").run(PrintOffHeap.class).lines();
    assertEquals(OFF_HEAP_STEPS, taken.size());
    assertTrue(
        taken.getLast().matches("\\d{6,} #\\d+"), () -> "bytes and calls: " + taken.getLast());
    assertEquals(
        1,
        new HashSet<>(taken.subList(2, OFF_HEAP_STEPS)).size(),
        () -> "after each step: " + taken);
  }
}
