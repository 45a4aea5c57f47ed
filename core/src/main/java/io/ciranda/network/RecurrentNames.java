package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.nn.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights that share a prefix: of one {@code nn.RNN}, {@code nn.LSTM} or {@code nn.GRU}, or of
 * one {@code nn.LSTMCell} and the like.
 *
 * @param prefix what stands before {@code weight_ih_l0}
 * @param first the first layer: 0, or {@link #NO_LAYER} of a cell, whose names have none
 * @param last the last layer
 * @param bidirectional whether a name ends in {@code _reverse}
 */
record RecurrentNames(String prefix, int first, int last, boolean bidirectional) {
  private static final int NO_LAYER = -1;
  private static final Pattern WEIGHT =
      Pattern.compile("(?s)(.*)weight_[ih]h(?:_l(0|[1-9]\\d{0,8})(_reverse)?)?");

  /** The names in the file of one direction's tensors; null where it has none. */
  record Sources(String weightIh, String weightHh, String biasIh, String biasHh) {}

  /** Layers as the shapes tell them, and what to read, the forward direction of a layer first. */
  record Stack(List<Architecture.Layer> layers, List<Sources> sources) {
    boolean biased() {
      return sources.getFirst().biasIh != null;
    }
  }

  /** All that a file has, by prefix. */
  static SequencedMap<String, RecurrentNames> find(FileTensors tensors) {
    var found = new LinkedHashMap<String, RecurrentNames>();
    for (String name : tensors.names()) {
      Matcher weight = WEIGHT.matcher(name);
      if (weight.matches()) {
        String prefix = weight.group(1);
        int layer = weight.group(2) == null ? NO_LAYER : Integer.parseInt(weight.group(2));
        boolean reverse = weight.group(3) != null;
        found.merge(
            prefix,
            new RecurrentNames(prefix, Math.min(layer, 0), layer, reverse),
            RecurrentNames::and);
      }
    }
    return found;
  }

  private RecurrentNames and(RecurrentNames other) {
    return new RecurrentNames(
        prefix,
        Math.min(first, other.first),
        Math.max(last, other.last),
        bidirectional || other.bidirectional);
  }

  /** The tensor whose shape tells cell and units. */
  String firstWeightHh() {
    return name("weight_hh", first, 0);
  }

  /** {@code rnn.weight_ih_l1_reverse}. */
  private String name(String kind, int layer, int direction) {
    return prefix
        + kind
        + (layer == NO_LAYER ? "" : "_l" + layer)
        + (direction == 1 ? "_reverse" : "");
  }

  /**
   * Checks all names and shapes against each other.
   *
   * @param told the cell, or null for the one that the rows tell
   */
  Stack read(FileTensors tensors, Cell told) throws ModelFileException {
    if (first == NO_LAYER && last != NO_LAYER) {
      throw tensors.bad(
          "expected the names of a stack or of a cell, actual both: '%s' and '%s'"
              .formatted(name("weight_ih", NO_LAYER, 0), name("weight_ih", last, 0)));
    }
    boolean biased = false;
    for (String name : tensors.names()) {
      biased |= name.startsWith(prefix + "bias_ih") || name.startsWith(prefix + "bias_hh");
      if (name.startsWith(prefix + "weight_hr")) {
        throw tensors.bad(name, "none: projections (proj_size) are not supported");
      }
    }
    int[] recurrent = tensors.matrix(required(tensors, firstWeightHh()), "[GH][H]");
    int hidden = recurrent[1];
    Cell cell = told == null ? cell(tensors, recurrent) : told;
    int rows = cell.gates() * hidden;
    if (recurrent[0] != rows) {
      throw tensors.bad(
          firstWeightHh(), "[%d*H][H] of cell %s".formatted(cell.gates(), cell.label()));
    }
    int input = tensors.matrix(required(tensors, name("weight_ih", first, 0)), "[GH][I]")[1];
    var layers = new ArrayList<Architecture.Layer>();
    var sources = new ArrayList<Sources>();
    for (int l = first; l <= last; l++) {
      String why =
          "for %d units of cell %s over %d features".formatted(hidden, cell.label(), input);
      for (int d = 0; d < (bidirectional ? 2 : 1); d++) {
        sources.add(
            new Sources(
                use(tensors, name("weight_ih", l, d), why, rows, input),
                use(tensors, name("weight_hh", l, d), why, rows, hidden),
                biased ? use(tensors, name("bias_ih", l, d), why, rows) : null,
                biased ? use(tensors, name("bias_hh", l, d), why, rows) : null));
      }
      layers.add(
          new Architecture.Layer(
              cell, input, hidden, bidirectional, Architecture.Reset.AFTER_PRODUCT));
      input = layers.getLast().output();
    }
    return new Stack(layers, sources);
  }

  private Cell cell(FileTensors tensors, int[] recurrent) throws ModelFileException {
    return switch (recurrent[0] % recurrent[1] == 0 ? recurrent[0] / recurrent[1] : 0) {
      case 1 -> Cell.RNN;
      case 3 -> Cell.GRU;
      case 4 -> Cell.LSTM;
      default ->
          throw tensors.bad(
              firstWeightHh(), "[G*H][H] with a G of 1 for an RNN, 3 for a GRU, 4 for an LSTM");
    };
  }

  private String use(FileTensors tensors, String name, String why, int... shape)
      throws ModelFileException {
    return tensors.use(required(tensors, name), why, shape);
  }

  private String required(FileTensors tensors, String name) throws ModelFileException {
    if (!tensors.has(name)) {
      throw tensors.bad(
          "expected a tensor '%s' beside the others of '%s' (%s%s), actual none"
              .formatted(
                  name,
                  prefix,
                  last == 0 || last == NO_LAYER ? "one layer" : "layers 0 to " + last,
                  bidirectional ? ", both directions" : ""));
    }
    return name;
  }
}
