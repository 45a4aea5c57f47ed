package io.ciranda.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** How the losses of a run went: the training's, averaged between points, and the validations'. */
public final class LossCurves {
  private static final int TRAINING_POINTS = 1000; // of a whole run

  /** One point of a curve. */
  public record Point(long step, double loss) {}

  private final long stepsOfPoint;
  private final List<Point> training = new ArrayList<>();
  private final List<Point> validation = new ArrayList<>();
  private double sum;
  private long count;

  /** Without points, for a run of that many steps. */
  public LossCurves(long totalSteps) {
    stepsOfPoint = Math.max(1, totalSteps / TRAINING_POINTS);
  }

  /** Counts the loss of a training step. */
  public void addTraining(long step, double loss) {
    sum += loss;
    count++;
    if (count == stepsOfPoint) {
      training.add(new Point(step, sum / count));
      sum = 0;
      count = 0;
    }
  }

  /** Adds the loss of a validation. */
  public void addValidation(long step, double loss) {
    validation.add(new Point(step, loss));
  }

  /** Training loss. */
  public List<Point> training() {
    return List.copyOf(training);
  }

  /** Validation loss. */
  public List<Point> validation() {
    return List.copyOf(validation);
  }

  // ---- for a checkpoint ----

  long[] unfinished() {
    return new long[] {Double.doubleToRawLongBits(sum), count};
  }

  void restoreUnfinished(long sumBits, long newCount) {
    sum = Double.longBitsToDouble(sumBits);
    count = newCount;
  }

  static long[] pack(List<Point> curve) {
    return curve.stream()
        .flatMapToLong(p -> LongStream.of(p.step, Double.doubleToRawLongBits(p.loss)))
        .toArray();
  }

  void restore(long[] packedTraining, long[] packedValidation) {
    unpack(packedTraining, training);
    unpack(packedValidation, validation);
  }

  private static void unpack(long[] from, List<Point> to) {
    to.clear();
    for (int i = 0; i + 1 < from.length; i += 2) {
      to.add(new Point(from[i], Double.longBitsToDouble(from[i + 1])));
    }
  }
}
