package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.PackedMatrix;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.random.RandomGenerator;

/**
 * One recurrent layer in one direction over a whole sequence, as one operation on the tape.
 *
 * <p>Forward: step by step, the recurrent product {@code h(t-1) W_hh^T} and the cell's fused gate
 * pass. Backward is BPTT (Werbos 1990): the gate pass reversed gives dz(t), then {@code dh(t-1) +=
 * dz(t) W_hh}. The products that need no order, those of the input and the weight gradients {@code
 * dW_hh += sum_t dz(t)^T h(t-1)}, take a span of steps at once.
 *
 * <p>States live in {@code hs [T+1][B][H]}, the initial state at one end and the final at the
 * other: a layer that runs backwards in time writes the same array from the other side.
 */
public abstract sealed class RecurrentLayer implements AutoCloseable permits Rnn, Lstm, Gru {
  /**
   * Half of an L2 cache, for the gates of a span between its product and its steps, and on the way
   * back between its steps and the gradients of the weights.
   */
  private static final int SPAN_BYTES = 512 << 10;

  /** Rows of a span at least: enough for a product to run at full speed. */
  private static final int LEAST_SPAN_ROWS = 128;

  /** Rows of a span at most, and where the gates of the least do not stay in L2. */
  private static final int MOST_SPAN_ROWS = 512;

  final Cell cell;
  final int hidden;
  final Parameter weightIh; // [GH][I+F]
  final Parameter weightHh; // [GH][H]
  final Parameter biasIh; // [GH]
  final Parameter biasHh; // [GH]
  private final boolean reverse;
  private final Parameters parameters;
  private final Kernels kernels;
  private final PackedMatrix inputWeights; // the first I columns of W_ih, transposed
  private final Projection feed; // the other F columns, or null
  private final PackedMatrix forwardWeights; // W_hh^T
  private final PackedMatrix backwardWeights; // W_hh
  private long packedVersion = -1;
  private float weightDropout; // of the packed W_hh
  private long weightDropoutKey;
  private Tensor survivors; // [GH][H], W_hh after dropout; null before the first
  private FoldedTable folded; // [V][GH], or null

  /**
   * A layer over declared parameters.
   *
   * @param feed F, the input's last features: those that are known only when a step is taken, since
   *     they hang on the state before it; 0 for none
   */
  RecurrentLayer(
      Cell cell,
      Parameters parameters,
      Backend backend,
      String prefix,
      String suffix,
      boolean reverse,
      int feed) {
    this.cell = cell;
    this.parameters = parameters;
    kernels = backend.kernels();
    this.reverse = reverse;
    weightIh = parameters.get(prefix + "weight_ih_" + suffix);
    weightHh = parameters.get(prefix + "weight_hh_" + suffix);
    biasIh = parameters.get(prefix + "bias_ih_" + suffix);
    biasHh = parameters.get(prefix + "bias_hh_" + suffix);
    hidden = weightHh.dim(1);
    inputWeights = backend.packed(weightIh.dim(1) - feed, gateRows());
    this.feed = feed == 0 ? null : new Projection(backend, weightIh, inputWidth(), feed);
    forwardWeights = backend.packed(hidden, gateRows());
    backwardWeights = backend.packed(gateRows(), hidden);
  }

  /**
   * Declares the four parameters of one layer and direction, uniform in ±1/sqrt(H) as PyTorch does.
   */
  static void declare(
      Parameters.Builder builder, Cell cell, String prefix, String suffix, int input, int hidden) {
    int rows = cell.gates() * hidden;
    Initializer uniform = Initializer.uniform(1 / Math.sqrt(hidden));
    builder.declare(prefix + "weight_ih_" + suffix, uniform, rows, input);
    builder.declare(prefix + "weight_hh_" + suffix, uniform, rows, hidden);
    builder.declare(prefix + "bias_ih_" + suffix, uniform, rows);
    builder.declare(prefix + "bias_hh_" + suffix, uniform, rows);
  }

