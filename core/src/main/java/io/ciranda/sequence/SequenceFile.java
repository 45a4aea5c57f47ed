package io.ciranda.sequence;

import io.ciranda.io.JsonStrings;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The file of a model: a safetensors file with PyTorch's names for the network's weights, {@code
 * rnn.weight_ih_l0}, {@code output.weight}, {@code embedding.weight} of a network that reads
 * tokens, {@code embedding.K.weight} of any other, {@code spelling.*} of a column that is read
 * letter by letter, {@code crf.*}; {@code encoder.} and {@code targets.} tensors for the numbers
 * beside them; all texts in the metadata.
 */
final class SequenceFile {
  private SequenceFile() {}

  static void save(SequenceModel model, Map<String, String> texts, Path file) throws IOException {
    Encoder encoder = model.encoder();
    Targets targets = model.targets();
    SequenceNetwork.Sizes sizes = model.network().sizes();
    var writer = ModelFormat.declare(new SafetensorsWriter(), model.kind());
    texts.forEach(writer::metadata);
    writer
        .metadata("ciranda.cell", sizes.cell().label())
        .metadata("ciranda.layers", Integer.toString(sizes.layers()))
        .metadata("ciranda.bidirectional", Boolean.toString(sizes.bidirectional()))
        .metadata("ciranda.pooling", pooling(sizes.pooling()))
        .metadata("ciranda.columns", Integer.toString(encoder.tables().size()))
        .metadata("ciranda.labels", JsonStrings.write(targets.labels()))
        .metadata("ciranda.steps", Integer.toString(targets.steps()));
    if (encoder.spelled() >= 0) {
      writer.metadata("ciranda.spelled", Integer.toString(encoder.spelled()));
    }
    if (sizes.crf()) {
      writer.metadata("ciranda.crf", "true");
    }
    writer.addAll(model.network().parameters().tensors());
    for (int k = 0; k < encoder.tables().size(); k++) {
      SymbolTable table = encoder.tables().get(k);
      if (table.isNamed()) {
        writer.metadata("ciranda.symbols." + k, JsonStrings.write(table.names()));
      } else {
        writer.add("encoder.symbols." + k, longs(table.ids()));
      }
    }
    writer.add("encoder.marked", longs(encoder.marked()));
    writer.add("targets.columns", longs(targets.columns()));
    var owned = new ArrayList<Tensor>();
    try {
      add(writer, owned, "encoder.shift", encoder.shift());
      add(writer, owned, "encoder.scale", encoder.scale());
      add(writer, owned, "encoder.fill", encoder.fill());
      add(writer, owned, "targets.mean", targets.mean());
      add(writer, owned, "targets.deviation", targets.deviation());
      add(writer, owned, "targets.quantiles", targets.quantiles());
      writer.write(file);
    } finally {
      owned.forEach(Tensor::close);
    }
  }

