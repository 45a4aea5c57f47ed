package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.RecurrentNames.Sources;
import io.ciranda.network.RecurrentNames.Stack;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a safetensors file of a PyTorch {@code state_dict} is understood to be: {@code nn.RNN},
 * {@code nn.LSTM}, {@code nn.GRU} or one of their cells under any prefix, with an {@code
 * nn.Embedding} below and an {@code nn.Linear} above where they are present. Names and shapes tell
 * cell, sizes, layers and directions; {@link Overrides} tell what they leave open. The order of the
 * tensors tells nothing: writers sort them. The models of this library are such files too, and
 * their metadata speaks where the caller does not.
 *
 * <pre>
 * try (var file = SafetensorsFile.open(path)) {
 *   StateDict understood = StateDict.infer(file, Overrides.NONE);
 *   understood.sentences().forEach(System.out::println);
 *   Network network = understood.load();
 * }
 * </pre>
 */
public final class StateDict {
  /** What the kinds of models of io.ciranda.sequence with tensors around the network begin with. */
  private static final String SEQUENCE_MODEL = "sequence-";

  private static final Pattern AROUND_NETWORK =
      Pattern.compile("(encoder|targets|embedding|spelling|crf)\\..+");

  /**
   * What the caller says. Null, or no prefix, leaves it to the file.
   *
   * @param prefixes of the recurrent stacks, from the input up: {@code rnn.} for {@code
   *     rnn.weight_ih_l0}; the last dot may be left out
   * @param cell the kind of cell; whether an {@code nn.RNN} has ReLU is in no file
   * @param embedding the embedding's tensor, or {@link #ABSENT}
   * @param linear the linear layer's weight, or {@link #ABSENT}; the same as the embedding where
   *     both share it
   * @param softmax whether the linear layer's outputs are made probabilities, which no file says
   */
  public record Overrides(
      List<String> prefixes, Cell cell, String embedding, String linear, boolean softmax) {
    /** Says that there is no embedding, or no linear layer. */
    public static final String ABSENT = "none";

    /** All is left to the file. */
    public static final Overrides NONE = new Overrides(List.of(), null, null, null);

    /** Copies the list. */
    public Overrides {
      prefixes = List.copyOf(prefixes);
    }

    /** Without a softmax. */
    public Overrides(List<String> prefixes, Cell cell, String embedding, String linear) {
      this(prefixes, cell, embedding, linear, false);
    }

    private Overrides orElse(Overrides other) {
      return new Overrides(
          prefixes.isEmpty() ? other.prefixes : prefixes,
          cell == null ? other.cell : cell,
          embedding == null ? other.embedding : embedding,
          linear == null ? other.linear : linear,
          softmax || other.softmax);
    }
  }

  /**
   * What is read for a direction.
   *
   * @param h0 {@code [L*D][H]}, of the whole stack, or null; so is {@code c0}
   * @param state this direction's row of them
   */
  private record Place(Sources sources, String h0, String c0, int state) {}

  private final SafetensorsFile file;
  private final FileTensors tensors;
  private final Overrides overrides;
  private final Architecture architecture;
  private final List<Place> places = new ArrayList<>();
  private final String embedding;
  private final String linear;
  private final String linearBias;
  private final List<String> sentences = new ArrayList<>();

  /**
   * Understands a file. Reads no tensor and takes no memory for any.
   *
   * @param file open for as long as {@link #load} is to be called
   * @throws ModelFileException if the file holds no recurrent network, or not all of it, or shapes
   *     that do not fit each other or the overrides, or what can be understood in several ways
   */
  public static StateDict infer(SafetensorsFile file, Overrides overrides)
      throws ModelFileException {
    return new StateDict(file, overrides);
  }

  private StateDict(SafetensorsFile file, Overrides told) throws ModelFileException {
    this.file = file;
    tensors = new FileTensors(file);
    overrides = told.orElse(ownModel());
    List<Layer> layers = recurrentLayers();
    int input = layers.getFirst().input();
    int features = layers.getLast().output();
    String table = matrix(Role.EMBEDDING, overrides.embedding, overrides.linear, input);
    String top = matrix(Role.LINEAR, overrides.linear, overrides.embedding, features);
    if (table != null && table.equals(top) && !table.equals(overrides.linear)) {
      throw tensors.bad(
          "%s may be the embedding or the linear layer; override embedding or linear with none"
              .formatted(tensors.described(table)));
    }
    if (overrides.softmax && top == null) {
      throw tensors.bad("expected a linear layer under the softmax, actual none");
    }
    architecture = new Architecture(rows(table), input, layers, rows(top), overrides.softmax);
    embedding = use(table, input);
    linear = use(top, features);
    linearBias = useBias(top);
    sentences.add(
        table == null
            ? "no embedding: a step takes %d features".formatted(input)
            : "embedding " + tensors.described(table));
    sentences.add(
        top == null
            ? "no linear layer: a step gives %d features".formatted(features)
            : "linear %s%s%s"
                .formatted(
                    tensors.described(top),
                    linearBias == null ? ", no bias" : "",
                    linear.equals(embedding) ? ", the embedding's weights" : ""));
    sayRest();
    sentences.replaceAll(ModelFileException::printable);
  }

