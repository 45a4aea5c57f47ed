package io.ciranda.samples.table;

import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.StopSignal;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.StepProgress;
import io.ciranda.sequence.TrainingListener;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Shows how a training goes, and remembers it. */
final class TrainingWatch implements TrainingListener, AutoCloseable {
  private final Console console;
  private final StopSignal stop;
  private final int stepsPerEpoch;
  private final long steps; // of all epochs
  private final List<Epoch> epochs = new ArrayList<>();
  private String message = "epoch 1";
  private long step;
  private StepProgress progress; // null before the first step; those before a resumption are none

  /**
   * Begins to watch.
   *
   * @param epochs that there are at most
   * @param stop ends the training
   */
  TrainingWatch(Console console, int epochs, int stepsPerEpoch, StopSignal stop) {
    this.console = console;
    this.stepsPerEpoch = stepsPerEpoch;
    this.stop = stop;
    steps = (long) epochs * stepsPerEpoch;
  }

  /** Called after each step. */
  @Override
  public boolean stops() {
    if (progress == null) {
      progress =
          StepProgress.start(console, "training", step, steps, ChronoUnit.FOREVER.getDuration());
    }
    step++;
    if (progress.isDue()) {
      progress.show(step, message);
    }
    return stop.requested();
  }

  @Override
  public void onEpoch(Epoch epoch) {
    epochs.add(epoch);
    step = (long) epoch.number() * stepsPerEpoch; // also of those before it was resumed
    message = "epoch %d, loss %.3f".formatted(epoch.number() + 1, epoch.trainLoss());
    String validation =
        Double.isNaN(epoch.validLoss())
            ? ""
            : ", validation %.4f%s"
                .formatted(epoch.validLoss(), epoch.best() ? ", the best so far" : "");
    String line = "epoch %d: loss %.4f%s".formatted(epoch.number(), epoch.trainLoss(), validation);
    if (progress == null) {
      console.narrate(line);
    } else {
      progress.say(line);
    }
  }

  @Override
  public void onWarning(String sentence) {
    console.narrate(sentence);
  }

  /** Epochs that were run. */
  int epochs() {
    return epochs.size();
  }

  /** The epoch whose weights were kept. */
  Epoch best() {
    return epochs.stream().filter(Epoch::best).toList().getLast();
  }

  /** Of all epochs. */
  double seconds() {
    return epochs.stream().mapToDouble(Epoch::seconds).sum();
  }

  /** The losses of all epochs. */
  LossCurve curve(String title, String unit) {
    var curve = new LossCurve(title, unit);
    for (Epoch epoch : epochs) {
      long at = (long) epoch.number() * stepsPerEpoch;
      curve.training(at, epoch.trainLoss());
      if (!Double.isNaN(epoch.validLoss())) {
        curve.validation(at, epoch.validLoss());
      }
    }
    return curve;
  }

  /** Shows no more. */
  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
  }
}