  private static String pooling(Pooling pooling) {
    return pooling == null ? "none" : pooling.name().toLowerCase(Locale.ROOT);
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static void add(
      SafetensorsWriter writer, List<Tensor> owned, String name, float[] values) {
    Tensor tensor = Tensor.of(values, values.length);
    owned.add(tensor);
    writer.add(name, tensor);
  }

  /**
   * Loads what {@link #save} wrote.
   *
   * @throws ModelFileException if the file is of another kind or a newer version, or damaged
   */
  static SequenceModel load(String kind, Path file) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      ModelFormat.require(in, kind);
      try {
        return read(in, kind);
      } catch (IllegalArgumentException | NullPointerException e) {
        throw new ModelFileException(file, "damaged: " + e.getMessage());
      }
    }
  }

  private static SequenceModel read(SafetensorsFile in, String kind) throws IOException {
    int columns = Integer.parseInt(in.metadata("ciranda.columns"));
    var tables = new ArrayList<SymbolTable>();
    for (int k = 0; k < columns; k++) {
      String names = in.metadata().get("ciranda.symbols." + k);
      tables.add(
          names == null
              ? SymbolTable.ofIds(ints(in, "encoder.symbols." + k))
              : SymbolTable.ofNames(JsonStrings.read(names)));
    }
    var encoder =
        new Encoder(
            floats(in, "encoder.shift"),
            floats(in, "encoder.scale"),
            floats(in, "encoder.fill"),
            ints(in, "encoder.marked"),
            tables,
            Integer.parseInt(in.metadata().getOrDefault("ciranda.spelled", "-1")));
    var targets =
        new Targets(
            JsonStrings.read(in.metadata("ciranda.labels")),
            Integer.parseInt(in.metadata("ciranda.steps")),
            ints(in, "targets.columns"),
            floats(in, "targets.mean"),
            floats(in, "targets.deviation"),
            floats(in, "targets.quantiles"));
    requireConsistent(encoder, targets);
    SequenceNetwork network = SequenceNetwork.read(sizes(in, encoder, targets), in);
    try {
      return new SequenceModel(kind, encoder, targets, network);
    } catch (Throwable e) {
      network.close();
      throw e;
    }
  }

  private static void requireConsistent(Encoder encoder, Targets targets) {
    int n = encoder.numbers();
    int spelled = encoder.spelled();
    if (spelled < -1
        || spelled >= encoder.tables().size()
        || (spelled >= 0 && !encoder.tables().get(spelled).isNamed())) {
      throw new IllegalArgumentException(
          "ciranda.spelled: expected a column of names or -1, actual " + spelled);
    }
    if (encoder.scale().length != n
        || encoder.fill().length != n
        || Arrays.stream(encoder.marked()).anyMatch(j -> j < 0 || j >= n)
        || targets.deviation().length != targets.mean().length
        || (targets.columns().length > 0 && targets.columns().length != targets.mean().length)
        || Arrays.stream(targets.columns()).anyMatch(j -> j < 0 || j >= n)) {
      throw new IllegalArgumentException(
          "the tensors of encoder and targets do not fit each other");
    }
  }

  /** The sizes that the weights must have. */
  private static SequenceNetwork.Sizes sizes(SafetensorsFile in, Encoder encoder, Targets targets)
      throws IOException {
    int columns = encoder.tables().size();
    int layers = Integer.parseInt(in.metadata("ciranda.layers"));
    for (int l = 0; l < layers; l++) {
      matrix(in, "rnn.weight_hh_l" + l);
    }
    String pooling = in.metadata("ciranda.pooling");
    var sizes =
        new SequenceNetwork.Sizes(
            encoder.features(),
            encoder.tables().stream().mapToInt(SymbolTable::size).toArray(),
            new int[columns],
            encoder.spelled(),
            Cell.of(in.metadata("ciranda.cell")),
            matrix(in, "rnn.weight_hh_l0")[1],
            layers,
            Boolean.parseBoolean(in.metadata("ciranda.bidirectional")),
            pooling.equals("none") ? null : Pooling.valueOf(pooling.toUpperCase(Locale.ROOT)),
            targets.outputs(),
            Boolean.parseBoolean(in.metadata().get("ciranda.crf")));
    if (sizes.crf() && (sizes.pooling() != null || targets.labels().isEmpty())) {
      throw new IllegalArgumentException(
          "ciranda.crf: expected false of a model that is no tagger");
    }
    for (int k = 0; k < columns; k++) {
      sizes.widths()[k] = matrix(in, sizes.embedding(k) + "weight")[1];
    }
    return sizes;
  }

  private static int[] matrix(SafetensorsFile in, String name) throws IOException {
    int[] shape = in.shape(name);
    if (shape.length != 2) {
      throw new IllegalArgumentException(
          name + ": expected a matrix, actual " + Arrays.toString(shape));
    }
    return shape;
  }

  private static int[] ints(SafetensorsFile in, String name) throws IOException {
    long[] values = in.loadLongs(name);
    for (long value : values) {
      if (value != (int) value) {
        throw new IllegalArgumentException(
            "%s: expected integers of 32 bits, actual %d".formatted(name, value));
      }
    }
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  private static float[] floats(SafetensorsFile in, String name) throws IOException {
    try (Tensor tensor = in.load(name)) {
      return tensor.toArray();
    }
  }
}