  static RecurrentLayer of(
      Cell cell,
      Parameters parameters,
      Backend backend,
      String prefix,
      String suffix,
      boolean reverse,
      int feed) {
    return switch (cell) {
      case RNN, RNN_RELU -> new Rnn(cell, parameters, backend, prefix, suffix, reverse, feed);
      case LSTM -> new Lstm(parameters, backend, prefix, suffix, reverse, feed);
      case GRU -> new Gru(parameters, backend, prefix, suffix, reverse, feed);
    };
  }

  /** See {@link RecurrentStack#rememberLong}. */
  final void rememberLong(int steps, RandomGenerator random) {
    boolean gated = cell == Cell.LSTM || cell == Cell.GRU;
    for (int j = 0; j < hidden && gated; j++) {
      float keep = (float) Math.log(random.nextDouble(1, steps - 1));
      biasIh.value().set(keep, hidden + j); // f of i f g o, or z of r z n
      if (cell == Cell.LSTM) {
        biasIh.value().set(-keep, j);
      }
    }
    parameters.changed();
  }

  /** The columns of W_ih for what is fed at each step; null where nothing is. */
  final Projection feed() {
    return feed;
  }

  /** I: the features that are known before the first step. */
  final int inputWidth() {
    return inputWeights.k();
  }

  /** GH. */
  final int gateRows() {
    return cell.gates() * hidden;
  }

  /**
   * Packs the weights again if they have changed, or others of them survive. To be called by one
   * thread before others run the layer.
   *
   * @param dropout the probability with which an element of W_hh is left out
   * @param seed decides which
   */
  final void refresh(float dropout, long seed) {
    long key = dropout == 0 ? 0 : weightDropoutKey(seed, weightHh);
    if (packedVersion != parameters.version()
        || weightDropout != dropout
        || weightDropoutKey != key) {
      unfold();
      inputWeights.packColumnsTransposed(weightIh.value(), 0);
      if (feed != null) {
        feed.refresh();
      }
      weightDropout = dropout;
      weightDropoutKey = key;
      Tensor recurrent = recurrentWeights();
      forwardWeights.packTransposed(recurrent);
      backwardWeights.pack(recurrent);
      packedVersion = parameters.version();
    }
  }

  /** See {@link RecurrentStack#fold}. */
  final void fold(Tape tape, Parameter table) {
    requireInput(table);
    unfold();
    folded = new FoldedTable(table, gateRows());
    foldInto(folded.products(), table, inputBias(tape));
  }

  private void unfold() {
    if (folded != null) {
      folded.close();
      folded = null;
    }
  }

  final boolean hasFolded(Parameter table) {
    return folded != null && folded.isOf(table);
  }

  /** {@code E W_ih^T + bias [V][GH]}: the one that is kept, or formed for this step. */
  final Tensor folded(Tape tape, Parameter table, long bias) {
    if (hasFolded(table)) {
      return folded.products();
    }
    requireInput(table);
    return foldInto(tape.workspace().tensor(table.dim(0), gateRows()), table, bias);
  }

  private void requireInput(Parameter table) {
    table.value().requireShape(table.name(), table.dim(0), inputWidth());
  }

  private Tensor foldInto(Tensor products, Parameter table, long bias) {
    inputProduct(products.address(), table.value().address(), table.dim(0), bias);
    return products;
  }

  /** Of a step of that seed; tapes have the keys from 1 on. */
  static long weightDropoutKey(long seed, Parameter weight) {
    return Tape.key(seed, -1 - weight.index());
  }

  private Tensor recurrentWeights() {
    Tensor all = weightHh.value();
    if (weightDropout == 0) {
      return all;
    }
    if (survivors == null) {
      survivors = Tensor.allocate(all.shape());
    }
    dropOutWeights(survivors, all);
    return survivors;
  }

  private void dropOutWeights(Tensor to, Tensor from) {
    kernels.dropout(to.address(), from.address(), weightDropout, weightDropoutKey, from.size());
  }

  /**
   * What a layer returns.
   *
   * @param y {@code [T][B][H]}, zero beyond a sequence's length
   * @param hn {@code [B][H]}, the state after the last step of each sequence
   * @param cn {@code [B][H]} for an LSTM, else null
   */
  record Output(Variable y, Variable hn, Variable cn) {}

