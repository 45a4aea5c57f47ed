package io.ciranda.autograd;

import io.ciranda.memory.Tensor;

/**
 * A value on the tape and the gradient of the loss with respect to it. Both live until the tape
 * begins anew.
 */
public final class Variable {
  private final Tape tape;
  private final Tensor value;
  private final boolean needsGradient;
  private Tensor gradient;
  private boolean written;
  private boolean expendable;

  Variable(Tape tape, Tensor value, Tensor gradientMemory, boolean needsGradient) {
    this.tape = tape;
    this.value = value;
    this.gradient = gradientMemory;
    this.needsGradient = needsGradient;
  }

  /** The value. */
  public Tensor value() {
    return value;
  }

  /** Whether a gradient is wanted; operations skip the work where it is not. */
  public boolean needsGradient() {
    return needsGradient;
  }

  /** Whether anything has reached the gradient yet. */
  public boolean hasGradient() {
    return written;
  }

  /** The gradient to add to, in the shape of the value; zeros if nothing has reached it yet. */
  public Tensor gradient() {
    boolean fresh = !written;
    Tensor memory = gradientMemory();
    if (fresh) {
      memory.zero();
    }
    return memory;
  }

  /**
   * The gradient's memory for an operation that can overwrite as well as add: its content is
   * undefined unless {@link #hasGradient} was true before the call.
   */
  public Tensor gradientMemory() {
    if (!needsGradient) {
      throw new IllegalStateException("no gradient is kept for the constant " + value);
    }
    if (gradient == null) {
      gradient = tape.workspace().tensor(value.shape());
    }
    written = true;
    return gradient;
  }

  /**
   * Says that no operation reads the value on the way back, so that a loss may leave the gradient
   * in its place.
   */
  Variable expendable() {
    expendable = true;
    return this;
  }

  boolean isExpendable() {
    return expendable;
  }

  /**
   * Takes memory that already holds this variable's whole gradient, without a copy where it can.
   */
  void adoptGradient(Tensor memory) {
    if (written) {
      throw new IllegalStateException(
          "the input of a loss has a gradient from elsewhere: a loss ends the forward pass of "
              + value);
    }
    if (gradient == null) {
      gradient = memory;
    } else {
      gradient.copyFrom(memory);
    }
    written = needsGradient;
  }
}
