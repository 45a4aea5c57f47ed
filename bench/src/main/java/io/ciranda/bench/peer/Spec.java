package io.ciranda.bench.peer;

import io.ciranda.kernel.Precision;
import io.ciranda.network.Architecture;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.nn.Cell;
import java.util.ArrayList;
import java.util.List;

/**
 * What a benchmark runs.
 *
 * @param cell LSTM or GRU: what all engines have
 * @param input I, the features of a step, or the embedding's width
 * @param hidden H
 * @param layers L
 * @param steps T, of one call
 * @param batch B
 * @param vocabulary V: the network reads tokens and gives their probabilities; 0: it reads features
 *     and gives the hidden values of the top layer
 * @param carryState whether a call starts from the state that the last one left, else from zeros
 * @param precision of the weights
 * @param threads that the engine may use
 */
public record Spec(
    Cell cell,
    int input,
    int hidden,
    int layers,
    int steps,
    int batch,
    int vocabulary,
    boolean carryState,
    Precision precision,
    int threads) {

  /** Refuses other cells. */
  public Spec {
    if (cell != Cell.LSTM && cell != Cell.GRU) {
      throw new IllegalArgumentException("cell: expected lstm or gru, actual " + cell.label());
    }
  }

  /** The network's sizes. */
  public Architecture architecture() {
    List<Layer> stack = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      stack.add(new Layer(cell, l == 0 ? input : hidden, hidden, false, Reset.AFTER_PRODUCT));
    }
    return new Architecture(vocabulary, input, stack, vocabulary, vocabulary > 0);
  }

  /** Whether the network reads tokens. */
  public boolean readsTokens() {
    return vocabulary > 0;
  }

  /** O, the floats of one step's output. */
  public int output() {
    return readsTokens() ? vocabulary : hidden;
  }

  /**
   * For an engine that is measured with float32 only.
   *
   * @throws IllegalArgumentException if another precision is asked for
   */
  public void requireFloat32(String peer) {
    if (precision != Precision.F32) {
      throw new IllegalArgumentException(
          "%s runs here with precision f32, actual %s".formatted(peer, precision.label()));
    }
  }
}
