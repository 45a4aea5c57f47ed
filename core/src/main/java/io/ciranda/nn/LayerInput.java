package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;

/**
 * What feeds a recurrent layer, and so how the input's product {@code x W_ih^T + b} is formed for
 * all steps.
 */
sealed interface LayerInput {
  /** T. */
  int steps();

  /** B. */
  int batch();

  /** Writes the input's product, {@code [T][B][GH]}, with the bias {@code [GH]} added. */
  void forward(Tape tape, long gates, RecurrentLayer layer, long bias);

  /** Adds the gradients of W_ih, of the bias and of the input, given those of the product. */
  void backward(Tape tape, long dgates, RecurrentLayer layer);

  /**
   * Feature vectors.
   *
   * @param x {@code [T][B][I]}
   */
  record Features(Variable x) implements LayerInput {
    @Override
    public int steps() {
      return x.value().dim(0);
    }

    @Override
    public int batch() {
      return x.value().dim(1);
    }

    @Override
    public void forward(Tape tape, long gates, RecurrentLayer layer, long bias) {
      int input = layer.weightIh.dim(1);
      x.value().requireShape("input of " + layer.weightIh.name(), steps(), batch(), input);
      layer.inputProduct(gates, x.value().address(), steps() * batch(), bias);
    }

    @Override
    public void backward(Tape tape, long dgates, RecurrentLayer layer) {
      int rows = steps() * batch();
      weightGradients(tape, dgates, x.value().address(), rows, layer);
      if (x.needsGradient()) {
        boolean add = x.hasGradient();
        inputGradient(tape, add, x.gradientMemory().address(), dgates, rows, layer);
      }
    }

    static void weightGradients(Tape tape, long dy, long x, int rows, RecurrentLayer layer) {
      int input = layer.weightIh.dim(1);
      int gateRows = layer.gateRows();
      tape.backend()
          .matMul()
          .gemm(
              true,
              tape.gradient(layer.weightIh).address(),
              input,
              dy,
              gateRows,
              true,
              x,
              input,
              false,
              gateRows,
              input,
              rows,
              tape.workspace());
      Tensor dbias = tape.workspace().zeros(gateRows);
      tape.kernels().columnSums(dbias.address(), dy, gateRows, rows, gateRows);
      layer.addBiasGradient(tape, dbias.address());
    }

    static void inputGradient(
        Tape tape, boolean add, long dx, long dy, int rows, RecurrentLayer layer) {
      int input = layer.weightIh.dim(1);
      int gateRows = layer.gateRows();
      tape.backend()
          .matMul()
          .gemm(
              add,
              dx,
              input,
              dy,
              gateRows,
              false,
              layer.weightIh.value().address(),
              input,
              false,
              rows,
              input,
              gateRows,
              tape.workspace());
    }
  }

  /**
   * Rows of an embedding, with the embedding folded into W_ih: where V is below T*B it is cheaper
   * to multiply the whole table once, {@code E W_ih^T + b [V][GH]}, and to gather rows of that.
   * Backward adds the gradients of the rows up per id first, so that both products have V rows as
   * well.
   *
   * @param table {@code [V][I]}
   * @param ids {@code [T][B]}, each in {@code [0, V)}
   */
  record Tokens(Parameter table, IntTensor ids) implements LayerInput {
    @Override
    public int steps() {
      return ids.dim(0);
    }

    @Override
    public int batch() {
      return ids.dim(1);
    }

    @Override
    public void forward(Tape tape, long gates, RecurrentLayer layer, long bias) {
      int vocabulary = table.dim(0);
      ids.requireRange("ids of " + table.name(), 0, vocabulary);
      Tensor folded = tape.workspace().tensor(vocabulary, layer.gateRows());
      layer.inputProduct(folded.address(), table.value().address(), vocabulary, bias);
      tape.kernels()
          .gather(gates, folded.address(), ids.address(), steps() * batch(), layer.gateRows());
    }

    @Override
    public void backward(Tape tape, long dgates, RecurrentLayer layer) {
      int vocabulary = table.dim(0);
      Tensor dfolded = tape.workspace().zeros(vocabulary, layer.gateRows());
      tape.kernels()
          .scatterAdd(
              dfolded.address(), dgates, ids.address(), steps() * batch(), layer.gateRows());
      Features.weightGradients(tape, dfolded.address(), table.value().address(), vocabulary, layer);
      Features.inputGradient(
          tape, true, tape.gradient(table).address(), dfolded.address(), vocabulary, layer);
    }
  }
}
