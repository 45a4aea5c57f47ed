package io.ciranda.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** The way from examples to a model, as far as it is the same for all kinds. */
final class Fitting {
  private static final int WIDEST_EMBEDDING = 50;

  private Fitting() {}

  /**
   * Examples to learn from and examples to validate on.
   *
   * @param <T> their targets
   */
  record Split<T>(List<Example<T>> train, List<Example<T>> valid) {

    /** Checks that there is something to learn from and that all sequences are alike in form. */
    Split {
      requireAlike("training", train.stream().map(Example::sequence).toList());
      requireAlike(
          "validation",
          java.util.stream.Stream.concat(train.stream().limit(1), valid.stream())
              .map(Example::sequence)
              .toList());
    }

    /**
     * Keeps a fraction for validation, of each group by itself, at random. One of each group stays
     * for training.
     *
     * @param group of an example
     */
    static <T> Split<T> atRandom(
        List<Example<T>> examples, SequenceOptions options, Function<T, String> group) {
      var shuffled = new ArrayList<>(examples);
      java.util.Collections.shuffle(shuffled, new Random(options.seed));
      var left = new java.util.HashMap<String, Integer>(); // of a group, to be taken
      for (Example<T> example : examples) {
        left.merge(group.apply(example.target()), 1, Integer::sum);
      }
      left.replaceAll((name, n) -> Math.min(n - 1, (int) Math.round(options.validation * n)));
      var train = new ArrayList<Example<T>>();
      var valid = new ArrayList<Example<T>>();
      for (Example<T> example : shuffled) {
        boolean taken = left.merge(group.apply(example.target()), -1, Integer::sum) >= 0;
        (taken ? valid : train).add(example);
      }
      return new Split<>(train, valid);
    }

    List<Sequence> trainSequences() {
      return train.stream().map(Example::sequence).toList();
    }
  }

  static void requireAlike(String what, List<Sequence> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException(
          "no %s examples: expected at least 1, actual 0".formatted(what));
    }
    Sequence first = sequences.getFirst();
    for (int i = 1; i < sequences.size(); i++) {
      if (!sequences.get(i).form().equals(first.form())) {
        throw new IllegalArgumentException(
            "%s example %d: expected %s in a step, as in the first, actual %s"
                .formatted(what, i, first.form(), sequences.get(i).form()));
      }
    }
  }

  /**
   * The sizes of a network for a task.
   *
   * @param pooling null for outputs at each step
   */
  static SequenceNetwork.Sizes sizes(
      Encoder encoder,
      Targets targets,
      Pooling pooling,
      boolean bidirectional,
      SequenceOptions options) {
    int[] vocabularies = encoder.tables().stream().mapToInt(SymbolTable::size).toArray();
    int[] widths =
        Arrays.stream(vocabularies)
            .map(v -> options.embedding > 0 ? options.embedding : usualWidth(v))
            .toArray();
    return new SequenceNetwork.Sizes(
        encoder.features(),
        vocabularies,
        widths,
        options.cell,
        options.hidden,
        options.layers,
        bidirectional,
        pooling,
        targets.outputs());
  }

  private static int usualWidth(int vocabulary) {
    return Math.min(WIDEST_EMBEDDING, Math.ceilDiv(vocabulary, 2));
  }

  /**
   * Trains a network.
   *
   * @param weights of the labels; null where numbers are wanted
   */
  static SequenceModel train(
      String kind,
      Encoder encoder,
      Targets targets,
      SequenceNetwork.Sizes sizes,
      List<Encoded> train,
      List<Encoded> valid,
      float[] weights,
      SequenceOptions options) {
    if (valid.isEmpty() && options.patience > 0) {
      options.listener.onWarning(
          "no examples are left for validation: training runs all %d epochs"
              .formatted(options.epochs));
    }
    var network = new SequenceNetwork(sizes, options.dropout, options.unknownRate, options.seed);
    try (var trainer = new Trainer(network, weights, targets.quantiles(), options)) {
      trainer.run(train, valid);
      return new SequenceModel(kind, encoder, targets, network);
    } catch (Throwable e) {
      network.close();
      throw e;
    }
  }

  /** The weight of each label, of which there are {@code counts [C]}. */
  static float[] weights(ClassWeights rule, int[] counts) {
    float[] weights = new float[counts.length];
    long n = Arrays.stream(counts).asLongStream().sum();
    for (int c = 0; c < counts.length; c++) {
      weights[c] = rule == ClassWeights.NONE ? 1 : (float) n / counts.length / counts[c];
    }
    return weights;
  }
}
