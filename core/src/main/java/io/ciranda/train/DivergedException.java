package io.ciranda.train;

/**
 * The loss or its gradient is not a finite number any more. The weights are those before the bad
 * step.
 */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says at which step what was seen. */
  public DivergedException(long step, double loss, double gradientNorm) {
    super(
        ("training diverged at step %d: loss %s, gradient norm %s. The weights from before that step are kept. Lower the learning rate, or clip"
                + " gradients harder (by norm 1 to 5 is usual)")
            .formatted(step, loss, gradientNorm));
  }
}
