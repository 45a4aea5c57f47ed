package io.ciranda.samples.training;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import picocli.CommandLine.Option;

/** The options that say how weights are learned, and for how long. */
public final class OptimizationOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Passes over the training text (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      description = "Stop, save and report after this time at the latest; --resume goes on.")
  private Double maxMinutes;

  @Option(
      names = "--checkpoint-seconds",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "Save a checkpoint this often, so that --resume goes on after a crash; 0 for after each step (default: ${DEFAULT-VALUE}).")
  private double checkpointSeconds;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "adam",
      description =
          "sgd, nesterov, rmsprop, adagrad, adadelta, adam or adamw (default: ${DEFAULT-VALUE}).")
  private String optimizer;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description =
          "Learning rate (default: 0.002 for adam, adamw and rmsprop, 0.01 for adagrad, 1 for adadelta and sgd, 0.1 where that has momentum).")
  private Double rate;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Of sgd (default: 0) and nesterov (default: 0.9).")
  private Float momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      defaultValue = "0",
      description = "L2 penalty; for adamw decoupled (default: ${DEFAULT-VALUE}).")
  private float weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      description = "Scale gradients down to this norm; 0 for never (default: ${DEFAULT-VALUE}).")
  private double clip;

  @Option(
      names = "--clip-value",
      paramLabel = "X",
      description = "Instead of --clip: cut each gradient to [-X, X].")
  private Double clipValue;

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      description = {
        "How the learning rate goes (default: ${DEFAULT-VALUE}):",
        "constant: it stays.",
        "step:N,D: times D before each epoch after the first N.",
        "plateau:N,D: times D after N validations without a new best.",
        "cosine:W,F: up in a line for W steps, then along half a cosine down to F times the rate; both may be left out (0)."
      })
  private String schedule;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Slices of the batch that run side by side (default: the number of processors, at most 4).")
  private Integer threads;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Stop early after N validations without improvement; 0 for never (default: ${DEFAULT-VALUE}).")
  private int patience;

  /** A steady rate, and gradients of a norm of up to 5. */
  public OptimizationOptions() {
    this("constant", 5);
  }

  /** Other defaults for {@code --schedule} and {@code --clip}. */
  public OptimizationOptions(String schedule, double clip) {
    this.schedule = schedule;
    this.clip = clip;
  }

  /**
   * Looks at all options that are not looked at elsewhere.
   *
   * @throws IllegalArgumentException with expected and actual where a value makes no sense
   */
  public void check() {
    require(
        maxMinutes == null || maxMinutes > 0,
        "--max-minutes: expected more than 0, actual " + maxMinutes);
    require(
        checkpointSeconds >= 0,
        "--checkpoint-seconds: expected 0 or more, actual " + checkpointSeconds);
    require(
        momentum == null || (momentum >= 0 && momentum < 1),
        "--momentum: expected in [0, 1), actual " + momentum);
    require(weightDecay >= 0, "--weight-decay: expected 0 or more, actual " + weightDecay);
    require(
        momentum == null || rule() instanceof UpdateRule.Sgd,
        "--momentum: only sgd and nesterov have it, actual --optimizer " + optimizer);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Passes over the training text. */
  public int epochs() {
    return epochs;
  }

  /** Decides all that is random. */
  public long seed() {
    return seed;
  }

  /** Validations without improvement after which a run ends; 0 for never. */
  public int patience() {
    return patience;
  }

  /** Slices of a batch that run side by side; by default not more than it can have. */
  public int threads(int batch) {
    int processors = Runtime.getRuntime().availableProcessors();
    return threads == null ? Math.min(batch, Math.min(4, processors)) : threads;
  }

  /** How this session of the training goes. */
  public TrainingSession.Options session(boolean resume) {
    return new TrainingSession.Options(
        resume, maxMinutes, checkpointSeconds, "the same command with --resume goes on");
  }

  /** The optimiser. */
  public UpdateRule rule() {
    return switch (optimizer) {
      case "sgd" -> new UpdateRule.Sgd(momentum == null ? 0 : momentum, false, weightDecay);
      case "nesterov" -> new UpdateRule.Sgd(momentum == null ? 0.9f : momentum, true, weightDecay);
      case "rmsprop" -> new UpdateRule.RmsProp(0.95f, 1e-8f, weightDecay);
      case "adagrad" -> new UpdateRule.Adagrad(1e-10f, weightDecay);
      case "adadelta" -> new UpdateRule.Adadelta(0.9f, 1e-6f, weightDecay);
      case "adam" -> new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, weightDecay, false);
      case "adamw" -> new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, weightDecay, true);
      default ->
          throw new IllegalArgumentException(
              "--optimizer: expected sgd, nesterov, rmsprop, adagrad, adadelta, adam or adamw, actual '"
                  + optimizer
                  + "'");
    };
  }

  /** The base learning rate. */
  public double rate() {
    return rate == null ? defaultRate(rule()) : rate;
  }

  private static double defaultRate(UpdateRule rule) {
    return switch (rule) {
      case UpdateRule.Sgd sgd -> sgd.momentum() == 0 ? 1 : 0.1;
      case UpdateRule.Adadelta _ -> 1;
      case UpdateRule.Adagrad _ -> 0.01;
      case UpdateRule.RmsProp _, UpdateRule.Adam _ -> 0.002;
    };
  }

  /** Of gradients. */
  public Clipping clipping() {
    if (clipValue != null) {
      return new Clipping.ByValue(clipValue);
    }
    return clip == 0 ? new Clipping.None() : new Clipping.ByNorm(clip);
  }

  /** Of the learning rate. */
  public Schedule schedule() {
    int colon = schedule.indexOf(':');
    String kind = colon < 0 ? schedule : schedule.substring(0, colon);
    double[] values = colon < 0 ? new double[0] : numbers(schedule.substring(colon + 1));
    if (kind.equals("constant") && values.length == 0) {
      return new Schedule.Constant();
    }
    if (kind.equals("step") && values.length == 2) {
      return new Schedule.Step((int) values[0], values[1]);
    }
    if (kind.equals("plateau") && values.length == 2) {
      return new Schedule.Plateau((int) values[0], values[1]);
    }
    if (kind.equals("cosine") && values.length <= 2) {
      return new Schedule.Cosine(
          values.length > 0 ? (long) values[0] : 0, values.length > 1 ? values[1] : 0);
    }
    throw badSchedule();
  }

  private double[] numbers(String list) {
    String[] parts = list.split(",", -1);
    double[] numbers = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        numbers[i] = Double.parseDouble(parts[i]);
      } catch (NumberFormatException e) {
        throw badSchedule();
      }
      if (!(numbers[i] >= 0)) {
        throw badSchedule();
      }
    }
    return numbers;
  }

  private IllegalArgumentException badSchedule() {
    return new IllegalArgumentException(
        "--schedule: expected constant, step:N,D, plateau:N,D or cosine[:W[,F]], actual '"
            + schedule
            + "'");
  }
}
