package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.memory.Tensor;

/**
 * An embedding folded into weights: what they make of each of its rows, kept for as long as neither
 * changes.
 */
final class FoldedTable implements AutoCloseable {
  private final Parameter table; // [V][I]
  private final Tensor products; // [V][width]

  /** Memory for the products, to be filled in. */
  FoldedTable(Parameter table, int width) {
    this.table = table;
    products = Tensor.allocate(table.dim(0), width);
  }

  boolean isOf(Parameter other) {
    return table.equals(other);
  }

  Tensor products() {
    return products;
  }

  @Override
  public void close() {
    products.close();
  }
}
