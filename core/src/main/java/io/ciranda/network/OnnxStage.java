package io.ciranda.network;

import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.OnnxModel.Node;

/** What a graph has done to a sequence so far: each stage stands on the one before. */
sealed interface OnnxStage {
  /** The stage before, null for the input. */
  OnnxStage below();

  /** An input of the graph, untouched but for its layout. */
  record Input(String name) implements OnnxStage {
    @Override
    public OnnxStage below() {
      return null;
    }
  }

  /**
   * An embedding.
   *
   * @param weight {@code [V][I]}
   */
  record Embedding(OnnxStage below, OnnxConstant weight) implements OnnxStage {}

  /**
   * A recurrent layer, in ONNX's layout and gate order.
   *
   * @param weight {@code [D][GH][I]}
   * @param recurrence {@code [D][GH][H]}
   * @param bias {@code [D][2GH]}, null for zeros
   * @param h {@code [D][B][H]}, null for zeros and for a state that the caller gives
   * @param c as h
   */
  record Recurrent(
      OnnxStage below,
      Node node,
      Layer layer,
      OnnxConstant weight,
      OnnxConstant recurrence,
      OnnxConstant bias,
      OnnxConstant h,
      OnnxConstant c)
      implements OnnxStage {}

  /**
   * A linear layer.
   *
   * @param weight {@code [F][O]}, or {@code [O][F]} where it is transposed
   * @param bias {@code [O]}, null for zeros
   */
  record Linear(OnnxStage below, OnnxConstant weight, boolean transposed, OnnxConstant bias)
      implements OnnxStage {
    int outputs() {
      return weight.dim(transposed ? 0 : 1);
    }
  }

  /** A softmax over the features. */
  record Softmax(OnnxStage below) implements OnnxStage {}
}