  /**
   * Runs the layer.
   *
   * @param input the layer's input over T steps of B sequences
   * @param lengths {@code [B]}, the steps of each sequence, or null if all have T
   * @param h0 {@code [B][H]}, or null for zeros
   * @param c0 {@code [B][H]}, or null for zeros; only for an LSTM
   */
  final Output forward(Tape tape, LayerInput input, IntTensor lengths, Variable h0, Variable c0) {
    if (packedVersion != parameters.version()) {
      throw new IllegalStateException(
          "the weights have changed since they were packed: call refresh() before a step");
    }
    if (weightDropout > 0 && !tape.isTraining()) {
      throw new IllegalStateException(
          "the weights are packed for a training step, with dropout: call refresh() without");
    }
    int steps = input.steps();
    int batch = input.batch();
    if (h0 != null) {
      h0.value().requireShape("h0", batch, hidden);
    }
    if (c0 != null) {
      c0.value().requireShape("c0", batch, hidden);
    }
    if (lengths != null) {
      lengths.requireShape("lengths", batch).requireRange("lengths", 0, steps + 1);
    }
    Unrolled net = unroll(tape, new TakenSteps(steps, batch, lengths));
    net.start(h0, c0);
    net.forward(input.run(tape, this, net.taken, net.gates, inputBias(tape)));
    return net.finish(h0, c0);
  }

  abstract Unrolled unroll(Tape tape, TakenSteps taken);

  /**
   * The address of the bias that the input's product carries, {@code [GH]}: both biases, where they
   * simply add.
   */
  long inputBias(Tape tape) {
    Tensor sum = tape.workspace().tensor(gateRows()).copyFrom(biasIh.value());
    tape.kernels().add(sum.address(), biasHh.value().address(), gateRows());
    return sum.address();
  }

  /** The layer unrolled over one batch: its buffers, and the two loops over time. */
  abstract class Unrolled {
    final Tape tape;
    final TakenSteps taken;
    final int steps;
    final int batch;
    final long gates; // [T][B][GH], pre-activations, then activations, then their gradients
    private final Tensor hs; // [T+1][B][H]
    private LayerInput.Run input;
    private Tensor dhs; // [T+1][B][H]
    private boolean initialStateMatters; // whether h0 may differ from zero

    Unrolled(Tape tape, TakenSteps taken) {
      this.tape = tape;
      this.taken = taken;
      steps = taken.steps();
      batch = taken.batch();
      gates = tape.workspace().tensor(steps, batch, gateRows()).address();
      hs = tape.workspace().tensor(steps + 1, batch, hidden);
    }

    /** Where in hs the state before step t stands. */
    final int before(int t) {
      return reverse ? t + 1 : t;
    }

    /** Where in hs the state after step t stands. */
    final int after(int t) {
      return reverse ? t : t + 1;
    }

    final long gates(int t) {
      return gates + 4L * t * batch * gateRows();
    }

    final long h(int slot) {
      return state(hs.address(), slot);
    }

    final long dh(int slot) {
      return state(dhs.address(), slot);
    }

    /** Slot {@code slot} of an array {@code [.][B][H]}. */
    final long state(long array, int slot) {
      return array + 4L * slot * batch * hidden;
    }

    private int initialSlot() {
      return reverse ? steps : 0;
    }

    private int finalSlot() {
      return reverse ? 0 : steps;
    }

    static void copyOrZero(long to, Variable from, long n) {
      if (from == null) {
        Memory.zero(to, n);
      } else {
        Memory.copy(to, from.value().address(), n);
      }
    }

    private void start(Variable h0, Variable c0) {
      initialStateMatters = h0 != null;
      copyOrZero(h(initialSlot()), h0, (long) batch * hidden);
      startCell(initialSlot(), c0);
    }

    // ---- what a cell adds ----

    void startCell(int slot, Variable c0) {}

    /** The recurrent product of step t for the rows that may take it. */
    abstract void product(int t);

    /** The gate pass of step t for {@code rows} rows from {@code row} on. */
    abstract void pass(int t, int row, int rows);

    /** Carries what the cell keeps beside h over a step that row {@code row} does not take. */
    void hold(int t, int row) {}

