package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code y = tanh(W [x1 ; x2 ; ..] + b)}: a layer between what several parts of a network say and
 * what is made of it, as the readout of a decoder (Pascanu et al. 2014, "deep output"). The inputs
 * are not copied together, and the weights are packed once for all steps.
 */
public final class TanhLayer implements AutoCloseable {
  private final Parameters parameters;
  private final Parameter bias; // [O]
  private final int[] widths;
  private final List<Projection> projections = new ArrayList<>(); // of each input
  private long packedVersion = -1;
  private FoldedTable folded; // [V][O], or null
  private int foldedInput;

  /** Declares {@code weight [O][I1+I2+..]} and {@code bias [O]} after {@code prefix}. */
  public static void declare(
      Parameters.Builder builder, String prefix, int outputs, int... inputs) {
    int width = Arrays.stream(inputs).sum();
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(width));
    builder.declare(prefix + "weight", uniform, outputs, width);
    builder.declare(prefix + "bias", uniform, outputs);
  }

  /** A layer over parameters that {@link #declare} declared with the same prefix and inputs. */
  public TanhLayer(Parameters parameters, Backend backend, String prefix, int... inputs) {
    this.parameters = parameters;
    this.widths = inputs.clone();
    Parameter weight = parameters.get(prefix + "weight");
    bias = parameters.get(prefix + "bias");
    int column = 0;
    for (int width : inputs) {
      projections.add(new Projection(backend, weight, column, width));
      column += width;
    }
  }

  /** Packs the weights again if they have changed; see {@link RecurrentStack#refresh}. */
  public void refresh(int part, int parts) {
    if (part == 0 && packedVersion != parameters.version()) {
      unfold();
      projections.forEach(Projection::refresh);
      packedVersion = parameters.version();
    }
  }

  Projection projection(int input) {
    return projections.get(input);
  }

  /**
   * Keeps the product of each row of an embedding as one of the inputs, until the weights change;
   * for inference.
   *
   * @param table {@code [V][I]}
   */
  public void fold(int input, Parameter table) {
    requireInput(input, table);
    unfold();
    folded = new FoldedTable(table, bias.dim(0));
    foldedInput = input;
    long to = folded.products().address();
    projections.get(input).apply(to, 0, table.value().address(), table.dim(0));
  }

  private void requireInput(int input, Parameter table) {
    table.value().requireShape(table.name(), table.dim(0), widths[input]);
  }

  private void unfold() {
    if (folded != null) {
      folded.close();
      folded = null;
    }
  }

  /**
   * The product of rows of an embedding, picked where it is folded; not for training.
   *
   * @param table {@code [V][I]}
   * @param ids {@code [..]}, each in {@code [0, V)}
   * @return {@code [..][O]}
   */
  public Variable product(Tape tape, int input, Parameter table, IntTensor ids) {
    int[] shape = Arrays.copyOf(ids.shape(), ids.shape().length + 1);
    shape[shape.length - 1] = bias.dim(0);
    Tensor y = tape.workspace().tensor(shape);
    int rows = Math.toIntExact(ids.size());
    if (folded != null && folded.isOf(table) && foldedInput == input) {
      ids.requireRange("ids of " + table.name(), 0, table.dim(0));
      long from = folded.products().address();
      tape.kernels().gather(y.address(), from, ids.address(), rows, bias.dim(0));
    } else {
      requireInput(input, table);
      Variable x = Ops.embedding(tape, table, ids);
      projections.get(input).apply(y.address(), 0, x.value().address(), rows);
    }
    return tape.constant(y);
  }

  /**
   * The layer's output where the products of all inputs but the first are there already; not for
   * training.
   *
   * @param first {@code [..][I]}
   * @param products {@code [..][O]} each, of the others
   * @return {@code [..][O]}
   */
  public Variable forwardFirst(Tape tape, Variable first, Variable... products) {
    int[] shape = first.value().shape();
    int last = shape.length - 1;
    shape[last] = widths[0];
    first.value().requireShape("input 0", shape);
    int rows = Math.toIntExact(first.value().size() / widths[0]);
    shape[last] = bias.dim(0);
    Tensor y = tape.workspace().tensor(shape);
    projections
        .getFirst()
        .apply(y.address(), bias.value().address(), first.value().address(), rows);
    for (Variable product : products) {
      product.value().requireShape("product", shape);
      tape.kernels().add(y.address(), product.value().address(), y.size());
    }
    tape.kernels().tanh(y.address(), y.address(), y.size());
    return tape.constant(y);
  }

  /**
   * The layer's output.
   *
   * @param inputs {@code [..][I]} each, with the same number of rows
   * @return {@code [..][O]}
   */
  public Variable forward(Tape tape, Variable... inputs) {
    if (inputs.length != widths.length) {
      throw new IllegalArgumentException(
          "expected %d inputs, actual %d".formatted(widths.length, inputs.length));
    }
    int[] shape = inputs[0].value().shape();
    int last = shape.length - 1;
    for (int i = 0; i < widths.length; i++) {
      shape[last] = widths[i];
      inputs[i].value().requireShape("input " + i, shape);
    }
    int rows = Math.toIntExact(inputs[0].value().size() / widths[0]);
    shape[last] = bias.dim(0);
    Tensor y = tape.workspace().tensor(shape);
    for (int i = 0; i < widths.length; i++) {
      long x = inputs[i].value().address();
      if (i == 0) {
        projections.get(i).apply(y.address(), bias.value().address(), x, rows);
      } else {
        projections.get(i).add(y.address(), x, rows);
      }
    }
    tape.kernels().tanh(y.address(), y.address(), y.size());
    Variable result = tape.variable(y);
    tape.record(() -> backward(tape, result, inputs, rows));
    return result;
  }

  private void backward(Tape tape, Variable result, Variable[] inputs, int rows) {
    int outputs = bias.dim(0);
    // In place, as in Elman's cell: the gradient before the tanh.
    long dy = result.gradient().address();
    tape.kernels().rnnBackward(dy, result.value().address(), dy, false, rows, outputs);
    tape.kernels().columnSums(tape.gradient(bias).address(), dy, outputs, rows, outputs);
    for (int i = 0; i < inputs.length; i++) {
      Projection projection = projections.get(i);
      projection.addWeightGradient(tape, dy, inputs[i].value().address(), rows);
      if (inputs[i].needsGradient()) {
        projection.addGradient(inputs[i].gradient().address(), dy, rows);
      }
    }
  }

  @Override
  public void close() {
    projections.forEach(Projection::close);
    unfold();
  }
}
