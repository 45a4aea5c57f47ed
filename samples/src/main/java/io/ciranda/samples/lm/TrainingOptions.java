package io.ciranda.samples.lm;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import picocli.CommandLine.Option;

/** The options that say how a model is trained. */
final class TrainingOptions {
  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Pieces of the text that are read side by side (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--bptt",
      paramLabel = "T",
      defaultValue = "64",
      description =
          "Steps that gradients go back; the state goes on beyond (default: ${DEFAULT-VALUE}).")
  int bptt;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Passes over the training text (default: ${DEFAULT-VALUE}).")
  int epochs;

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      description = "Stop, save and report after this time at the latest; --resume goes on.")
  Double maxMinutes;

  @Option(
      names = "--checkpoint-seconds",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "Save a checkpoint this often, so that --resume goes on after a crash; 0 for after each step (default: ${DEFAULT-VALUE}).")
  double checkpointSeconds;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "adam",
      description =
          "sgd, nesterov, rmsprop, adagrad, adadelta, adam or adamw (default: ${DEFAULT-VALUE}).")
  String optimizer;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      description =
          "Learning rate (default: 0.002 for adam, adamw and rmsprop, 0.01 for adagrad, 1 for adadelta and sgd, 0.1 where that has momentum).")
  Double rate;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Of sgd (default: 0) and nesterov (default: 0.9).")
  Float momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      defaultValue = "0",
      description = "L2 penalty; for adamw decoupled (default: ${DEFAULT-VALUE}).")
  float weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      defaultValue = "5",
      description = "Scale gradients down to this norm; 0 for never (default: ${DEFAULT-VALUE}).")
  double clip;

  @Option(
      names = "--clip-value",
      paramLabel = "X",
      description = "Instead of --clip: cut each gradient to [-X, X].")
  Double clipValue;

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      defaultValue = "constant",
      description = {
        "How the learning rate goes (default: ${DEFAULT-VALUE}):",
        "constant: it stays.",
        "step:N,D: times D before each epoch after the first N.",
        "plateau:N,D: times D after N validations without a new best.",
        "cosine:W,F: up in a line for W steps, then along half a cosine down to F times the rate; both may be left out (0)."
      })
  String schedule;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the initial weights and dropout (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Slices of the batch that run side by side (default: the number of processors, at most 4).")
  Integer threads;

  @Option(
      names = "--validate-every",
      paramLabel = "STEPS",
      defaultValue = "0",
      description = "Steps between validations; 0 for once an epoch (default: ${DEFAULT-VALUE}).")
  int validateEvery;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Stop early after N validations without improvement; 0 for never (default: ${DEFAULT-VALUE}).")
  int patience;

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  LanguageModelTrainer.Config config() {
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
    int processors = Runtime.getRuntime().availableProcessors();
    UpdateRule rule = rule();
    require(
        momentum == null || rule instanceof UpdateRule.Sgd,
        "--momentum: only sgd and nesterov have it, actual --optimizer " + optimizer);
    return new LanguageModelTrainer.Config(
        batch,
        bptt,
        epochs,
        rule,
        rate == null ? defaultRate(rule) : rate,
        clipping(),
        schedule(schedule),
        seed,
        threads == null ? Math.min(batch, Math.min(4, processors)) : threads,
        validateEvery,
        patience);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  private UpdateRule rule() {
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

  private static double defaultRate(UpdateRule rule) {
    return switch (rule) {
      case UpdateRule.Sgd sgd -> sgd.momentum() == 0 ? 1 : 0.1;
      case UpdateRule.Adadelta _ -> 1;
      case UpdateRule.Adagrad _ -> 0.01;
      case UpdateRule.RmsProp _, UpdateRule.Adam _ -> 0.002;
    };
  }

  private Clipping clipping() {
    if (clipValue != null) {
      return new Clipping.ByValue(clipValue);
    }
    return clip == 0 ? new Clipping.None() : new Clipping.ByNorm(clip);
  }

  static Schedule schedule(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    double[] values = colon < 0 ? new double[0] : numbers(text, text.substring(colon + 1));
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
    throw badSchedule(text);
  }

  private static double[] numbers(String schedule, String list) {
    String[] parts = list.split(",", -1);
    double[] numbers = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        numbers[i] = Double.parseDouble(parts[i]);
      } catch (NumberFormatException e) {
        throw badSchedule(schedule);
      }
      if (!(numbers[i] >= 0)) {
        throw badSchedule(schedule);
      }
    }
    return numbers;
  }

  private static IllegalArgumentException badSchedule(String text) {
    return new IllegalArgumentException(
        "--schedule: expected constant, step:N,D, plateau:N,D or cosine[:W[,F]], actual '"
            + text
            + "'");
  }
}
