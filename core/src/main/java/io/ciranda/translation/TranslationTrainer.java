package io.ciranda.translation;

import io.ciranda.autograd.Tape;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.train.Batches;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.train.LossCurves;
import io.ciranda.train.Patience;
import io.ciranda.train.RunState;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Trains a translation model with teacher forcing. An epoch takes the pairs in {@link Batches} of
 * its own.
 *
 * <p>A run is a function of its inputs: model, pairs, configuration. A checkpoint holds all that
 * changes on the way.
 */
public final class TranslationTrainer implements AutoCloseable {
  /** Batches that are sorted by length together. */
  private static final int STRETCH = 50;

  /** Nats a symbol from which no training comes back: such a loss counts as infinite. */
  private static final double EXPLODED = 1000;

  /**
   * How to train.
   *
   * @param batch B, pairs of a step
   * @param epochs passes over the pairs
   * @param rule the optimiser
   * @param rate the base learning rate
   * @param clipping of gradients
   * @param schedule of the learning rate
   * @param smoothing of the labels, in [0, 1)
   * @param ownSymbols the probability at the end of the run, rising evenly from 0, with which the
   *     decoder is fed with its own symbol (scheduled sampling), in [0, 1]
   * @param maxLength symbols of a source or target at most; longer pairs are left out
   * @param seed decides all that is random
   * @param threads slices of the batch that run side by side
   * @param patience validations without improvement after which the run ends; 0 for never
   */
  public record Config(
      int batch,
      int epochs,
      UpdateRule rule,
      double rate,
      Clipping clipping,
      Schedule schedule,
      float smoothing,
      double ownSymbols,
      int maxLength,
      long seed,
      int threads,
      int patience) {
    /** Checks the sizes. */
    public Config {
      require("batch", batch, 1);
      require("epochs", epochs, 1);
      require("maximum length", maxLength, 1);
      require("threads", threads, 1);
      require("patience", patience, 0);
      if (!(rate > 0)) {
        throw new IllegalArgumentException("learning rate: expected above 0, actual " + rate);
      }
      new TranslationModel.LossOptions(smoothing, ownSymbols);
    }

    private static void require(String name, int value, int least) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s: expected at least %d, actual %d".formatted(name, least, value));
      }
    }
  }

  /** Why a run ended. */
  public enum End {
    /** All epochs are done. */
    FINISHED,
    /** No improvement for as many validations as the patience allows. */
    EARLY_STOPPED,
    /** The caller asked for it. */
    INTERRUPTED
  }

  /** Is told how a run goes. */
  public interface Listener {
    /**
     * After each step, and before the validation that may follow it.
     *
     * @param loss nats a target symbol in this step, with smoothing
     * @param targets symbols of this step
     */
    void onStep(TranslationTrainer trainer, double loss, int targets) throws IOException;

    /**
     * After each validation, one an epoch.
     *
     * @param nats a target symbol, without smoothing
     * @param best whether it is the best so far: a good moment to save the model
     */
    void onValidation(TranslationTrainer trainer, double nats, boolean best) throws IOException;
  }

  private final TranslationModel model;
  private final Config config;
  private final List<SentencePair> train;
  private final List<SentencePair> valid;
  private final int skipped;
  private final DataParallel parallel;
  private final Patience patience;
  private final LossCurves curves;
  private final RunState state;
  private final int batchesPerEpoch;

  private int epoch;
  private int batch; // the next one of this epoch
  private List<List<SentencePair>> batches = List.of(); // of this epoch

  /**
   * A run at its beginning.
   *
   * @param valid may be empty
   * @throws IllegalArgumentException if no pair is left to learn from
   */
  public TranslationTrainer(
      TranslationModel model, List<SentencePair> train, List<SentencePair> valid, Config config) {
    this.model = model;
    this.config = config;
    this.train =
        train.stream()
            .filter(pair -> pair.source().length > 0)
            .filter(
                pair -> Math.max(pair.source().length, pair.target().length) <= config.maxLength)
            .toList();
    this.valid = valid.stream().filter(pair -> pair.source().length > 0).toList();
    skipped = train.size() - this.train.size();
    if (this.train.isEmpty()) {
      throw new IllegalArgumentException(
          "no pairs to learn from: of %d, each is empty or longer than %d symbols"
              .formatted(train.size(), config.maxLength));
    }
    batchesPerEpoch = Math.ceilDiv(this.train.size(), config.batch);
    patience = new Patience(config.patience, config.schedule);
    parallel =
        new DataParallel(
            model.backend(),
            model.parameters(),
            config.rule,
            config.clipping,
            config.threads,
            model::refresh);
    curves = new LossCurves(totalSteps());
    state = new RunState(model.parameters(), parallel.optimizer(), patience, curves);
  }

  /** The model in training. */
  public TranslationModel model() {
    return model;
  }

  /** How it is trained. */
  public Config config() {
    return config;
  }

  /** Pairs left out: too long, or without a source. */
  public int skipped() {
    return skipped;
  }

  /** Steps done. */
  public long step() {
    return (long) epoch * batchesPerEpoch + batch;
  }

  /** Steps of the whole run. */
  public long totalSteps() {
    return (long) config.epochs * batchesPerEpoch;
  }

  /** Epochs done. */
  public int epoch() {
    return epoch;
  }

  /** The best validation loss so far, nats a target symbol; infinite before the first. */
  public double best() {
    return patience.best();
  }

  /** How the losses went. */
  public LossCurves curves() {
    return curves;
  }

  /** The off-heap bytes held for training beside weights and optimiser state. */
  public long memory() {
    return parallel.memory();
  }

  /**
   * Trains until the end of the run or until {@code stop} says so, which is asked after every step.
   *
   * @throws io.ciranda.train.DivergedException if the loss explodes, or its gradient is not finite
   * @throws IOException what the listener throws
   */
  public End run(BooleanSupplier stop, Listener listener) throws IOException {
    while (true) {
      // Not a part of the step: a checkpoint made between the two must not lose it.
      if (validationIsDue()) {
        validate(listener);
      }
      if (epoch == config.epochs) {
        return End.FINISHED;
      }
      if (patience.isExhausted()) {
        return End.EARLY_STOPPED;
      }
      if (stop.getAsBoolean()) {
        return End.INTERRUPTED;
      }
      step(listener);
    }
  }

  private boolean validationIsDue() {
    List<LossCurves.Point> done = curves.validation();
    boolean isDone = !done.isEmpty() && done.getLast().step() == step();
    return !valid.isEmpty() && step() > 0 && batch == 0 && !isDone;
  }

  private void step(Listener listener) throws IOException {
    if (batches.isEmpty()) {
      batches = batches();
    }
    List<SentencePair> pairs = batches.get(batch);
    int targets = pairs.stream().mapToInt(SentencePair::targets).sum();
    var position = new Schedule.Position(step(), totalSteps(), epoch, patience.reductions());
    double rate = config.rate * config.schedule.factor(position);
    double own = config.ownSymbols * step() / totalSteps();
    var options = new TranslationModel.LossOptions(config.smoothing, own);
    long seed = Tape.mix(config.seed) + step();
    DataParallel.Result result =
        parallel.step(
            seed,
            rate,
            (worker, tape) -> {
              List<SentencePair> slice = slice(pairs, worker);
              double loss = slice.isEmpty() ? 0 : model.loss(tape, slice, options, 1f / targets);
              return loss > EXPLODED * targets ? Double.POSITIVE_INFINITY : loss;
            });
    batch++;
    if (batch == batchesPerEpoch) {
      batch = 0;
      epoch++;
      batches = List.of();
    }
    double loss = result.loss() / targets;
    curves.addTraining(step(), loss);
    listener.onStep(this, loss, targets);
  }

  /** Every n-th pair: a batch is sorted by length, and the slices should take equally long. */
  private List<SentencePair> slice(List<SentencePair> pairs, int worker) {
    var slice = new ArrayList<SentencePair>();
    for (int i = worker; i < pairs.size(); i += config.threads) {
      slice.add(pairs.get(i));
    }
    return slice;
  }

  private List<List<SentencePair>> batches() {
    return new Batches(config.batch, STRETCH)
        .shuffled(train, BY_LENGTH, Tape.mix(config.seed + epoch));
  }

  private static final Comparator<SentencePair> BY_LENGTH =
      Comparator.comparingInt((SentencePair pair) -> pair.target().length)
          .thenComparingInt(pair -> pair.source().length);

  private void validate(Listener listener) throws IOException {
    double nats = validationLoss();
    curves.addValidation(step(), nats);
    boolean improved = patience.improves(nats);
    listener.onValidation(this, nats, improved);
  }

  /** The mean loss of a target symbol, without dropout and smoothing. */
  private double validationLoss() {
    var sorted = new ArrayList<>(valid);
    sorted.sort(BY_LENGTH);
    List<List<SentencePair>> cut = new Batches(config.batch, STRETCH).cut(sorted);
    double sum =
        parallel.evaluate(
            cut.size(),
            (i, tape) -> model.loss(tape, cut.get(i), TranslationModel.LossOptions.PLAIN, 0));
    return sum / sorted.stream().mapToInt(SentencePair::targets).sum();
  }

  // ---- checkpoints ----

  /**
   * Writes all that a run needs to go on, atomically.
   *
   * @param description what a resumed run must have in common with this one, as the caller sees it
   * @throws IOException if it fails; an earlier checkpoint of that name is then unharmed
   */
  public void saveCheckpoint(Path file, String description) throws IOException {
    var writer = new SafetensorsWriter();
    model.addTo(writer);
    state.addTo(writer, training(description), epoch, batch);
    writer.write(file);
  }

  private String training(String description) {
    return config + " on " + train.size() + " pairs; " + description;
  }

  /**
   * Goes on from a checkpoint: weights, optimiser, position.
   *
   * @throws io.ciranda.io.ModelFileException if the file is damaged, or of a run that was
   *     configured otherwise
   */
  public void resume(Path file, String description) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      ModelFormat.require(in, TranslationModel.KIND);
      long[] position =
          state.restore(in, training(description), config.epochs, batchesPerEpoch - 1L);
      epoch = (int) position[0];
      batch = (int) position[1];
      batches = List.of();
    }
  }

  @Override
  public void close() {
    parallel.close();
  }
}
