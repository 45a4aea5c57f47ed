package io.ciranda.sequence;

import io.ciranda.autograd.Tape;
import io.ciranda.memory.Tensor;
import io.ciranda.train.AveragedWeights;
import io.ciranda.train.Batches;
import io.ciranda.train.DataParallel;
import io.ciranda.train.Patience;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Trains a network on encoded examples: what all models of this package share.
 *
 * <p>An epoch takes the examples in {@link Batches} of its own. The weights of the best validation,
 * or their average, are put back at the end.
 */
final class Trainer implements AutoCloseable {
  /** Batches that are sorted by length together. */
  private static final int STRETCH = 20;

  private static final Comparator<Encoded> BY_LENGTH = Comparator.comparingInt(Encoded::steps);

  private final SequenceNetwork network;
  private final float[] weights; // of the labels, or null
  private final float[] quantiles;
  private final Batches batching;
  private final SequenceOptions options;
  private final DataParallel parallel;
  private final Tensor average; // of the weights, or null
  private final AveragedWeights averaging; // or null

  /**
   * Before the first step.
   *
   * @param weights of the labels; null where numbers are wanted, or labels in order
   * @param batch examples of a step
   */
  Trainer(
      SequenceNetwork network,
      float[] weights,
      float[] quantiles,
      int batch,
      SequenceOptions options) {
    this.network = network;
    this.weights = weights;
    this.quantiles = quantiles;
    batching = new Batches(batch, STRETCH);
    this.options = options;
    Tensor values = network.parameters().values();
    boolean averages = options.average > 0;
    average = averages ? Tensor.allocate(values.shape()).copyFrom(values) : null;
    averaging =
        averages
            ? new AveragedWeights(network.backend().kernels(), values, average, options.average)
            : null;
    try {
      parallel =
          new DataParallel(
              network.backend(),
              network.parameters(),
              options.rule,
              options.clipping,
              options.threads,
              network::refresh);
    } catch (Throwable e) {
      closeAverage();
      throw e;
    }
  }

  /**
   * Trains, from the options' checkpoint on where that file is there; it is left for whoever saves
   * the model to delete.
   *
   * @param valid may be empty: then the last weights stay
   * @throws io.ciranda.train.DivergedException if the loss or its gradient is not finite
   * @throws UncheckedIOException if the checkpoint cannot be written, or is not of this training
   */
  void run(List<Encoded> train, List<Encoded> valid) {
    Schedule schedule = options.schedule();
    var patience = new Patience(options.patience, schedule);
    Tensor values = network.parameters().values();
    boolean stopped = false;
    try (Tensor best = Tensor.allocate(values.shape()).copyFrom(values)) {
      var epochs = new ArrayList<TrainingListener.Epoch>();
      var checkpoint =
          new Checkpoint(
              training(train, valid),
              network.parameters(),
              best,
              average,
              parallel.optimizer(),
              patience,
              epochs);
      if (options.checkpoint != null && Files.exists(options.checkpoint)) {
        checkpoint.load(options.checkpoint, options.epochs);
        epochs.forEach(options.listener::onEpoch);
      }
      while (epochs.size() < options.epochs && !patience.isExhausted() && !stopped) {
        int epoch = epochs.size();
        long start = System.nanoTime();
        List<List<Encoded>> batches = batches(train, epoch);
        long steps = (long) options.epochs * batches.size();
        double loss = 0;
        long places = 0;
        for (List<Encoded> examples : batches) {
          var position =
              new Schedule.Position(
                  parallel.optimizer().steps(), steps, epoch, patience.reductions());
          loss += step(examples, options.rate * schedule.factor(position));
          places += places(examples);
          stopped = options.listener.stops();
          if (stopped) {
            break;
          }
        }
        exchange();
        double validLoss = valid.isEmpty() ? Double.NaN : loss(valid);
        boolean improved = valid.isEmpty() || patience.improves(validLoss);
        if (improved) {
          best.copyFrom(values);
        }
        exchange();
        double seconds = 1e-9 * (System.nanoTime() - start);
        epochs.add(
            new TrainingListener.Epoch(
                epoch + 1, options.epochs, loss / places, validLoss, improved, seconds));
        options.listener.onEpoch(epochs.getLast());
        // A part of an epoch is not kept: who goes on, goes on from the last whole one.
        if (options.checkpoint != null && !stopped) {
          checkpoint.save(options.checkpoint);
        }
      }
      values.copyFrom(best);
      network.parameters().changed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String training(List<Encoded> train, List<Encoded> valid) {
    return "%s; %d examples, %08x, to learn from, %d, %08x, to validate on"
        .formatted(options, train.size(), hash(train), valid.size(), hash(valid));
  }

  private static int hash(List<Encoded> examples) {
    int hash = 0;
    for (Encoded e : examples) {
      hash =
          31 * hash
              + Arrays.deepHashCode(
                  new Object[] {e.features(), e.rows(), e.spellings(), e.labels(), e.targets()});
    }
    return hash;
  }

  /** The batches of an epoch. */
  List<List<Encoded>> batches(List<Encoded> examples, int epoch) {
    return batching.shuffled(examples, BY_LENGTH, Tape.mix(options.seed + epoch));
  }

  private static int places(List<Encoded> examples) {
    return examples.stream().mapToInt(Encoded::places).sum();
  }

  /**
   * One step.
   *
   * @return the sum of the losses of all places
   */
  double step(List<Encoded> examples, double rate) {
    float scale = 1f / places(examples);
    long seed = Tape.mix(options.seed) + parallel.optimizer().steps();
    double loss =
        parallel
            .step(
                seed,
                rate,
                (worker, tape) -> {
                  int from = examples.size() * worker / options.threads;
                  int to = examples.size() * (worker + 1) / options.threads;
                  return from == to
                      ? 0
                      : network.loss(tape, examples.subList(from, to), weights, quantiles, scale);
                })
            .loss();
    if (averaging != null) {
      long n = parallel.optimizer().steps();
      parallel.team().run(part -> averaging.follow(n, part, options.threads));
    }
    return loss;
  }

  /** Puts the average, if there is one, in the place of the weights, and these in its own. */
  private void exchange() {
    if (average == null) {
      return;
    }
    Tensor values = network.parameters().values();
    try (Tensor spare = Tensor.allocate(values.shape()).copyFrom(values)) {
      values.copyFrom(average);
      average.copyFrom(spare);
    }
    network.parameters().changed();
  }

  /** The mean loss of a place, without dropout. */
  private double loss(List<Encoded> examples) {
    var sorted = new ArrayList<>(examples);
    sorted.sort(BY_LENGTH);
    List<List<Encoded>> cut = batching.cut(sorted);
    double sum =
        parallel.evaluate(
            cut.size(), (i, tape) -> network.loss(tape, cut.get(i), weights, quantiles, 0));
    return sum / places(examples);
  }

  /** The off-heap bytes held beside weights and optimiser state. */
  long memory() {
    return parallel.memory();
  }

  @Override
  public void close() {
    parallel.close();
    closeAverage();
  }

  private void closeAverage() {
    if (average != null) {
      average.close();
    }
  }
}