  /** What the metadata of a model of this library says. */
  private Overrides ownModel() throws ModelFileException {
    String kind = ModelFormat.kind(file);
    boolean languageModel = kind.equals("language-model");
    if (!languageModel && !kind.startsWith(SEQUENCE_MODEL)) {
      return Overrides.NONE;
    }
    ModelFormat.require(file, kind);
    if (languageModel && Boolean.parseBoolean(file.metadata("ciranda.tied"))) {
      tensors.alias("output.weight", "embedding.weight");
    }
    // Where numbers or several columns of symbols come in, the embeddings are not the whole input.
    boolean tokens = languageModel || tensors.has("embedding.weight");
    try {
      Cell cell = Cell.of(file.metadata("ciranda.cell"));
      String embedding = tokens ? "embedding.weight" : Overrides.ABSENT;
      String linear = adaptive() ? Overrides.ABSENT : "output.weight";
      return new Overrides(List.of("rnn."), cell, embedding, linear);
    } catch (IllegalArgumentException e) {
      throw tensors.bad("metadata 'ciranda.cell': " + e.getMessage());
    }
  }

  /** Whether a language model has an adaptive softmax, which is no linear layer. */
  private boolean adaptive() {
    return file.metadata().containsKey("ciranda.cutoffs");
  }

  /** What is around the network of a sequence model has its use there; the rest has none. */
  private void sayRest() throws ModelFileException {
    boolean around = ModelFormat.kind(file).startsWith(SEQUENCE_MODEL);
    Map<Boolean, List<String>> rest =
        tensors.unused().stream()
            .collect(
                Collectors.partitioningBy(
                    name -> around && AROUND_NETWORK.matcher(name).matches()));
    if (!rest.get(true).isEmpty()) {
      sentences.add(
          "around it, for io.ciranda.sequence to encode steps and decode outputs: "
              + tensors.described(rest.get(true)));
    }
    if (adaptive()) {
      sentences.add(
          "without its adaptive softmax, which a LanguageModel runs: the outputs are the features below it");
    }
    if (!rest.get(false).isEmpty()) {
      sentences.add("unused: " + tensors.described(rest.get(false)));
    }
  }

  private List<Layer> recurrentLayers() throws ModelFileException {
    var layers = new ArrayList<Layer>();
    for (RecurrentNames names : chosen()) {
      Stack stack = names.read(tensors, overrides.cell);
      Layer first = stack.layers().getFirst();
      if (!layers.isEmpty() && layers.getLast().output() != first.input()) {
        throw tensors.bad(
            "expected a stack '%s' over the %d features of the one before, actual over %d"
                .formatted(names.prefix(), layers.getLast().output(), first.input()));
      }
      layers.addAll(stack.layers());
      say(names, stack);
      boolean hasCellState = first.cell().hasCellState();
      String h0 = initialState(names.prefix() + "h0", stack);
      String c0 = hasCellState ? initialState(names.prefix() + "c0", stack) : null;
      for (int i = 0; i < stack.sources().size(); i++) {
        places.add(new Place(stack.sources().get(i), h0, c0, i));
      }
    }
    return layers;
  }

  private void say(RecurrentNames names, Stack stack) throws ModelFileException {
    Layer first = stack.layers().getFirst();
    int n = stack.layers().size();
    sentences.add(
        "%s%s, %s, %d units, %sfrom %s"
            .formatted(
                first.bidirectional() ? "bidirectional " : "",
                first.cell().label(),
                n == 1 ? "1 layer" : n + " layers",
                first.hidden(),
                stack.biased() ? "" : "no biases, ",
                tensors.described(names.firstWeightHh())));
    if (first.cell() == Cell.RNN && overrides.cell == null) {
      sentences.add(
          "taken to have tanh, which no file says; override cell with rnn-relu where it has ReLU");
    }
  }

