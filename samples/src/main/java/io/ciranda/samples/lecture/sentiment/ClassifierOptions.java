package io.ciranda.samples.lecture.sentiment;

import io.ciranda.nn.Cell;
import io.ciranda.sequence.Pooling;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.train.Schedule;
import picocli.CommandLine.Option;

/** The options of a classifier's network and of its training. */
final class ClassifierOptions {
  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "gru",
      description = "rnn, rnn-relu, lstm or gru (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--pooling",
      paramLabel = "NAME",
      defaultValue = "MEAN",
      description = {
        "What a review is judged by. mean: the mean of what is remembered after each word; last: what is remembered at its end",
        "(default: ${DEFAULT-VALUE})."
      })
  private Pooling pooling;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "64",
      description = "Units in a direction (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--embedding",
      paramLabel = "E",
      description = "Numbers that stand for a word (default: half of the words, 50 at most).")
  private Integer embedding;

  @Option(
      names = "--bidirectional",
      description = {
        "Read forwards and backwards; what is believed after each word can then not be drawn,",
        "and there is no --pretrain: a language model reads forwards."
      })
  private boolean bidirectional;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.3",
      description = "Of what is remembered, before it is judged (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--input-dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Of the vectors of words (default: ${DEFAULT-VALUE}).")
  private double inputDropout;

  @Option(
      names = "--unknown-rate",
      paramLabel = "P",
      defaultValue = "0.05",
      description =
          "Of the words that are read as unknown ones in training (default: ${DEFAULT-VALUE}).")
  private double unknownRate;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      defaultValue = "1",
      description = "Words that occur less often are unknown (default: ${DEFAULT-VALUE}).")
  private int minCount;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.003",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--anneal",
      description = "Let the learning rate of the classifiers fall to 0 over the epochs.")
  private boolean anneal;

  @Option(
      names = "--average",
      paramLabel = "DECAY",
      defaultValue = "0",
      description = {
        "Validate and keep an average of the classifiers' weights over their steps in place of the last ones;",
        "0.995 is that of some hundreds (default: ${DEFAULT-VALUE}, none)."
      })
  private double average;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "32",
      description = "Reviews in a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "15",
      description = {
        "Passes over the reviews at most; a tenth of them, that nothing is learned from, tells when to stop",
        "and which pass was the best (default: ${DEFAULT-VALUE})."
      })
  private int epochs;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that share a step (default: ${DEFAULT-VALUE}).")
  private int threads;

  boolean isBidirectional() {
    return bidirectional;
  }

  int minCount() {
    return minCount;
  }

  /** Throws IllegalArgumentException where a value makes no sense. */
  SequenceOptions sequenceOptions() {
    SequenceOptions options =
        SequenceOptions.standard()
            .withCell(Cell.of(cell))
            .withHidden(hidden)
            .withBidirectional(bidirectional)
            .withPooling(pooling)
            .withDropout(dropout)
            .withInputDropout(inputDropout)
            .withUnknownRate(unknownRate)
            .withMinCount(minCount)
            .withLearningRate(rate)
            .withAverage(average)
            .withSchedule(anneal ? new Schedule.Cosine(0, 0) : new Schedule.Constant())
            .withBatch(batch)
            .withEpochs(epochs)
            .withValidation(0.1)
            .withPatience(Math.min(epochs, 3))
            .withThreads(threads);
    return embedding == null ? options : options.withEmbedding(embedding);
  }
}
