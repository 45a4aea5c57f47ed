package io.ciranda.sequence;

import java.util.Arrays;
import java.util.List;

/**
 * A task that is ready to be learned; what comes before differs with the kind of model, what comes
 * after does not.
 *
 * @param kind of the model
 * @param weights of the labels; null where numbers are wanted, or labels in order
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Fitting(
    String kind,
    Encoder encoder,
    Targets targets,
    SequenceNetwork.Sizes sizes,
    List<Encoded> train,
    List<Encoded> valid,
    float[] weights,
    SequenceOptions options) {
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
    int[] widths = Arrays.stream(vocabularies).map(options::embedding).toArray();
    if (encoder.spelled() >= 0) {
      widths[encoder.spelled()] = options.spelledUnits;
    }
    boolean tagger = pooling == null && !targets.labels().isEmpty();
    return new SequenceNetwork.Sizes(
        encoder.features(),
        vocabularies,
        widths,
        encoder.spelled(),
        options.cell,
        options.hidden,
        options.layers,
        bidirectional,
        pooling,
        targets.outputs(),
        tagger && options.crf);
  }

  /**
   * Trains a network.
   *
   * @throws IllegalArgumentException if the machine has less memory than that needs
   */
  SequenceModel learn() {
    Estimate.ofMemory(this).requireRoom(options.listener);
    if (valid.isEmpty()) {
      options.warnOfNoValidation();
    }
    SequenceNetwork network = newNetwork();
    try (Trainer trainer = newTrainer(network)) {
      trainer.run(train, valid);
      return new SequenceModel(kind, encoder, targets, network);
    } catch (Throwable e) {
      network.close();
      throw e;
    }
  }

  /** Before the first step: with random weights, or those that it is to begin with. */
  SequenceNetwork newNetwork() {
    var network = SequenceNetwork.create(sizes, options.noise(), options.memory, options.seed);
    try {
      if (options.beginning != null) {
        options.beginning.putInto(network);
      }
      return network;
    } catch (Throwable e) {
      network.close();
      throw e;
    }
  }

  Trainer newTrainer(SequenceNetwork network) {
    return new Trainer(network, weights, targets.quantiles(), options.batch(train.size()), options);
  }
}
