package io.ciranda.nn;

import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The state that truncated BPTT carries from one window of a long sequence to the next: the values,
 * in memory of their own. No gradient flows through it; that is the truncation.
 */
public final class CarriedState implements AutoCloseable {
  private final Tensor h; // [L*D][B][H]
  private final Tensor c; // [L*D][B][H], or null

  /** Zeros for a stack of that configuration and a batch of that size. */
  public CarriedState(RecurrentStack.Config config, int batch) {
    int states = config.layers() * config.directions();
    h = Tensor.allocate(states, batch, config.hidden());
    c = config.cell().hasCellState() ? Tensor.allocate(states, batch, config.hidden()) : null;
  }

  /** The values as constants on a tape. */
  public State load(Tape tape) {
    return new State(constants(tape, h), c == null ? List.of() : constants(tape, c));
  }

  private static List<Variable> constants(Tape tape, Tensor states) {
    var list = new ArrayList<Variable>();
    for (int i = 0; i < states.dim(0); i++) {
      list.add(tape.constant(states.rows(i, i + 1).reshape(states.dim(1), states.dim(2))));
    }
    return list;
  }

  /** Takes over the values of a state. */
  public void store(State state) {
    copy(state.h(), h);
    if (c != null) {
      copy(state.c(), c);
    }
  }

  private static void copy(List<Variable> from, Tensor to) {
    for (int i = 0; i < from.size(); i++) {
      Tensor value = from.get(i).value().requireShape("state", to.dim(1), to.dim(2));
      Memory.copy(to.address(i), value.address(), value.size());
    }
  }

  /** Back to zeros. */
  public void reset() {
    h.zero();
    if (c != null) {
      c.zero();
    }
  }

  /** The hidden states, {@code [L*D][B][H]}; checkpoints read and write them. */
  public Tensor h() {
    return h;
  }

  /** The cell states, {@code [L*D][B][H]}, or null where the cell has none. */
  public Tensor c() {
    return c;
  }

  @Override
  public void close() {
    h.close();
    if (c != null) {
      c.close();
    }
  }
}
