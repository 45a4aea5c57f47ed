package io.ciranda.autograd;

import io.ciranda.memory.Tensor;

/**
 * One named array of weights; its values are a view into the {@link Parameters} it belongs to.
 *
 * @param name as in a PyTorch {@code state_dict}, such as {@code rnn.weight_ih_l0}
 * @param index its number in the set
 * @param offset where it starts in the set's flat arrays, in floats
 * @param value its values
 */
public record Parameter(String name, int index, long offset, Tensor value) {

  /** Dimension {@code i} of its shape. */
  public int dim(int i) {
    return value.dim(i);
  }
}
