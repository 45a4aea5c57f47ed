package io.ciranda.nn;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Memory;

/**
 * Gated recurrent unit (Cho et al. 2014), as PyTorch's {@code nn.GRU}, the reset gate applied after
 * the recurrent product:
 *
 * <pre>
 * [xr xz xn] = W_ih x(t) + b_ih        [ur uz un] = W_hh h(t-1) + b_hh
 * r = sigmoid(xr + ur)   z = sigmoid(xz + uz)   n = tanh(xn + r * un)
 * h(t) = (1 - z) * n + z * h(t-1)
 * </pre>
 */
public final class Gru extends RecurrentLayer {
  Gru(
      Parameters parameters,
      Backend backend,
      String prefix,
      String suffix,
      boolean reverse,
      int feed) {
    super(Cell.GRU, parameters, backend, prefix, suffix, reverse, feed);
  }

  @Override
  Unrolled unroll(Tape tape, TakenSteps taken) {
    return new UnrolledGru(tape, taken);
  }

  /** The two biases do not simply add: b_hh stands inside the reset gate's product. */
  @Override
  long inputBias(Tape tape) {
    return biasIh.value().address();
  }

  @Override
  void addBiasGradient(Tape tape, long inputBiasGradient) {
    tape.kernels().add(tape.gradient(biasIh).address(), inputBiasGradient, gateRows());
  }

  private final class UnrolledGru extends Unrolled {
    private final long u; // [B][3H], of the current step
    private final long un; // [T][B][H]
    private long du; // [T][B][3H]

    UnrolledGru(Tape tape, TakenSteps taken) {
      super(tape, taken);
      u = tape.workspace().tensor(batch, gateRows()).address();
      un = tape.workspace().tensor(steps, batch, hidden).address();
    }

    @Override
    void product(int t) {
      product(u, biasHh.value().address(), t);
    }

    @Override
    void firstProduct(int t) {
      for (int row = 0; row < batch; row++) {
        Memory.copy(u + 4L * row * gateRows(), biasHh.value().address(), gateRows());
      }
    }

    @Override
    void pass(int t, int row, int rows) {
      long offset = 4L * row * hidden;
      tape.kernels()
          .gruForward(
              h(after(t)) + offset,
              gates(t) + 3 * offset,
              state(un, t) + offset,
              u + 3 * offset,
              h(before(t)) + offset,
              rows,
              hidden);
    }

    @Override
    void startBackward(Variable cn) {
      du = tape.workspace().tensor(steps, batch, gateRows()).address();
    }

    @Override
    void passBackward(int t, int row, int rows) {
      long offset = 4L * row * hidden;
      tape.kernels()
          .gruBackward(
              gates(t) + 3 * offset,
              duAt(t) + 3 * offset,
              dh(before(t)) + offset,
              dh(after(t)) + offset,
              state(un, t) + offset,
              h(before(t)) + offset,
              rows,
              hidden);
    }

    @Override
    void skipBackward(int t, int row, int rows) {
      super.skipBackward(t, row, rows);
      Memory.zero(duAt(t) + 4L * row * gateRows(), (long) rows * gateRows());
    }

    @Override
    long recurrentGradients() {
      return du;
    }

    @Override
    void finishBackward(Variable c0) {
      tape.kernels()
          .columnSums(tape.gradient(biasHh).address(), du, gateRows(), steps * batch, gateRows());
    }

    private long duAt(int t) {
      return du + 4L * t * batch * gateRows();
    }
  }
}
