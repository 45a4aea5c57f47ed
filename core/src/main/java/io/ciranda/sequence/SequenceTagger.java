package io.ciranda.sequence;

import io.ciranda.nn.LinearChainCrf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Tells a label for each step of a sequence. Unless {@link SequenceOptions#withBidirectional} says
 * otherwise it reads sequences from both ends.
 *
 * <pre>
 * try (var model = SequenceTagger.fit(sentences, SequenceOptions.standard())) {
 *   System.out.println(model.evaluate(others));              // accuracy, F1 of entities
 *   System.out.println(model.predict(sentence));             // [O, B-Disease, I-Disease, O]
 * }
 * </pre>
 *
 * <p>Any number of threads may share one.
 */
public final class SequenceTagger implements AutoCloseable {
  private static final String KIND = "sequence-tagger";

  private final SequenceModel model;

  private SequenceTagger(SequenceModel model) {
    this.model = model;
  }

  /**
   * Trains a tagger, a fraction of the examples being kept for validation as {@link
   * SequenceOptions#withValidation} says. An example with a label that no other has stays for
   * training.
   *
   * @param examples sequences with a label for each step
   * @throws IllegalArgumentException if there are no examples, or only one label, or not as many
   *     labels as steps, or sequences whose steps differ in form
   * @throws io.ciranda.train.DivergedException if the loss explodes
   */
  public static SequenceTagger fit(List<Example<List<String>>> examples, SequenceOptions options) {
    return new SequenceTagger(prepare(split(examples, options), options).learn());
  }

  /**
   * Trains a tagger with the given examples for validation, as {@link #fit(List, SequenceOptions)}.
   *
   * @param valid may be empty; their labels have to occur in {@code train}
   */
  public static SequenceTagger fit(
      List<Example<List<String>>> train,
      List<Example<List<String>>> valid,
      SequenceOptions options) {
    requireLabels("training", train);
    requireLabels("validation", valid);
    return new SequenceTagger(prepare(Split.of(train, valid), options).learn());
  }

  /** What {@link #fit(List, SequenceOptions)} would take; see {@link Estimate}. */
  public static Estimate estimate(List<Example<List<String>>> examples, SequenceOptions options) {
    return Estimate.of(prepare(split(examples, options), options));
  }

  private static Split<List<String>> split(
      List<Example<List<String>>> examples, SequenceOptions options) {
    requireLabels("training", examples);
    Split<List<String>> split = Split.atRandom(examples, options, labels -> "");
    var known = new HashSet<String>();
    split.train().forEach(example -> known.addAll(example.target()));
    var train = new ArrayList<>(split.train());
    var valid = new ArrayList<Example<List<String>>>();
    for (Example<List<String>> example : split.valid()) {
      (known.addAll(example.target()) ? train : valid).add(example);
    }
    return new Split<>(train, valid);
  }

  private static void requireLabels(String what, List<Example<List<String>>> examples) {
    for (int i = 0; i < examples.size(); i++) {
      int steps = examples.get(i).sequence().steps();
      int labels = examples.get(i).target().size();
      if (labels != steps) {
        throw new IllegalArgumentException(
            "%s example %d: expected %d labels, one for each step, actual %d"
                .formatted(what, i, steps, labels));
      }
    }
  }

  private static Fitting prepare(Split<List<String>> split, SequenceOptions options) {
    if (options.crf && options.classWeights != ClassWeights.NONE) {
      throw new IllegalArgumentException(
          "class weights: expected NONE with a CRF, whose loss is of whole sequences, actual "
              + options.classWeights);
    }
    List<String> labels = Labels.of(split.train().stream().flatMap(e -> e.target().stream()));
    Encoder encoder = Encoder.learn(split.trainSequences(), options);
    Targets targets = Targets.ofLabels(labels);
    List<Encoded> train = encode("training", split.train(), encoder, labels);
    return new Fitting(
        KIND,
        encoder,
        targets,
        Fitting.sizes(encoder, targets, null, options.bidirectional(true), options),
        train,
        encode("validation", split.valid(), encoder, labels),
        Labels.weights(labels.size(), train, options.classWeights),
        options);
  }

  private static List<Encoded> encode(
      String what, List<Example<List<String>>> examples, Encoder encoder, List<String> labels) {
    var encoded = new ArrayList<Encoded>();
    for (Example<List<String>> example : examples) {
      int i = encoded.size();
      int[] wanted =
          example.target().stream()
              .mapToInt(label -> Labels.index(labels, label, what, i))
              .toArray();
      encoded.add(encoder.encode(example.sequence(), wanted));
    }
    return encoded;
  }

  /** The labels that it knows, in the order of a prediction's probabilities. */
  public List<String> labels() {
    return model.targets().labels();
  }

  /**
   * The label of each step.
   *
   * @throws IllegalArgumentException if its steps have another form than those of the training
   */
  public List<LabelPrediction> predict(Sequence sequence) {
    return predict(List.of(sequence)).getFirst();
  }

  /** The labels of sequences: what {@link #predict(Sequence)} gives for each, bit for bit. */
  public List<List<LabelPrediction>> predict(List<Sequence> sequences) {
    return Arrays.stream(model.outputs(sequences)).map(model::labels).toList();
  }

  /**
   * What the CRF adds to the score of a sequence, in nats, where label {@code to} follows {@code
   * from}.
   *
   * @throws IllegalArgumentException if there is no such label
   * @throws IllegalStateException if the model has no CRF
   */
  public float transition(String from, String to) {
    LinearChainCrf crf = model.network().crf();
    if (crf == null) {
      throw new IllegalStateException("the model has no CRF: train it with withCrf(true)");
    }
    return crf.transition().value().get(index(from), index(to));
  }

  private int index(String label) {
    int c = labels().indexOf(label);
    if (c < 0) {
      throw new IllegalArgumentException(
          "label: expected one of %s, actual '%s'".formatted(labels(), label));
    }
    return c;
  }

  /**
   * Compares predictions with labels. A label that the model does not know is never predicted and
   * counts as any other.
   *
   * @throws IllegalArgumentException if there are not as many labels as steps
   */
  public TaggingMetrics evaluate(List<Example<List<String>>> examples) {
    requireLabels("evaluation", examples);
    List<List<String>> wanted = examples.stream().map(Example::target).toList();
    List<List<String>> given =
        predict(examples.stream().map(Example::sequence).toList()).stream()
            .map(steps -> steps.stream().map(LabelPrediction::label).toList())
            .toList();
    return TaggingMetrics.of(
        Labels.union(labels(), wanted.stream().flatMap(List::stream)), wanted, given);
  }

  /** What another model may begin with, which then reads as this one does. */
  public Beginning beginning() {
    return Beginning.of(model);
  }

  /**
   * Whether it knows a name in column {@code k} of the names; it reads others as the unknown one.
   */
  public boolean knows(int k, String name) {
    return model.encoder().knows(k, name);
  }

  /**
   * A session for one stream: after each step its label. Where the model reads sequences from both
   * ends, or has a CRF, a step may change the labels of those before it: {@link
   * LabelSession#predictions} tells all of them.
   *
   * @throws IllegalStateException if the model is closed
   */
  public LabelSession newSession() {
    return new LabelSession(model);
  }

  /**
   * Saves all that {@link #load} needs, atomically.
   *
   * @throws IOException if it fails; an earlier file of that name is then unharmed
   */
  public void save(Path file) throws IOException {
    save(file, Map.of());
  }

  /**
   * Saves as {@link #save(Path)}, and texts of the caller's with it: what the columns of a table
   * are called, where the examples came from. They are in the file's metadata.
   *
   * @param texts by keys that do not begin with {@code ciranda.}
   */
  public void save(Path file, Map<String, String> texts) throws IOException {
    SequenceFile.save(model, texts, file);
  }

  /**
   * Loads what {@link #save} wrote.
   *
   * @throws io.ciranda.io.ModelFileException if the file holds another kind of model, or is of a
   *     newer version, or damaged
   */
  public static SequenceTagger load(Path file) throws IOException {
    return new SequenceTagger(SequenceFile.load(KIND, file));
  }

  /** Frees the weights; sessions that are open go on. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return model + ", labels " + labels();
  }
}
