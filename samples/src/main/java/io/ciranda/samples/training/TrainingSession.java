package io.ciranda.samples.training;

import static java.util.stream.Collectors.joining;

import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.StopSignal;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.TrainingProgress;
import io.ciranda.train.DivergedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * One session of a training: from the start or a checkpoint to the end, the time limit or Ctrl-C.
 * It shows how the training goes, saves the best model, and checkpoints on the way.
 *
 * <p>Until it is closed, Ctrl-C waits for what is still to be saved.
 */
public final class TrainingSession implements AutoCloseable {
  /**
   * How a session goes. None of it changes what is learned.
   *
   * @param resume go on from the checkpoint, where there is one
   * @param maxMinutes null for no limit
   * @param checkpointSeconds between checkpoints; 0 for one after each step
   * @param howToGoOn what to type after a stop before the end
   */
  public record Options(
      boolean resume, Double maxMinutes, double checkpointSeconds, String howToGoOn) {}

  /**
   * Where a run stands.
   *
   * @param step steps done
   * @param totalSteps of the whole run
   * @param epoch epochs done
   * @param best validation loss so far; infinite before the first
   */
  public record Position(long step, long totalSteps, int epoch, double best) {}

  /** A trainer, whatever it trains. */
  public interface Trainer {
    /** How far it has come. */
    Position position();

    /**
     * Trains until the end of the run or until {@code stop} says so.
     *
     * @return whether it was the end
     */
    boolean run(BooleanSupplier stop, Progress progress) throws IOException;

    /** Saves the model as it is. */
    void saveModel(Path file) throws IOException;

    /** Saves all that a resumed run needs. */
    void saveCheckpoint(Path file) throws IOException;

    /** Goes on from a checkpoint. */
    void resume(Path file) throws IOException;

    /** Draws the loss curve as far as it has come. */
    void drawCurve() throws IOException;
  }

  /** Is told by a trainer how it goes. */
  public interface Progress {
    /**
     * After each step.
     *
     * @param tokens of this step
     * @param loss nats a token
     */
    void onStep(long tokens, double loss) throws IOException;

    /**
     * After each validation.
     *
     * @param figures what it came to, for a person
     * @param best whether it is the best so far
     */
    void onValidation(String figures, boolean best) throws IOException;
  }

  /**
   * What a session came to.
   *
   * @param over whether the run is at its end
   * @param nothingToDo whether it was before
   * @param seconds of training and validation
   */
  public record Result(boolean over, boolean nothingToDo, double seconds, double tokensPerSecond) {}

  private final Console console;
  private final ModelFiles files;
  private final Options options;
  private final StopSignal stop;

  /** Begins to listen to Ctrl-C. */
  public TrainingSession(Console console, ModelFiles files, Options options) {
    this.console = console;
    this.files = files;
    this.options = options;
    stop = new StopSignal(() -> console.narrate("stopping: the step is finished and saved"));
  }

  /** Goes on from the checkpoint, if that is asked for and there is one. */
  public void resume(Trainer trainer) throws IOException {
    if (!options.resume) {
      return;
    }
    Path checkpoint = files.checkpoint();
    if (!Files.exists(checkpoint)) {
      console.narrate("no checkpoint %s: the training begins".formatted(checkpoint));
      return;
    }
    trainer.resume(checkpoint);
    console.narrate("resumed %s at step %,d".formatted(checkpoint, trainer.position().step));
  }

  /**
   * Trains, and leaves model and checkpoint.
   *
   * @throws UserException where the loss explodes; it says what there is of the run
   */
  public Result train(Trainer trainer) throws IOException {
    long start = System.nanoTime();
    long firstStep = trainer.position().step;
    var watcher = new Watcher(trainer, start);
    boolean over;
    try (watcher) {
      over = trainer.run(() -> stop.requested() || watcher.timeIsUp(), watcher);
    } catch (DivergedException e) {
      throw diverged(trainer, e);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    boolean nothingToDo = over && trainer.position().step == firstStep;
    if (nothingToDo) {
      console.narrate("the run was finished already");
    }
    trainer.saveCheckpoint(files.checkpoint());
    // Before the first validation the latest weights are the best.
    if (Double.isInfinite(trainer.position().best) || !Files.exists(files.model())) {
      trainer.saveModel(files.model());
    }
    return new Result(over, nothingToDo, seconds, watcher.tokens / seconds);
  }

  /** Says, after a stop before the end, how to go on. */
  public void tellHowToGoOn(Trainer trainer) {
    Position position = trainer.position();
    console.narrate(
        "stopped at step %,d of %,d; %s"
            .formatted(position.step, position.totalSteps, options.howToGoOn));
  }

  /** Whether Ctrl-C came: the user waits for nothing but the checkpoint. */
  public boolean stopRequested() {
    return stop.requested();
  }

  /** What there is of a run that cannot go on. */
  private UserException diverged(Trainer trainer, DivergedException e) throws IOException {
    trainer.drawCurve();
    String best =
        Double.isInfinite(trainer.position().best)
            ? ""
            : "the model of the best validation, " + files.model();
    String checkpoint =
        Files.exists(files.checkpoint()) ? "the last checkpoint, " + files.checkpoint() : "";
    String kept =
        Stream.of(best, checkpoint).filter(text -> !text.isEmpty()).collect(joining("; "));
    return new UserException(
        "%s.%nKept: %s. To train anew, name another --model or delete the checkpoint."
            .formatted(e.getMessage(), kept.isEmpty() ? "nothing yet" : kept),
        e);
  }

  @Override
  public void close() {
    stop.close();
  }

  private final class Watcher implements Progress, AutoCloseable {
    private final Trainer trainer;
    private final long start;
    private final Duration limit;
    private final double checkpointNanos;
    private final TrainingProgress progress;
    private long tokens;
    private long lastCheckpoint;

    Watcher(Trainer trainer, long start) {
      this.trainer = trainer;
      this.start = start;
      limit =
          options.maxMinutes == null
              ? ChronoUnit.FOREVER.getDuration()
              : Duration.ofMillis((long) (options.maxMinutes * 60_000));
      checkpointNanos = options.checkpointSeconds * 1e9;
      lastCheckpoint = start;
      Position position = trainer.position();
      progress =
          TrainingProgress.start(console, "training", position.step, position.totalSteps, limit);
    }

    boolean timeIsUp() {
      return limit.compareTo(Duration.ofNanos(System.nanoTime() - start)) <= 0;
    }

    @Override
    public void onStep(long tokensOfStep, double loss) throws IOException {
      tokens += tokensOfStep;
      progress.step(trainer.position().step, tokens, loss);
      if (System.nanoTime() - lastCheckpoint >= checkpointNanos) {
        trainer.saveCheckpoint(files.checkpoint());
        lastCheckpoint = System.nanoTime();
      }
    }

    @Override
    public void onValidation(String figures, boolean best) throws IOException {
      Position position = trainer.position();
      progress.say(
          "epoch %d, step %,d: validation %s%s"
              .formatted(position.epoch, position.step, figures, best ? ", the best so far" : ""));
      if (best) {
        trainer.saveModel(files.model());
      }
    }

    @Override
    public void close() {
      progress.close();
    }
  }
}
