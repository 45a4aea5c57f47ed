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
  private record Done(long step, Epoch epoch) {}

  private final Console console;
  private final StepProgress progress;
  private final StopSignal stop;
  private final List<Done> epochs = new ArrayList<>();
  private String message = "epoch 1";
  private long step;

  /**
   * Begins to watch.
   *
   * @param steps that there are at most
   * @param stop ends the training
   */
  TrainingWatch(Console console, long steps, StopSignal stop) {
    this.console = console;
    this.stop = stop;
    progress = StepProgress.start(console, "training", 0, steps, ChronoUnit.FOREVER.getDuration());
  }

  /** Called after each step. */
  @Override
  public boolean stops() {
    step++;
    if (progress.isDue()) {
      progress.show(step, message);
    }
    return stop.requested();
  }

  @Override
  public void onEpoch(Epoch epoch) {
    epochs.add(new Done(step, epoch));
    message = "epoch %d, loss %.3f".formatted(epoch.number() + 1, epoch.trainLoss());
    String validation =
        Double.isNaN(epoch.validLoss())
            ? ""
            : ", validation %.4f%s"
                .formatted(epoch.validLoss(), epoch.best() ? ", the best so far" : "");
    progress.say("epoch %d: loss %.4f%s".formatted(epoch.number(), epoch.trainLoss(), validation));
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
    return epochs.stream().map(Done::epoch).filter(Epoch::best).toList().getLast();
  }

  /** Of all epochs. */
  double seconds() {
    return epochs.stream().mapToDouble(done -> done.epoch.seconds()).sum();
  }

  /** The losses of all epochs. */
  LossCurve curve(String title, String unit) {
    var curve = new LossCurve(title, unit);
    for (Done done : epochs) {
      curve.training(done.step, done.epoch.trainLoss());
      if (!Double.isNaN(done.epoch.validLoss())) {
        curve.validation(done.step, done.epoch.validLoss());
      }
    }
    return curve;
  }

  /** Shows no more. */
  @Override
  public void close() {
    progress.close();
  }
}
