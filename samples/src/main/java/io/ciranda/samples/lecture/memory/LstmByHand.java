package io.ciranda.samples.lecture.memory;

import io.ciranda.autograd.Parameters;

/**
 * One step of an LSTM in plain code, with what the engine's layer keeps to itself: its gates.
 *
 * <pre>
 * [i f g o] = W_ih x(t) + b_ih + W_hh h(t-1) + b_hh
 * c(t) = sigmoid(f) c(t-1) + sigmoid(i) tanh(g)        h(t) = sigmoid(o) tanh(c(t))
 * </pre>
 */
final class LstmByHand {
  private final float[] weightIh; // [4H][I]
  private final float[] weightHh; // [4H][H]
  private final float[] biasIh; // [4H]
  private final float[] biasHh; // [4H]
  private final int hidden;

  /** The gates of the last step, and the state after it, {@code [H]} each. */
  final double[] input;

  final double[] forget;
  final double[] output;
  final double[] cell;
  final double[] state;

  /** The first layer after {@code rnn.}, at the beginning of a sequence. */
  LstmByHand(Parameters parameters) {
    weightIh = parameters.get("rnn.weight_ih_l0").value().toArray();
    weightHh = parameters.get("rnn.weight_hh_l0").value().toArray();
    biasIh = parameters.get("rnn.bias_ih_l0").value().toArray();
    biasHh = parameters.get("rnn.bias_hh_l0").value().toArray();
    hidden = biasIh.length / 4;
    input = new double[hidden];
    forget = new double[hidden];
    output = new double[hidden];
    cell = new double[hidden];
    state = new double[hidden];
  }

  /** Reads {@code x [I]}. */
  void step(float[] x) {
    double[] before = state.clone();
    for (int j = 0; j < hidden; j++) {
      input[j] = sigmoid(sum(j, x, before));
      forget[j] = sigmoid(sum(hidden + j, x, before));
      double value = Math.tanh(sum(2 * hidden + j, x, before));
      output[j] = sigmoid(sum(3 * hidden + j, x, before));
      cell[j] = forget[j] * cell[j] + input[j] * value;
      state[j] = output[j] * Math.tanh(cell[j]);
    }
  }

  private double sum(int row, float[] x, double[] before) {
    double sum = biasIh[row] + biasHh[row];
    for (int k = 0; k < x.length; k++) {
      sum += weightIh[row * x.length + k] * x[k];
    }
    for (int k = 0; k < hidden; k++) {
      sum += weightHh[row * hidden + k] * before[k];
    }
    return sum;
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }
}
