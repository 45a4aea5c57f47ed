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
sealed interface LayerInput permits LayerInput.Features, LayerInput.Tokens, AttendedInput {
  /** T. */
  int steps();

  /** B. */
  int batch();

  /**
   * Begins a run of {@code layer}.
   *
   * @param taken the steps of the run
   * @param gates {@code [T][B][GH]}, the input's product after {@link Run#forward}, in the rows of
   *     steps that are taken; on the way back its gradient stands there
   * @param bias {@code [GH]}, added to each row of the product
   */
  Run run(Tape tape, RecurrentLayer layer, TakenSteps taken, long gates, long bias);

  /**
   * The input's part in one run of a layer, a span of steps at a time: so the gates are written
   * just before they are used, and their gradients are used again while they are in cache.
   */
  abstract class Run {
    final Tape tape;
    final RecurrentLayer layer;
    final TakenSteps taken;
    private final long gates;

    Run(Tape tape, RecurrentLayer layer, TakenSteps taken, long gates) {
      this.tape = tape;
      this.layer = layer;
      this.taken = taken;
      this.gates = gates;
    }

    /** Writes the input's product of {@code steps} steps from {@code from} on. */
    final void forward(int from, int steps) {
      int batch = taken.batch();
      if (taken.areAll(from, steps)) {
        forwardRows(gatesAt(from), from * batch, steps * batch);
      } else {
        for (int t = from; t < from + steps; t++) {
          forwardRows(gatesAt(t), t * batch, taken.rows(t));
        }
      }
    }

    /**
     * To be called once, before {@link #backward}, of whose steps there are at most {@code span}.
     */
    abstract void startBackward(int span);

    /**
     * Adds what {@code steps} steps from {@code from} on give to the gradients.
     *
     * @param gradient of the product, of the steps that are taken: {@link TakenSteps.Packing}
     */
    abstract void backward(int from, int steps, long gradient);

    /** Adds what all steps together give to the gradients, after the last span. */
    abstract void finishBackward();

    /** {@link #forward} of rows, each a step of a sequence. */
    abstract void forwardRows(long product, int from, int rows);

    // ---- for an input that hangs on the state; addresses of [B][H] ----

    /** Before step t, whose state before it stands at {@code h}. */
    void beforeStep(int t, long h) {}

    /** After the last step. */
    void afterSteps(long h) {}

    /** The first of the way back: {@link #afterSteps} reversed. */
    void afterStepsBackward(long h, long dh) {}

    /** {@link #beforeStep} reversed; {@code dh} is the gradient of {@code h}, to add to. */
    void beforeStepBackward(int t, long h, long dh) {}

    /** The gates of a step. */
    final long gatesAt(int step) {
      return gates + 4L * step * taken.batch() * layer.gateRows();
    }

    /** Adds a part of the gradient of W_ih, {@code dy^T x}. */
    final void weightGradient(long dy, long x, int rows) {
      layer.addWeightGradient(tape, tape.gradient(layer.weightIh), dy, x, layer.inputWidth(), rows);
    }

    /** {@code dx = dy W_ih}, or {@code dx +=}. */
    final void inputGradient(boolean add, long dx, long dy, int rows) {
      int input = layer.inputWidth();
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
              layer.weightIh.dim(1),
              false,
              rows,
              input,
              gateRows,
              tape.workspace());
    }
  }

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
    public Run run(Tape tape, RecurrentLayer layer, TakenSteps taken, long gates, long bias) {
      int input = layer.inputWidth();
      x.value().requireShape("input of " + layer.weightIh.name(), steps(), batch(), input);
      return new Run(tape, layer, taken, gates) {
        private Tensor dbias; // [GH]
        private TakenSteps.Packing packing; // of x

        @Override
        void forwardRows(long product, int from, int rows) {
          layer.inputProduct(product, row(from), rows, bias);
        }

        @Override
        void startBackward(int span) {
          dbias = tape.workspace().zeros(layer.gateRows());
          packing = taken.packing(tape, span, input);
        }

        @Override
        void backward(int from, int steps, long gradient) {
          int rows = taken.count(from, steps);
          weightGradient(gradient, packing.pack(row(from * batch()), from, steps), rows);
          int width = layer.gateRows();
          tape.kernels().columnSums(dbias.address(), gradient, width, rows, width);
        }

        @Override
        void finishBackward() {
          layer.addBiasGradient(tape, dbias.address());
          if (!x.needsGradient()) {
            return;
          }
          // By many rows at once: the product packs W_ih each time.
          if (taken.areAll()) {
            boolean add = x.hasGradient();
            inputGradient(add, x.gradientMemory().address(), gates, steps() * batch());
            return;
          }
          long dx = x.gradient().address();
          int whole = taken.whole();
          inputGradient(true, dx, gates, whole * batch());
          int rest = steps() - whole;
          int rows = taken.count(whole, rest);
          long dy = taken.packing(tape, rest, layer.gateRows()).pack(gatesAt(whole), whole, rest);
          long packed = tape.workspace().tensor(rows, input).address();
          inputGradient(false, packed, dy, rows);
          taken.addPacked(tape.kernels(), dx + 4L * whole * batch() * input, packed, input, whole);
        }

        private long row(int i) {
          return x.value().address() + 4L * i * input;
        }
      };
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
    public Run run(Tape tape, RecurrentLayer layer, TakenSteps taken, long gates, long bias) {
      int vocabulary = table.dim(0);
      int width = layer.gateRows();
      ids.requireRange("ids of " + table.name(), 0, vocabulary);
      Tensor folded = layer.folded(tape, table, bias);
      return new Run(tape, layer, taken, gates) {
        private Tensor dfolded; // [V][GH]
        private TakenSteps.Packing packing; // of the ids

        @Override
        void forwardRows(long product, int from, int rows) {
          tape.kernels().gather(product, folded.address(), ids.address() + 4L * from, rows, width);
        }

        @Override
        void startBackward(int span) {
          dfolded = tape.workspace().zeros(vocabulary, width);
          packing = taken.packing(tape, span, 1);
        }

        @Override
        void backward(int from, int steps, long gradient) {
          long tokens = packing.pack(ids.address() + 4L * from * batch(), from, steps);
          tape.kernels()
              .scatterAdd(dfolded.address(), gradient, tokens, taken.count(from, steps), width);
        }

        @Override
        void finishBackward() {
          weightGradient(dfolded.address(), table.value().address(), vocabulary);
          Tensor dbias = tape.workspace().zeros(width);
          tape.kernels().columnSums(dbias.address(), dfolded.address(), width, vocabulary, width);
          layer.addBiasGradient(tape, dbias.address());
          inputGradient(true, tape.gradient(table).address(), dfolded.address(), vocabulary);
        }
      };
    }
  }
}
