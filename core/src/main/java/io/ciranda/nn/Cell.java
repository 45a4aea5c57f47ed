package io.ciranda.nn;

import java.util.Locale;

/** The kinds of recurrent cell. */
public enum Cell {
  /** Elman's network with tanh. */
  RNN(1),
  /** Elman's network with rectified linear units. */
  RNN_RELU(1),
  /** Long short-term memory; gates in the order i f g o. */
  LSTM(4),
  /** Gated recurrent unit, reset after the product; gates in the order r z n. */
  GRU(3);

  private final int gates;

  Cell(int gates) {
    this.gates = gates;
  }

  /** G: the blocks of H rows in a weight matrix. */
  public int gates() {
    return gates;
  }

  /** Whether the state has a cell c beside the hidden h. */
  public boolean hasCellState() {
    return this == LSTM;
  }

  /** The name in options and model files: {@code lstm}, {@code rnn-relu}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The cell of that label.
   *
   * @throws IllegalArgumentException listing the labels there are
   */
  public static Cell of(String label) {
    for (Cell cell : values()) {
      if (cell.label().equals(label)) {
        return cell;
      }
    }
    throw new IllegalArgumentException(
        "cell: expected rnn, rnn-relu, lstm or gru, actual '" + label + "'");
  }
}
