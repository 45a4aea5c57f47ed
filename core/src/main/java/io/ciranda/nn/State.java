package io.ciranda.nn;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;
import java.util.List;

/**
 * The state of a {@link RecurrentStack} at one point in time, on the tape. Entry {@code l * D + d}
 * belongs to layer l and direction d.
 *
 * @param h hidden states, {@code [B][H]} each
 * @param c cell states of an LSTM, {@code [B][H]} each; empty for other cells
 */
public record State(List<Variable> h, List<Variable> c) {
  /** Copies the lists. */
  public State {
    h = List.copyOf(h);
    c = List.copyOf(c);
  }

  /** Some rows of it, {@code [R]}, each in {@code [0, B)}. */
  public State rows(Tape tape, IntTensor rows) {
    return new State(
        h.stream().map(one -> Ops.rows(tape, one, rows)).toList(),
        c.stream().map(one -> Ops.rows(tape, one, rows)).toList());
  }

  Variable c(int index) {
    return c.isEmpty() ? null : c.get(index);
  }
}