    /** Memory that only the backward loop needs. */
    void startBackward(Variable cn) {}

    /** The gate pass of step t reversed: gradients of the pre-activations in the place of gates. */
    abstract void passBackward(int t, int row, int rows);

    /** The gradient of the recurrent products, {@code [T][B][GH]}. */
    long recurrentGradients() {
      return gates;
    }

    /** Gives what is left of the cell's gradient to c0. */
    void finishBackward(Variable c0) {}

    /** The variable of the final cell state, where there is one. */
    Variable finalCell(int slot) {
      return null;
    }

    /** Steps of a span. */
    private int span() {
      int inCache = SPAN_BYTES / (4 * gateRows());
      int rows = inCache < LEAST_SPAN_ROWS ? MOST_SPAN_ROWS : Math.min(inCache, MOST_SPAN_ROWS);
      return Math.max(1, rows / Math.max(1, batch));
    }

    // ---- forward ----

    private void forward(LayerInput.Run run) {
      input = run;
      for (int i = 0; i < steps; i++) {
        if (i % span() == 0) {
          int n = Math.min(span(), steps - i);
          input.forward(reverse ? steps - i - n : i, n);
        }
        step(reverse ? steps - 1 - i : i);
      }
      input.afterSteps(h(finalSlot()));
    }

    private void step(int t) {
      input.beforeStep(t, h(before(t)));
      if (initialStateMatters || before(t) != initialSlot()) {
        product(t);
      } else {
        firstProduct(t);
      }
      for (int row = 0; row < batch; ) {
        int end = taken.sameFate(row, t);
        if (taken.takes(row, t)) {
          pass(t, row, end - row);
        } else {
          for (int held = row; held < end; held++) {
            long offset = 4L * held * hidden;
            Memory.copy(h(after(t)) + offset, h(before(t)) + offset, hidden);
            hold(t, held);
          }
        }
        row = end;
      }
    }

    /** The recurrent product of a zero state. */
    void firstProduct(int t) {}

    private Output finish(Variable h0, Variable c0) {
      int first = reverse ? 0 : 1;
      Tensor states = hs.rows(first, first + steps);
      if (tape.isTraining()) {
        dhs = tape.workspace().tensor(steps + 1, batch, hidden);
      }
      Variable y;
      if (taken.areAll()) {
        y =
            tape.isTraining()
                ? tape.variable(states, dhs.rows(first, first + steps))
                : tape.constant(states);
      } else {
        y = tape.variable(masked(states));
      }
      Variable hn = tape.variable(hs.rows(finalSlot(), finalSlot() + 1).reshape(batch, hidden));
      Variable cn = finalCell(finalSlot());
      tape.record(() -> backward(y, hn, cn, h0, c0));
      return new Output(y, hn, cn);
    }

    /** The states of the steps that count, and zeros. */
    private Tensor masked(Tensor states) {
      Tensor y = tape.workspace().zeros(steps, batch, hidden);
      taken.copy(y.address(), states.address(), hidden);
      return y;
    }

    // ---- backward ----

    private void backward(Variable y, Variable hn, Variable cn, Variable h0, Variable c0) {
      startGradients(y, hn);
      startBackward(cn);
      input.startBackward(span());
      var dzPacking = taken.packing(tape, span(), gateRows());
      var duPacking =
          recurrentGradients() == gates ? dzPacking : taken.packing(tape, span(), gateRows());
      var hPacking = taken.packing(tape, span(), hidden);
      input.afterStepsBackward(h(finalSlot()), dh(finalSlot()));
      Tensor dweightHh =
          weightDropout == 0 ? tape.gradient(weightHh) : tape.workspace().zeros(gateRows(), hidden);
      boolean wantsInitial = h0 != null && h0.needsGradient();
      for (int i = 0; i < steps; i++) {
        int t = reverse ? i : steps - 1 - i;
        stepBackward(t, wantsInitial || before(t) != initialSlot());
        input.beforeStepBackward(t, h(before(t)), dh(before(t)));
        int n = i % span() + 1; // steps of this span so far
        if (n == span() || i == steps - 1) {
          int from = reverse ? t - n + 1 : t;
          long dz = dzPacking.pack(gates(from), from, n);
          long du = duPacking == dzPacking ? dz : duPacking.pack(recurrentGradients(from), from, n);
          // Slots of successive steps follow each other: these are h(t-1) for all t of the span.
          long h = hPacking.pack(h(before(from)), from, n);
          addWeightGradient(tape, dweightHh, du, h, hidden, taken.count(from, n));
          input.backward(from, n, dz);
        }
      }
      if (weightDropout > 0) {
        dropOutWeights(dweightHh, dweightHh);
        kernels.add(tape.gradient(weightHh).address(), dweightHh.address(), dweightHh.size());
      }
      if (wantsInitial) {
        tape.kernels().add(h0.gradient().address(), dh(initialSlot()), (long) batch * hidden);
      }
      finishBackward(c0);
      input.finishBackward();
    }

