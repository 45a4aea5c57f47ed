package io.ciranda.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the time of a training step goes: samples {@link TrainStep} with the JDK's flight recorder
 * and counts by kind of work.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp bench/target/benchmarks.jar \
 *     io.ciranda.bench.StepProfile CELL VOCAB HIDDEN LAYERS STEPS BATCH
 * </pre>
 */
public final class StepProfile {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final long WARMUP_NANOS = 6_000_000_000L;
  private static final long MEASURED_NANOS = 20_000_000_000L;

  /**
   * Part of a class name and method name of a frame, and the kind of work that it stands for; the
   * first match counts.
   */
  private static final Map<String, String> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("Blas.sgemm", "products: OpenBLAS");
    KINDS.put(".Gemm.pack", "packing weights");
    KINDS.put(".Gemm.", "products: packed panels");
    KINDS.put(".Gates.", "gate passes");
    KINDS.put("softmaxCrossEntropy", "softmax and cross-entropy");
    KINDS.put(".Updates.", "optimiser and norm");
    KINDS.put("sumGradients", "optimiser and norm");
    KINDS.put("columnSums", "bias gradients");
    KINDS.put("gather", "embedding");
    KINDS.put("scatterAdd", "embedding");
    KINDS.put("Team.pause", "waiting");
    KINDS.put("Memory.zero", "clearing and copying memory");
    KINDS.put("Memory.copy", "clearing and copying memory");
    KINDS.put("Parameters$Like.zero", "clearing and copying memory");
    KINDS.put("Tensor.zero", "clearing and copying memory");
  }

  private StepProfile() {}

  /** Profiles one shape; see the class. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 6) {
      System.err.println("usage: StepProfile CELL VOCAB HIDDEN LAYERS STEPS BATCH");
      System.exit(2);
    }
    TrainStep step = new TrainStep();
    step.cell = arguments[0];
    step.vocab = Integer.parseInt(arguments[1]);
    step.hidden = Integer.parseInt(arguments[2]);
    step.layers = Integer.parseInt(arguments[3]);
    step.steps = Integer.parseInt(arguments[4]);
    step.batch = Integer.parseInt(arguments[5]);
    step.threads = 1;
    step.create();
    run(step, WARMUP_NANOS);
    Path file = Files.createTempFile("step", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
      recording.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
      recording.start();
      long steps = run(step, MEASURED_NANOS);
      recording.stop();
      recording.dump(file);
      System.out.printf(
          Locale.ROOT,
          "%s, one thread: %.2f ms a step%n%n",
          String.join(" ", arguments),
          MEASURED_NANOS * 1e-6 / steps);
    }
    print(count(file));
    Files.delete(file);
    step.close();
  }

  private static long run(TrainStep step, long nanos) {
    long start = System.nanoTime();
    long steps = 0;
    while (System.nanoTime() - start < nanos) {
      step.step();
      steps++;
    }
    return steps;
  }

  private static Map<String, Integer> count(Path file) throws IOException {
    var counts = new LinkedHashMap<String, Integer>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getStackTrace() != null && runsStep(event)) {
        counts.merge(kind(event), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static boolean runsStep(RecordedEvent event) {
    return event.getStackTrace().getFrames().stream()
        .anyMatch(f -> name(f).endsWith("TrainStep.step"));
  }

  private static String kind(RecordedEvent event) {
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      for (Map.Entry<String, String> kind : KINDS.entrySet()) {
        if (name(frame).contains(kind.getKey())) {
          return kind.getValue();
        }
      }
    }
    return "the rest";
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
  }

  private static void print(Map<String, Integer> counts) {
    double total = counts.values().stream().mapToInt(Integer::intValue).sum();
    System.out.println("| work | share of samples |");
    System.out.println("|---|---|");
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(
            e ->
                System.out.printf(
                    Locale.ROOT, "| %s | %.1f %% |%n", e.getKey(), 100 * e.getValue() / total));
  }
}
