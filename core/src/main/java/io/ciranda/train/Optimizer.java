package io.ciranda.train;

import io.ciranda.autograd.Parameters;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.UpdateRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An update rule together with its state for every weight. */
public final class Optimizer implements AutoCloseable {
  private final UpdateRule rule;
  private final Parameters parameters;
  private final List<Parameters.Like> states = new ArrayList<>();
  private long steps;

  /** The rule with zero state. */
  public Optimizer(UpdateRule rule, Parameters parameters) {
    this.rule = rule;
    this.parameters = parameters;
    try {
      for (int i = 0; i < rule.states(); i++) {
        states.add(new Parameters.Like(parameters));
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** The rule. */
  public UpdateRule rule() {
    return rule;
  }

  /** The state arrays, as many as the rule has; checkpoints read and write them. */
  public List<Parameters.Like> states() {
    return Collections.unmodifiableList(states);
  }

  /** Updates applied so far. */
  public long steps() {
    return steps;
  }

  /** Goes on from a checkpoint. */
  public void resumeAt(long stepsDone) {
    steps = stepsDone;
  }

  /** Counts a step; then {@link #apply} is called for every part of the weights. */
  void begin() {
    steps++;
  }

  /** Updates weights {@code from} to {@code to} of the flat array. */
  void apply(
      Kernels kernels, Parameters.Like gradients, float scale, float rate, long from, long to) {
    kernels.update(
        rule,
        parameters.values().address() + 4 * from,
        gradients.flat().address() + 4 * from,
        state(0, from),
        state(1, from),
        scale,
        rate,
        steps,
        to - from);
  }

  private long state(int i, long from) {
    return i < states.size() ? states.get(i).flat().address() + 4 * from : 0;
  }

  @Override
  public void close() {
    states.forEach(Parameters.Like::close);
  }
}
