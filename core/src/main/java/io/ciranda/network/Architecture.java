package io.ciranda.network;

import io.ciranda.nn.Cell;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The sizes of a recurrent network, from its input to its output: an embedding where it reads
 * symbols, recurrent layers, and a linear layer and a softmax where it has them.
 *
 * @param vocabulary V, the symbols of the embedding; 0 where the input are feature vectors
 * @param input I, the features of one step: those of the caller, or the embedding's width
 * @param layers the recurrent layers, the first at the input
 * @param outputs the rows of the linear layer; 0 for none
 * @param softmax whether the output are probabilities
 */
public record Architecture(
    int vocabulary, int input, List<Layer> layers, int outputs, boolean softmax) {

  /** When a GRU's reset gate is applied. */
  public enum Reset {
    /** {@code n = tanh(xn + r * (U h + b))}: PyTorch, cuDNN; ONNX with linear_before_reset = 1. */
    AFTER_PRODUCT,
    /** {@code n = tanh(xn + U (r * h) + b)}: Cho et al. 2014; ONNX's default. */
    BEFORE_PRODUCT
  }

  /**
   * One recurrent layer.
   *
   * @param cell the kind of cell
   * @param input the features of one step of its input
   * @param hidden H, the units of one direction
   * @param bidirectional whether it also runs backwards in time; it then gives 2H features
   * @param reset of a GRU; {@code AFTER_PRODUCT} for other cells
   */
  public record Layer(Cell cell, int input, int hidden, boolean bidirectional, Reset reset) {
    /** Checks the sizes. */
    public Layer {
      if (input < 1 || hidden < 1) {
        throw new IllegalArgumentException(
            "a recurrent layer: expected at least 1 feature and 1 unit, actual %d and %d"
                .formatted(input, hidden));
      }
      if (reset != Reset.AFTER_PRODUCT && cell != Cell.GRU) {
        throw new IllegalArgumentException("only a GRU has a reset gate, actual " + cell.label());
      }
    }

    /** D. */
    public int directions() {
      return bidirectional ? 2 : 1;
    }

    /** The features that it gives for a step. */
    public int output() {
      return directions() * hidden;
    }

    /** GH: the rows of its weight matrices. */
    public int gateRows() {
      return cell.gates() * hidden;
    }

    @Override
    public String toString() {
      return "%s%s %d -> %d%s"
          .formatted(
              bidirectional ? "bidirectional " : "",
              cell.label(),
              input,
              output(),
              reset == Reset.BEFORE_PRODUCT ? " (reset before the product)" : "");
    }
  }

  /** Checks that each layer takes what the one below gives. */
  public Architecture {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("expected at least one recurrent layer, actual none");
    }
    if (vocabulary < 0 || outputs < 0) {
      throw new IllegalArgumentException(
          "expected a vocabulary and outputs of 0 or more, actual %d and %d"
              .formatted(vocabulary, outputs));
    }
    int features = input;
    for (int l = 0; l < layers.size(); l++) {
      if (layers.get(l).input != features) {
        throw new IllegalArgumentException(
            "layer %d: expected %d input features, as below it, actual %d"
                .formatted(l, features, layers.get(l).input));
      }
      features = layers.get(l).output();
    }
  }

  /** Whether the input are symbols. */
  public boolean readsTokens() {
    return vocabulary > 0;
  }

  /** Whether a layer runs backwards in time, so that only whole sequences can be run. */
  public boolean bidirectional() {
    return layers.stream().anyMatch(Layer::bidirectional);
  }

  /** The features of the last recurrent layer. */
  public int features() {
    return layers.getLast().output();
  }

  /** The floats of one step's output. */
  public int output() {
    return outputs > 0 ? outputs : features();
  }

  @Override
  public String toString() {
    return (readsTokens() ? "embedding %d x %d, ".formatted(vocabulary, input) : "")
        + layers.stream().map(Layer::toString).collect(Collectors.joining(", "))
        + (outputs > 0 ? ", linear %d -> %d".formatted(features(), outputs) : "")
        + (softmax ? ", softmax" : "");
  }
}
