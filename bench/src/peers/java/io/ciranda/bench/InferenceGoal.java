package io.ciranda.bench;

import static io.ciranda.kernel.Precision.BF16;
import static io.ciranda.kernel.Precision.F32;
import static io.ciranda.kernel.Precision.INT8;

import io.ciranda.kernel.Precision;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How fast this engine is to be: the most that its median time may be of a rival's.
 *
 * @param shape what both run
 * @param precision of this engine; the rival runs float32
 * @param rival the other engine
 * @param ratio ours to theirs
 */
record InferenceGoal(Shape shape, Precision precision, String rival, double ratio) {
  /** The peer that most goals are against. */
  static final String ONNX_RUNTIME = "onnxruntime";

  /** The network whose slowest calls have a goal of their own. */
  static final Shape HEADLINE = new Shape("SequenceRun", "lstm", 256, 2, 120, 1, 1);

  /** The most that p99 may be of p50, of {@link #HEADLINE}. */
  static final double HEADLINE_TAIL = 2;

  /**
   * A benchmark with its parameters; as many features as hidden units.
   *
   * @param benchmark the class
   */
  record Shape(
      String benchmark, String cell, int hidden, int layers, int steps, int batch, int threads) {
    @Override
    public String toString() {
      return "%s %d x %s-%d, T = %d, B = %d, threads: %d"
          .formatted(benchmark, layers, cell, hidden, steps, batch, threads);
    }
  }

  /** All there are. */
  static List<InferenceGoal> all() {
    Stream<InferenceGoal> headline =
        Stream.of(
            new InferenceGoal(HEADLINE, F32, "dl4j", 0.1),
            new InferenceGoal(HEADLINE, F32, "djl", 0.75));
    Stream<InferenceGoal> againstOnnxRuntime =
        Stream.of(
                stream(F32, 0.35, 64),
                stream(F32, 0.5, 128),
                stream(BF16, 0.4, 128),
                stream(F32, 0.8, 256, 512),
                stream(BF16, 0.5, 256, 512),
                stream(INT8, 0.65, 256, 512),
                stream(F32, 0.95, 1024),
                stream(BF16, 0.2, 1024),
                stream(INT8, 0.25, 1024),
                token(F32, 0.55, 128, 256, 512),
                token(BF16, 0.35, 128, 256, 512),
                sequence(1, F32, 1.0, 64, 128, 256, 512, 1024),
                sequence(1, BF16, 0.8, 64, 128, 256, 512, 1024),
                sequence(2, F32, 0.8, 128, 256, 512, 1024),
                sequence(2, BF16, 0.65, 128, 256, 512, 1024),
                batch(F32, 0.9, 64, 128, 1024),
                batch(F32, 1.0, 256, 512))
            .flatMap(Function.identity());
    return Stream.concat(headline, againstOnnxRuntime).toList();
  }

  private static Stream<InferenceGoal> stream(Precision precision, double ratio, Integer... sizes) {
    return goals("StreamStep", 1, 1, 1, 1, precision, ratio, sizes);
  }

  private static Stream<InferenceGoal> token(Precision precision, double ratio, Integer... sizes) {
    return goals("TokenStep", 2, 1, 1, 1, precision, ratio, sizes);
  }

  private static Stream<InferenceGoal> sequence(
      int threads, Precision precision, double ratio, Integer... sizes) {
    return goals("SequenceRun", 1, 128, 1, threads, precision, ratio, sizes);
  }

  private static Stream<InferenceGoal> batch(Precision precision, double ratio, Integer... sizes) {
    return goals("BatchRun", 1, 32, 16, 1, precision, ratio, sizes);
  }

  private static Stream<InferenceGoal> goals(
      String benchmark,
      int layers,
      int steps,
      int batch,
      int threads,
      Precision precision,
      double ratio,
      Integer... sizes) {
    return Stream.of("lstm", "gru")
        .flatMap(
            cell ->
                Stream.of(sizes)
                    .map(h -> new Shape(benchmark, cell, h, layers, steps, batch, threads)))
        .map(shape -> new InferenceGoal(shape, precision, ONNX_RUNTIME, ratio));
  }
}