    private void startGradients(Variable y, Variable hn) {
      if (taken.areAll()) {
        y.gradient(); // stands in dhs already
      } else {
        dhs.zero();
        taken.copy(dh(reverse ? 0 : 1), y.gradient().address(), hidden);
      }
      Memory.zero(dh(initialSlot()), (long) batch * hidden);
      if (hn.hasGradient()) {
        tape.kernels().add(dh(finalSlot()), hn.gradient().address(), (long) batch * hidden);
      }
    }

    private void stepBackward(int t, boolean previousMatters) {
      for (int row = 0; row < batch; ) {
        int end = taken.sameFate(row, t);
        if (taken.takes(row, t)) {
          passBackward(t, row, end - row);
        } else {
          long offset = 4L * row * hidden;
          long n = (long) (end - row) * hidden;
          tape.kernels().add(dh(before(t)) + offset, dh(after(t)) + offset, n);
          skipBackward(t, row, end - row);
        }
        row = end;
      }
      if (previousMatters) {
        backwardWeights.gemmAdd(
            dh(before(t)), hidden, recurrentGradients(t), gateRows(), taken.rows(t));
      }
    }

    /** A step not taken has no part in any gradient of the weights. */
    void skipBackward(int t, int row, int rows) {
      Memory.zero(gates(t) + 4L * row * gateRows(), (long) rows * gateRows());
    }

    private long recurrentGradients(int t) {
      return recurrentGradients() + 4L * t * batch * gateRows();
    }

    final void addProduct(int t) {
      forwardWeights.gemmAdd(gates(t), gateRows(), h(before(t)), hidden, taken.rows(t));
    }

    final void product(long to, long bias, int t) {
      forwardWeights.gemm(to, gateRows(), bias, h(before(t)), hidden, taken.rows(t));
    }
  }

  /**
   * {@code y [rows][GH] = x W_ih^T + bias}, {@code x [rows][I]}, {@code bias [GH]}; all addresses.
   */
  final void inputProduct(long y, long x, int rows, long bias) {
    inputWeights.gemm(y, gateRows(), bias, x, inputWidth(), rows);
  }

  /**
   * Adds {@code dy^T x}, {@code dy [rows][GH]}, {@code x [rows][width]}, to the first columns of a
   * weight's gradient.
   */
  final void addWeightGradient(Tape tape, Tensor dweight, long dy, long x, int width, int rows) {
    tape.backend()
        .matMul()
        .gemm(
            true,
            dweight.address(),
            dweight.dim(1),
            dy,
            gateRows(),
            true,
            x,
            width,
            false,
            gateRows(),
            width,
            rows,
            tape.workspace());
  }

  /** Adds the gradient of the input's bias, {@code [GH]}, to the parameters that it was made of. */
  void addBiasGradient(Tape tape, long inputBiasGradient) {
    tape.kernels().add(tape.gradient(biasIh).address(), inputBiasGradient, gateRows());
    tape.kernels().add(tape.gradient(biasHh).address(), inputBiasGradient, gateRows());
  }

  @Override
  public final void close() {
    inputWeights.close();
    if (feed != null) {
      feed.close();
    }
    forwardWeights.close();
    backwardWeights.close();
    if (survivors != null) {
      survivors.close();
    }
    unfold();
  }
}
