package io.ciranda.nn;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Memory;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000), as PyTorch's {@code
 * nn.LSTM}:
 *
 * <pre>
 * [i f g o] = W_ih x(t) + b_ih + W_hh h(t-1) + b_hh
 * c(t) = sigmoid(f) * c(t-1) + sigmoid(i) * tanh(g)
 * h(t) = sigmoid(o) * tanh(c(t))
 * </pre>
 */
public final class Lstm extends RecurrentLayer {
  Lstm(
      Parameters parameters,
      Backend backend,
      String prefix,
      String suffix,
      boolean reverse,
      int feed) {
    super(Cell.LSTM, parameters, backend, prefix, suffix, reverse, feed);
  }

  @Override
  Unrolled unroll(Tape tape, TakenSteps taken) {
    return new UnrolledLstm(tape, taken);
  }

  private final class UnrolledLstm extends Unrolled {
    private final long cs; // [T+1][B][H]
    private final long tanhC; // [T][B][H]
    private long dc; // [B][H]

    UnrolledLstm(Tape tape, TakenSteps taken) {
      super(tape, taken);
      cs = tape.workspace().tensor(steps + 1, batch, hidden).address();
      tanhC = tape.workspace().tensor(steps, batch, hidden).address();
    }

    @Override
    void startCell(int slot, Variable c0) {
      copyOrZero(state(cs, slot), c0, (long) batch * hidden);
    }

    @Override
    void product(int t) {
      addProduct(t);
    }

    @Override
    void pass(int t, int row, int rows) {
      long offset = 4L * row * hidden;
      tape.kernels()
          .lstmForward(
              h(after(t)) + offset,
              state(cs, after(t)) + offset,
              state(tanhC, t) + offset,
              gates(t) + 4 * offset,
              state(cs, before(t)) + offset,
              rows,
              hidden);
    }

    @Override
    void hold(int t, int row) {
      long offset = 4L * row * hidden;
      Memory.copy(state(cs, after(t)) + offset, state(cs, before(t)) + offset, hidden);
    }

    @Override
    Variable finalCell(int slot) {
      var cn = tape.workspace().tensor(batch, hidden);
      Memory.copy(cn.address(), state(cs, slot), cn.size());
      return tape.variable(cn);
    }

    @Override
    void startBackward(Variable cn) {
      dc = cn.gradient().address();
    }

    @Override
    void passBackward(int t, int row, int rows) {
      long offset = 4L * row * hidden;
      tape.kernels()
          .lstmBackward(
              gates(t) + 4 * offset,
              dc + offset,
              dh(after(t)) + offset,
              state(tanhC, t) + offset,
              state(cs, before(t)) + offset,
              rows,
              hidden);
    }

    @Override
    void finishBackward(Variable c0) {
      if (c0 != null && c0.needsGradient()) {
        tape.kernels().add(c0.gradient().address(), dc, (long) batch * hidden);
      }
    }
  }
}
