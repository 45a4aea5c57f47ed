package io.ciranda.samples.table;

import io.ciranda.nn.Cell;
import io.ciranda.sequence.ClassWeights;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceOptions;
import picocli.CommandLine.Option;

/** The options that say what a network is made of and how it is trained. */
final class TrainingOptions {
  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "gru",
      description = "rnn, rnn-relu, lstm or gru (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "64",
      description = "Units of a recurrent layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "1",
      description = "Recurrent layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--bidirectional",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description =
          "Read sequences from both ends, or not; such a model cannot answer line by line (default: for tag it does, else not).")
  private Boolean bidirectional;

  @Option(
      names = "--pooling",
      paramLabel = "POOLING",
      description =
          "For classify: the answer of the last row, or the mean of all (default: last; mean where the network is bidirectional).")
  private Pooling pooling;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.2",
      description =
          "Probability with which a unit is left out in training (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--window",
      paramLabel = "T",
      defaultValue = "128",
      description =
          "For forecast: rows of the pieces that sequences are cut into for training (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "100",
      description = "Passes over the training examples at most (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "B",
      description = "Examples of a step (default: 32, fewer where there are few examples).")
  private Integer batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate of Adam (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Stop after N epochs without a better validation; 0 for never (default: ${DEFAULT-VALUE}).")
  private int patience;

  @Option(
      names = "--validation",
      paramLabel = "FRACTION",
      defaultValue = "0.15",
      description =
          "Of the sequences, for forecast the end of each, kept from training to tell the best epoch (default: ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--class-weights",
      paramLabel = "RULE",
      defaultValue = "none",
      description =
          "none, or balanced: all labels together count the same (default: ${DEFAULT-VALUE}).")
  private ClassWeights classWeights;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share a batch (default: the number of processors, at most 4).")
  private Integer threads;

  /**
   * Throws IllegalArgumentException with expected and actual where a value makes no sense, or not
   * for the task.
   */
  SequenceOptions options(Task task) {
    if (pooling != null && task != Task.CLASSIFY) {
      throw new IllegalArgumentException(
          "--pooling: for classify only, actual --task " + task.label());
    }
    if (task == Task.FORECAST && Boolean.TRUE.equals(bidirectional)) {
      throw new IllegalArgumentException(
          "--bidirectional: a forecast cannot read what it is to tell");
    }
    int processors = Runtime.getRuntime().availableProcessors();
    SequenceOptions options =
        SequenceOptions.standard()
            .withCell(Cell.of(cell))
            .withHidden(hidden)
            .withLayers(layers)
            .withDropout(dropout)
            .withWindow(window)
            .withEpochs(epochs)
            .withLearningRate(rate)
            .withPatience(patience)
            .withValidation(validation)
            .withClassWeights(classWeights)
            .withSeed(seed)
            .withThreads(threads == null ? Math.min(4, processors) : threads);
    if (batch != null) {
      options = options.withBatch(batch);
    }
    if (bidirectional != null) {
      options = options.withBidirectional(bidirectional);
    }
    if (pooling != null) {
      options = options.withPooling(pooling);
    }
    return options;
  }

  /** Epochs at most. */
  int epochs() {
    return epochs;
  }
}
