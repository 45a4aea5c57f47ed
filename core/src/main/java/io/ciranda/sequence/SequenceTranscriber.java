package io.ciranda.sequence;

import io.ciranda.nn.Ctc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tells the labels of a sequence in their order, fewer than it has steps: the words of a recording,
 * the letters of a line of handwriting. It learns from examples that do not say which steps a label
 * belongs to, by {@link Ctc}. Unless {@link SequenceOptions#withBidirectional} says otherwise it
 * reads sequences from both ends; whole ones only, it has no sessions.
 *
 * <pre>
 * try (var model = SequenceTranscriber.fit(recordings, SequenceOptions.standard())) {
 *   System.out.println(model.evaluate(others).errorRate());
 *   System.out.println(model.predict(recording).labels());   // [four, two, two]
 * }
 * </pre>
 *
 * <p>Any number of threads may share one.
 */
public final class SequenceTranscriber implements AutoCloseable {
  /** What the network says of a step that no label begins at. No label may be like it. */
  public static final String BLANK = "";

  private static final String KIND = "sequence-transcriber";
  static final Ctc CTC = new Ctc(0); // the network's outputs are BLANK and then the labels

  private final SequenceModel model;

  private SequenceTranscriber(SequenceModel model) {
    this.model = model;
  }

  /**
   * Trains a transcriber, a fraction of the examples being kept for validation as {@link
   * SequenceOptions#withValidation} says. A loss is one of CTC for a label that is wanted; class
   * weights are of no effect.
   *
   * @param examples sequences with their labels in order, none included
   * @throws IllegalArgumentException if there are no examples, or only one label, or more labels
   *     than steps ({@link Ctc#leastSteps}), or sequences whose steps differ in form
   * @throws io.ciranda.train.DivergedException if the loss explodes
   */
  public static SequenceTranscriber fit(
      List<Example<List<String>>> examples, SequenceOptions options) {
    return new SequenceTranscriber(prepare(split(examples, options), options).learn());
  }

  /**
   * Trains a transcriber with the given examples for validation, as {@link #fit(List,
   * SequenceOptions)}.
   *
   * @param valid may be empty; their labels have to occur in {@code train}
   */
  public static SequenceTranscriber fit(
      List<Example<List<String>>> train,
      List<Example<List<String>>> valid,
      SequenceOptions options) {
    return new SequenceTranscriber(prepare(Split.of(train, valid), options).learn());
  }

  /** What {@link #fit(List, SequenceOptions)} would take; see {@link Estimate}. */
  public static Estimate estimate(List<Example<List<String>>> examples, SequenceOptions options) {
    return Estimate.of(prepare(split(examples, options), options));
  }

  private static Split<List<String>> split(
      List<Example<List<String>>> examples, SequenceOptions options) {
    return Split.atRandom(examples, options, labels -> "");
  }

  private static Fitting prepare(Split<List<String>> split, SequenceOptions options) {
    List<String> labels = Labels.of(split.train().stream().flatMap(e -> e.target().stream()));
    if (labels.contains(BLANK)) {
      throw new IllegalArgumentException(
          "labels: expected names, actual an empty one, which stands for no label");
    }
    List<String> outputs = Stream.concat(Stream.of(BLANK), labels.stream()).toList();
    Encoder encoder = Encoder.learn(split.trainSequences(), options);
    Targets targets = Targets.ofLabels(outputs);
    return new Fitting(
        KIND,
        encoder,
        targets,
        Fitting.sizes(encoder, targets, null, options.bidirectional(true), options),
        encode("training", split.train(), encoder, labels),
        encode("validation", split.valid(), encoder, labels),
        null,
        options);
  }

  private static List<Encoded> encode(
      String what, List<Example<List<String>>> examples, Encoder encoder, List<String> labels) {
    var encoded = new ArrayList<Encoded>();
    for (Example<List<String>> example : examples) {
      int i = encoded.size();
      int[] wanted =
          example.target().stream()
              .mapToInt(label -> 1 + Labels.index(labels, label, what, i))
              .toArray();
      int steps = example.sequence().steps();
      if (steps < Ctc.leastSteps(wanted)) {
        throw new IllegalArgumentException(
            "%s example %d: expected at least %d steps for its %d labels, one more between equal ones, actual %d"
                .formatted(what, i, Ctc.leastSteps(wanted), wanted.length, steps));
      }
      encoded.add(encoder.encode(example.sequence(), wanted));
    }
    return encoded;
  }

  /** The labels that it knows. */
  public List<String> labels() {
    return outputs().subList(1, outputs().size());
  }

  private List<String> outputs() {
    return model.targets().labels();
  }

  /**
   * The labels of a sequence, those of the likeliest path: {@link Ctc#decode}.
   *
   * @throws IllegalArgumentException if its steps have another form than those of the training
   */
  public Transcription predict(Sequence sequence) {
    return predict(List.of(sequence)).getFirst();
  }

  /** The labels of sequences: what {@link #predict(Sequence)} gives for each, bit for bit. */
  public List<Transcription> predict(List<Sequence> sequences) {
    return predict(sequences, 1);
  }

  /**
   * The likeliest labels of sequences.
   *
   * @param beam of the search over their beginnings, {@link Ctc#search}; 1 for the likeliest path
   */
  public List<Transcription> predict(List<Sequence> sequences, int beam) {
    int width = outputs().size();
    var transcriptions = new ArrayList<Transcription>();
    for (float[] logits : model.outputs(sequences)) {
      int[] found =
          beam == 1
              ? CTC.decode(logits, width)
              : CTC.search(logits, width, beam).getFirst().labels();
      transcriptions.add(
          new Transcription(
              Arrays.stream(found).mapToObj(outputs()::get).toList(), model.labels(logits)));
    }
    return transcriptions;
  }

  /** Compares predictions with labels. Labels that the model does not know count as any other. */
  public TranscriptionMetrics evaluate(List<Example<List<String>>> examples) {
    var metrics = new TranscriptionMetrics();
    List<Transcription> given = predict(examples.stream().map(Example::sequence).toList());
    for (int i = 0; i < examples.size(); i++) {
      metrics.add(examples.get(i).target(), given.get(i).labels());
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
  public static SequenceTranscriber load(Path file) throws IOException {
    return new SequenceTranscriber(SequenceFile.load(KIND, file));
  }

  /** Frees the weights. */
  @Override
  public void close() {
    model.close();
  }

  @Override
  public String toString() {
    return model + ", labels " + labels();
  }
}
