package io.ciranda.sequence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Tells the label of a sequence.
 *
 * <pre>
 * try (var model = SequenceClassifier.fit(examples, SequenceOptions.standard())) {
 *   System.out.println(model.evaluate(others));              // accuracy, F1, confusion matrix
 *   System.out.println(model.predict(sequence).label());
 *   model.save(file);
 * }
 * </pre>
 *
 * <p>Any number of threads may share one.
 */
public final class SequenceClassifier implements AutoCloseable {
  private static final String KIND = "sequence-classifier";

  private final SequenceModel model;

  private SequenceClassifier(SequenceModel model) {
    this.model = model;
  }

  /**
   * Trains a classifier, a fraction of the examples being kept for validation as {@link
   * SequenceOptions#withValidation} says.
   *
   * @throws IllegalArgumentException if there are no examples, or only one label, or sequences
   *     whose steps differ in form
   * @throws io.ciranda.train.DivergedException if the loss explodes
   */
  public static SequenceClassifier fit(List<Example<String>> examples, SequenceOptions options) {
    return new SequenceClassifier(prepare(split(examples, options), options).learn());
  }

  /**
   * Trains a classifier with the given examples for validation, as {@link #fit(List,
   * SequenceOptions)}.
   *
   * @param valid may be empty; their labels have to occur in {@code train}
   */
  public static SequenceClassifier fit(
      List<Example<String>> train, List<Example<String>> valid, SequenceOptions options) {
    return new SequenceClassifier(prepare(Split.of(train, valid), options).learn());
  }

  /** What {@link #fit(List, SequenceOptions)} would take; see {@link Estimate}. */
  public static Estimate estimate(List<Example<String>> examples, SequenceOptions options) {
    return Estimate.of(prepare(split(examples, options), options));
  }

  private static Split<String> split(List<Example<String>> examples, SequenceOptions options) {
    return Split.atRandom(examples, options, label -> label);
  }

  private static Fitting prepare(Split<String> split, SequenceOptions options) {
    List<String> labels = Labels.of(split.train().stream().map(Example::target));
    Encoder encoder = Encoder.learn(split.trainSequences(), options);
    Targets targets = Targets.ofLabels(labels);
    List<Encoded> train = encode("training", split.train(), encoder, labels);
    return new Fitting(
        KIND,
        encoder,
        targets,
        Fitting.sizes(encoder, targets, options.pooling(), options.bidirectional(false), options),
        train,
        encode("validation", split.valid(), encoder, labels),
        Labels.weights(labels.size(), train, options.classWeights),
        options);
  }

  private static List<Encoded> encode(
      String what, List<Example<String>> examples, Encoder encoder, List<String> labels) {
    var encoded = new ArrayList<Encoded>();
    for (Example<String> example : examples) {
      int label = Labels.index(labels, example.target(), what, encoded.size());
      encoded.add(encoder.encode(example.sequence(), new int[] {label}));
    }
    return encoded;
  }

  /** The labels that it knows, in the order of a prediction's probabilities. */
  public List<String> labels() {
    return model.targets().labels();
  }

  /**
   * The label of a sequence.
   *
   * @throws IllegalArgumentException if its steps have another form than those of the training
   */
  public LabelPrediction predict(Sequence sequence) {
    return predict(List.of(sequence)).getFirst();
  }

  /** The labels of sequences: what {@link #predict(Sequence)} gives for each, bit for bit. */
  public List<LabelPrediction> predict(List<Sequence> sequences) {
    var predictions = new ArrayList<LabelPrediction>();
    for (float[] outputs : model.outputs(sequences)) {
      predictions.add(LabelPrediction.of(labels(), outputs, 0));
    }
    return predictions;
  }

  /**
   * Compares predictions with labels. A label that the model does not know is never predicted and
   * counts as any other.
   */
  public ClassificationMetrics evaluate(List<Example<String>> examples) {
    var metrics =
        new ClassificationMetrics(Labels.union(labels(), examples.stream().map(Example::target)));
    List<LabelPrediction> predictions = predict(examples.stream().map(Example::sequence).toList());
    for (int i = 0; i < examples.size(); i++) {
      metrics.add(examples.get(i).target(), predictions.get(i).label());
    }
    return metrics;
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
   * A session for one stream: after each step the label of what has been read so far, from both
   * ends where the model reads so.
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
  public static SequenceClassifier load(Path file) throws IOException {
    return new SequenceClassifier(SequenceFile.load(KIND, file));
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
