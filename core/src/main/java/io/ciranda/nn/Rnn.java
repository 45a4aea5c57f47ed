package io.ciranda.nn;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;

/**
 * Elman's network (Elman 1990), as PyTorch's {@code nn.RNN}:
 *
 * <pre>
 * h(t) = f(W_ih x(t) + b_ih + W_hh h(t-1) + b_hh)        f = tanh or ReLU
 * </pre>
 */
public final class Rnn extends RecurrentLayer {
  Rnn(
      Cell cell,
      Parameters parameters,
      Backend backend,
      String prefix,
      String suffix,
      boolean reverse,
      int feed) {
    super(cell, parameters, backend, prefix, suffix, reverse, feed);
  }

  @Override
  Unrolled unroll(Tape tape, TakenSteps taken) {
    boolean relu = cell == Cell.RNN_RELU;
    return new Unrolled(tape, taken) {
      @Override
      void product(int t) {
        addProduct(t);
      }

      @Override
      void pass(int t, int row, int rows) {
        long offset = 4L * row * hidden;
        tape.kernels().rnnForward(h(after(t)) + offset, gates(t) + offset, relu, rows, hidden);
      }

      @Override
      void passBackward(int t, int row, int rows) {
        long offset = 4L * row * hidden;
        tape.kernels()
            .rnnBackward(
                gates(t) + offset, h(after(t)) + offset, dh(after(t)) + offset, relu, rows, hidden);
      }
    };
  }
}
