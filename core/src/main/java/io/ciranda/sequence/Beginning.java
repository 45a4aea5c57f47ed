package io.ciranda.sequence;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.memory.Tensor;
import io.ciranda.model.LanguageModel;
import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a model begins with where it does not begin at random: how another one reads sequences, the
 * symbols it knows and their vectors, and its recurrent layers. A language model needs no labels,
 * so that it may read many more sequences than have one (Dai and Le 2015, "Semi-supervised sequence
 * learning").
 *
 * <pre>
 * try (var reader = SequenceLanguageModel.fit(text, Vocabulary.Level.WORD, options)) {
 *   var model = SequenceClassifier.fit(examples, options.withBeginning(reader.beginning()));
 * </pre>
 *
 * <p>A copy: the other model may be closed. Immutable.
 */
public final class Beginning {
  /** What is not of the reading, but of what is told from it. */
  private static final List<String> TELLING = List.of("output.", "crf.");

  private final Encoder encoder;
  private final Cell cell;
  private final Map<String, Weights> weights = new TreeMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Weights(int[] shape, float[] values) {}

  private Beginning(Encoder encoder, Cell cell, Parameters parameters) {
    this.encoder = encoder;
    this.cell = cell;
    for (Parameter p : parameters.all()) {
      if (isOfReading(p)) {
        weights.put(p.name(), new Weights(p.value().shape(), p.value().toArray()));
      }
    }
  }

  private static boolean isOfReading(Parameter parameter) {
    return TELLING.stream().noneMatch(parameter.name()::startsWith);
  }

  static Beginning of(SequenceModel model) {
    SequenceNetwork network = model.network();
    return new Beginning(model.encoder(), network.sizes().cell(), network.parameters());
  }

  /** Its symbols become names, those that are unknown the first row. */
  static Beginning of(LanguageModel model) {
    Vocabulary vocabulary = model.vocabulary();
    var names = new ArrayList<>(vocabulary.symbols());
    names.remove(Vocabulary.UNKNOWN);
    var encoder =
        new Encoder(
            new float[0],
            new float[0],
            new float[0],
            new int[0],
            List.of(SymbolTable.ofNames(names)),
            -1);
    var beginning = new Beginning(encoder, model.config().cell(), model.parameters());
    beginning.weights.put(
        "embedding.weight",
        vectors(names, vocabulary, model.parameters().get("embedding.weight").value()));
    return beginning;
  }

  /** Zeros for the unknown ones where the language model has none: it reads letters. */
  private static Weights vectors(List<String> names, Vocabulary vocabulary, Tensor embedding) {
    int width = embedding.dim(1);
    float[] from = embedding.toArray();
    float[] to = new float[(1 + names.size()) * width];
    for (int row = 0; row <= names.size(); row++) {
      int id = vocabulary.id(row == 0 ? Vocabulary.UNKNOWN : names.get(row - 1));
      if (id >= 0) {
        System.arraycopy(from, id * width, to, row * width, width);
      }
    }
    return new Weights(new int[] {1 + names.size(), width}, to);
  }

  /** How the other model reads sequences. */
  Encoder encoder() {
    return encoder;
  }

  /**
   * Puts the weights in the place of a network's own.
   *
   * @throws IllegalArgumentException if its layers are others than those of the model that they are
   *     from
   */
  void putInto(SequenceNetwork network) {
    Cell actual = network.sizes().cell();
    if (actual != cell) {
      throw new IllegalArgumentException(
          "beginning: expected cell %s, as the model has it that it is from, actual %s"
              .formatted(cell.label(), actual.label()));
    }
    var own = new TreeMap<String, Tensor>();
    for (Parameter p : network.parameters().all()) {
      if (isOfReading(p)) {
        own.put(p.name(), p.value());
      }
    }
    var names = new TreeSet<>(weights.keySet());
    names.addAll(own.keySet());
    for (String name : names) {
      requireShape(name, own.get(name));
    }
    own.forEach((name, value) -> value.copyFrom(weights.get(name).values));
    network.parameters().changed();
  }

  private void requireShape(String name, Tensor own) {
    Weights given = weights.get(name);
    String expected = given == null ? "none" : Arrays.toString(given.shape);
    String actual = own == null ? "none" : Arrays.toString(own.shape());
    if (!expected.equals(actual)) {
      throw new IllegalArgumentException(
          "beginning, %s: expected %s, as the model has it that it is from, actual %s by the options"
              .formatted(name, expected, actual));
    }
  }

  /** Tells beginnings apart: a training that goes on is to have had the same one. */
  @Override
  public String toString() {
    int hash = 0;
    for (Weights some : weights.values()) {
      hash = 31 * hash + Arrays.hashCode(some.values);
    }
    return "%s, %s a step, weights %08x".formatted(cell.label(), encoder.form(), hash);
  }
}
