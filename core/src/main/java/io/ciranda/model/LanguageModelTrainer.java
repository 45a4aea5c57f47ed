package io.ciranda.model;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Tape;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.CarriedState;
import io.ciranda.train.AveragedWeights;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import io.ciranda.train.LossCurves;
import io.ciranda.train.Patience;
import io.ciranda.train.RunState;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Trains a language model by truncated BPTT: the text is cut into B lanes that are read side by
 * side, T symbols a step; gradients stay within the T steps, the state's values go on to the next.
 *
 * <p>A run is a function of its inputs: model, text, configuration. A checkpoint holds all that
 * changes on the way, so that a run that was killed and resumed ends with the same bits as one that
 * was not.
 */
public final class LanguageModelTrainer implements AutoCloseable {
  private static final int VALIDATION_LANES_PER_THREAD = 16;

  /** Nats a symbol from which no training comes back: such a loss counts as infinite. */
  private static final double EXPLODED = 1000;

  /**
   * How to train.
   *
   * @param batch B, lanes read side by side
   * @param steps T, symbols between truncations
   * @param epochs passes over the text
   * @param rule the optimiser
   * @param rate the base learning rate
   * @param clipping of gradients
   * @param schedule of the learning rate
   * @param seed decides all that is random
   * @param threads slices of the batch that run side by side
   * @param validateEvery steps between validations; 0 for once an epoch
   * @param patience validations without improvement after which the run ends; 0 for never
   * @param weightDropout the probability with which an element of a recurrent matrix is left out of
   *     a step, in [0, 1)
   * @param average the decay of the {@link AveragedWeights} that are validated and kept, in [0, 1);
   *     0 for the weights themselves
   */
  public record Config(
      int batch,
      int steps,
      int epochs,
      UpdateRule rule,
      double rate,
      Clipping clipping,
      Schedule schedule,
      long seed,
      int threads,
      int validateEvery,
      int patience,
      float weightDropout,
      double average) {
    /** Not told in checkpoints: trainings of versions without these go on. */
    private static final Pattern OFF = Pattern.compile(", (weightDropout|average)=0\\.0(?=[,\\]])");

    /** Checks the sizes. */
    public Config {
      require("batch", batch, 1);
      require("steps", steps, 1);
      require("epochs", epochs, 1);
      require("threads", threads, 1);
      require("validate-every", validateEvery, 0);
      require("patience", patience, 0);
      if (threads > batch) {
        throw new IllegalArgumentException(
            "threads: expected at most the batch size of %d, actual %d".formatted(batch, threads));
      }
      if (!(rate > 0)) {
        throw new IllegalArgumentException("learning rate: expected above 0, actual " + rate);
      }
      if (!(weightDropout >= 0 && weightDropout < 1)) {
        throw new IllegalArgumentException(
            "weight-dropout: expected in [0, 1), actual " + weightDropout);
      }
      if (!(average >= 0 && average < 1)) {
        throw new IllegalArgumentException("average: expected in [0, 1), actual " + average);
      }
    }

    /** Without dropout of weights, and without an average of them. */
    public Config(
        int batch,
        int steps,
        int epochs,
        UpdateRule rule,
        double rate,
        Clipping clipping,
        Schedule schedule,
        long seed,
        int threads,
        int validateEvery,
        int patience) {
      this(
          batch,
          steps,
          epochs,
          rule,
          rate,
          clipping,
          schedule,
          seed,
          threads,
          validateEvery,
          patience,
          0,
          0);
    }

    private String description() {
      return OFF.matcher(toString()).replaceAll("");
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
     * @param loss nats a symbol in this step
     * @param gradientNorm before clipping
     * @param rate the learning rate of this step
     */
    void onStep(LanguageModelTrainer trainer, double loss, double gradientNorm, double rate)
        throws IOException;

    /**
     * After each validation; the trainer's position already counts it.
     *
     * @param best whether it is the best so far: a good moment to save the model
     */
    void onValidation(LanguageModelTrainer trainer, double natsPerSymbol, boolean best)
        throws IOException;
  }

  private final LanguageModel model;
  private final Config config;
  private final int[] train;
  private final int[] valid;
  private final DataParallel parallel;
  private final List<CarriedState> states = new ArrayList<>(); // of each worker's lanes
  private final int laneLength;
  private final long windows; // of an epoch

  private int epoch;
  private long window; // the next one of this epoch
  private final Patience patience;
  private final LossCurves curves;
  private final RunState state;
  private final LanguageModel result; // the model itself where nothing is averaged
  private final AveragedWeights average; // or null

  /**
   * A run at its beginning.
   *
   * @param train ids of the text to learn
   * @param valid ids of the text to validate on; may be empty
   * @throws IllegalArgumentException if the text is too short for the batch
   */
  public LanguageModelTrainer(LanguageModel model, int[] train, int[] valid, Config config) {
    laneLength = (train.length - 1) / config.batch;
    if (laneLength < 1) {
      throw new IllegalArgumentException(
          "the training text has %d symbols, too few for a batch of %d: expected at least %d; take a smaller batch"
              .formatted(train.length, config.batch, config.batch + 1));
    }
    this.model = model;
    this.config = config;
    this.train = train;
    this.valid = valid;
    windows = Math.ceilDiv(laneLength, config.steps);
    patience = new Patience(config.patience, config.schedule);
    result = config.average == 0 ? model : model.copy();
    try {
      for (int worker = 0; worker < config.threads; worker++) {
        states.add(model.newState(firstLane(worker + 1) - firstLane(worker)));
      }
      parallel =
          new DataParallel(
              model.backend(),
              model.parameters(),
              config.rule,
              config.clipping,
              config.threads,
              (part, parts) -> model.refresh(part, parts, config.weightDropout, stepSeed()));
    } catch (Throwable e) {
      closeOwn();
      throw e;
    }
    average =
        config.average == 0
            ? null
            : new AveragedWeights(
                model.backend().kernels(),
                model.parameters().values(),
                result.parameters().values(),
                config.average);
    curves = new LossCurves(totalSteps());
    state = new RunState(model.parameters(), parallel.optimizer(), patience, curves);
  }

  private int firstLane(int worker) {
    return config.batch * worker / config.threads;
  }

  /** The model in training. */
  public LanguageModel model() {
    return model;
  }

  /**
   * The model to validate and to save: the one in training, or where weights are averaged another
   * with the average, which the trainer owns.
   */
  public LanguageModel result() {
    return result;
  }

  /** How it is trained. */
  public Config config() {
    return config;
  }

  /** Steps done. */
  public long step() {
    return epoch * windows + window;
  }

  /** Steps of the whole run. */
  public long totalSteps() {
    return config.epochs * windows;
  }

  /** Epochs done. */
  public int epoch() {
    return epoch;
  }

  /** Symbols of the step before the present one, the last of an epoch being shorter. */
  public long symbolsOfLastStep() {
    long last = (window + windows - 1) % windows;
    return (long) config.batch * stepsOf(last);
  }

  private int stepsOf(long w) {
    return (int) Math.min(config.steps, laneLength - w * config.steps);
  }

  /** The best validation loss so far, nats a symbol; infinite before the first. */
  public double best() {
    return patience.best();
  }

  /** How the losses went, in nats a symbol. */
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

  /** Not a part of the step: a checkpoint made between the two must not lose it. */
  private boolean validationIsDue() {
    boolean here =
        config.validateEvery == 0
            ? window == 0
            : step() % config.validateEvery == 0 || epoch == config.epochs;
    List<LossCurves.Point> validated = curves.validation();
    boolean done = !validated.isEmpty() && validated.getLast().step() == step();
    return valid.length > 1 && step() > 0 && here && !done;
  }

  private void step(Listener listener) throws IOException {
    double rate =
        config.rate
            * config.schedule.factor(
                new Schedule.Position(step(), totalSteps(), epoch, patience.reductions()));
    int steps = stepsOf(window);
    int start = Math.toIntExact(window * config.steps);
    if (window == 0) {
      states.forEach(CarriedState::reset);
    }
    float scale = 1f / (steps * config.batch);
    DataParallel.Result result =
        parallel.step(
            stepSeed(), rate, (worker, tape) -> forward(worker, tape, steps, start, scale));
    double loss = result.loss() / (steps * (long) config.batch);
    if (average != null) {
      followWeights();
    }
    window++;
    if (window == windows) {
      window = 0;
      epoch++;
    }
    curves.addTraining(step(), loss);
    listener.onStep(this, loss, result.gradientNorm(), rate);
  }

  private void followWeights() {
    long n = parallel.optimizer().steps();
    parallel.team().run(part -> average.follow(n, part, config.threads));
    result.parameters().changed();
  }

  private long stepSeed() {
    return Tape.mix(config.seed) + step();
  }

  private double forward(int worker, Tape tape, int steps, int start, float scale) {
    int lane = firstLane(worker);
    int batch = firstLane(worker + 1) - lane;
    IntTensor x = tape.workspace().ints(steps, batch);
    IntTensor y = tape.workspace().ints(steps, batch);
    Lanes.fill(x, y, train, laneLength, lane, start);
    double loss = model.loss(tape, x, y, states.get(worker), scale);
    return loss > EXPLODED * steps * batch ? Double.POSITIVE_INFINITY : loss;
  }

  private void validate(Listener listener) throws IOException {
    int lanes = Math.clamp(valid.length / 2, 1, VALIDATION_LANES_PER_THREAD * config.threads);
    double loss =
        LanguageModelEvaluator.inLanes(result, valid, lanes, parallel.team(), done -> {})
            .natsPerSymbol();
    curves.addValidation(step(), loss);
    boolean improved = patience.improves(loss);
    listener.onValidation(this, loss, improved);
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
    addTo(writer, description);
    writer.write(file);
  }

  /** Adds all that a run needs to go on, beside what a caller adds; see {@link #restore}. */
  public void addTo(SafetensorsWriter writer, String description) {
    model.addTo(writer);
    state.addTo(writer, training(description), epoch, window);
    if (average != null) {
      for (Parameter p : result.parameters().all()) {
        writer.add(averageOf(p), p.value());
      }
    }
    for (int worker = 0; worker < states.size(); worker++) {
      writer.add("state." + worker + ".h", states.get(worker).h());
      if (states.get(worker).c() != null) {
        writer.add("state." + worker + ".c", states.get(worker).c());
      }
    }
  }

  private static String averageOf(Parameter parameter) {
    return "average." + parameter.name();
  }

  private String training(String description) {
    return config.description() + " on " + train.length + " symbols; " + description;
  }

  /**
   * Goes on from a checkpoint: weights, optimiser, state, position.
   *
   * @throws ModelFileException if the file is damaged, or of a run that was configured otherwise
   */
  public void resume(Path file, String description) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      restore(in, description);
    }
  }

  /** Goes on from what {@link #addTo} added; fails as {@link #resume} does. */
  public void restore(SafetensorsFile in, String description) throws IOException {
    ModelFormat.require(in, LanguageModel.KIND);
    long[] position = state.restore(in, training(description), config.epochs, windows - 1);
    if (average != null) {
      for (Parameter p : result.parameters().all()) {
        in.loadInto(averageOf(p), p.value());
      }
      result.parameters().changed();
    }
    for (int worker = 0; worker < states.size(); worker++) {
      in.loadInto("state." + worker + ".h", states.get(worker).h());
      Tensor c = states.get(worker).c();
      if (c != null) {
        in.loadInto("state." + worker + ".c", c);
      }
    }
    epoch = (int) position[0];
    window = position[1];
  }

  @Override
  public void close() {
    parallel.close();
    closeOwn();
  }

  private void closeOwn() {
    states.forEach(CarriedState::close);
    if (config.average != 0) {
      result.close();
    }
  }
}
