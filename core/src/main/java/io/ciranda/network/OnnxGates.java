package io.ciranda.network;

import io.ciranda.nn.Cell;
import java.util.List;

/**
 * The order of a cell's gates in ONNX and in PyTorch, both in ONNX's letters: the candidates c of
 * an LSTM and h of a GRU are PyTorch's g and n.
 */
enum OnnxGates {
  LSTM("iofc", "ifco"),
  GRU("zrh", "rzh"),
  RNN("i", "i");

  private final String onnx;
  private final String pyTorch;

  OnnxGates(String onnx, String pyTorch) {
    this.onnx = onnx;
    this.pyTorch = pyTorch;
  }

  /** The order of a cell. */
  static OnnxGates of(Cell cell) {
    return switch (cell) {
      case LSTM -> LSTM;
      case GRU -> GRU;
      case RNN, RNN_RELU -> RNN;
    };
  }

  /**
   * The same weights in PyTorch's order.
   *
   * @param weights {@code [GH][...]} in ONNX's
   */
  OnnxConstant toPyTorch(OnnxConstant weights) {
    long hidden = weights.dim(0) / onnx.length();
    List<OnnxConstant> blocks =
        pyTorch
            .chars()
            .map(onnx::indexOf)
            .mapToObj(g -> weights.rows(g * hidden, (g + 1) * hidden))
            .toList();
    return OnnxConstant.concat(blocks);
  }
}