  private List<RecurrentNames> chosen() throws ModelFileException {
    SequencedMap<String, RecurrentNames> found = RecurrentNames.find(tensors);
    if (found.isEmpty()) {
      throw tensors.bad(
          "expected recurrent weights, whose names end in weight_ih_l0 and weight_hh_l0, actual "
              + FileTensors.some(tensors.names()));
    }
    if (overrides.prefixes.isEmpty()) {
      if (found.size() > 1) {
        throw tensors.bad(
            "expected one recurrent stack, actual %d with the prefixes %s; override prefix with one of them, or with several from the input up"
                .formatted(found.size(), FileTensors.some(found.keySet())));
      }
      return List.copyOf(found.values());
    }
    var chosen = new ArrayList<RecurrentNames>();
    for (String prefix : overrides.prefixes) {
      RecurrentNames names = found.getOrDefault(prefix, found.get(prefix + "."));
      if (names == null) {
        throw tensors.bad(
            "expected a recurrent stack with the prefix '%s', actual %s"
                .formatted(prefix, FileTensors.some(found.keySet())));
      }
      chosen.add(names);
    }
    return chosen;
  }

  /** Learned; as this library keeps it, or with the batch of 1 that PyTorch's layers take. */
  private String initialState(String name, Stack stack) throws ModelFileException {
    if (!tensors.has(name)) {
      return null;
    }
    int states = stack.sources().size();
    int hidden = stack.layers().getFirst().hidden();
    String source =
        tensors.shape(name).length == 3
            ? tensors.use(name, "of one sequence", states, 1, hidden)
            : tensors.use(name, "a row for each layer and direction", states, hidden);
    sentences.add("initial state " + tensors.described(name));
    return source;
  }

  /** The matrix of that role; null for none. */
  private String matrix(Role role, String told, String other, int columns)
      throws ModelFileException {
    if (Overrides.ABSENT.equals(told)) {
      return null;
    }
    if (told != null) {
      String expected = "%s of %d columns".formatted(role.label(), columns);
      if (tensors.matrix(told, expected)[1] != columns) {
        throw tensors.bad(told, expected);
      }
      return told;
    }
    List<String> candidates = role.candidates(tensors, columns, other);
    if (candidates.size() > 1) {
      throw tensors.bad(
          "expected at most one %1$s of %2$d columns, actual %3$s; override %1$s with one of them or with none"
              .formatted(role.label(), columns, tensors.described(candidates)));
    }
    return candidates.isEmpty() ? null : candidates.getFirst();
  }

  private int rows(String matrix) throws ModelFileException {
    return matrix == null ? 0 : tensors.shape(matrix)[0];
  }

  private String use(String matrix, int columns) throws ModelFileException {
    return matrix == null ? null : tensors.use(matrix, "a matrix", rows(matrix), columns);
  }

  private String useBias(String matrix) throws ModelFileException {
    String bias = matrix == null ? null : Role.bias(matrix);
    return bias == null || !tensors.has(bias)
        ? null
        : tensors.use(bias, "a value for each row of " + matrix, rows(matrix));
  }

  /** The sizes. */
  public Architecture architecture() {
    return architecture;
  }

  /** What was understood and what was left unused, for the user to check. */
  public List<String> sentences() {
    return List.copyOf(sentences);
  }

  /**
   * Reads the weights, F32, F64, F16 or BF16.
   *
   * @return what the caller closes
   * @throws ModelFileException if a tensor has another type, or the file was cut short
   * @throws OutOfMemoryError if the memory is not there
   */
  public Network load() throws IOException {
    var loaded = new HashMap<String, Tensor>();
    try {
      for (Place place : places) {
        Sources sources = place.sources;
        load(loaded, sources.weightIh(), sources.weightHh(), sources.biasIh(), sources.biasHh());
        load(loaded, place.h0, place.c0);
      }
      load(loaded, embedding, linear, linearBias);
      return new Network(
          architecture,
          loaded.get(embedding),
          places.stream().map(place -> direction(loaded, place)).toList(),
          loaded.get(linear),
          loaded.get(linearBias));
    } catch (Throwable e) {
      loaded.values().forEach(Tensor::close);
      throw e;
    }
  }

  /** What has several names is read once. */
  private void load(Map<String, Tensor> loaded, String... names) throws IOException {
    for (String name : names) {
      if (name != null && !loaded.containsKey(name)) {
        loaded.put(name, file.load(name));
      }
    }
  }

  private static Network.Direction direction(Map<String, Tensor> loaded, Place place) {
    return new Network.Direction(
        loaded.get(place.sources.weightIh()),
        loaded.get(place.sources.weightHh()),
        loaded.get(place.sources.biasIh()),
        loaded.get(place.sources.biasHh()),
        state(loaded.get(place.h0), place.state),
        state(loaded.get(place.c0), place.state));
  }

  /** A row of {@code [L*D][H]} or {@code [L*D][1][H]}. */
  private static Tensor state(Tensor states, int row) {
    return states == null
        ? null
        : states.rows(row, row + 1).reshape(Math.toIntExact(states.rowSize()));
  }
}
