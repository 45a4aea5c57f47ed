package io.ciranda.kernel;

/**
 * The arithmetic of one optimiser on one weight. Notation: w weight, g gradient, plus decay * w
 * where the rule says "L2".
 */
public sealed interface UpdateRule {

  /** How many state arrays the rule keeps beside each weight. */
  int states();

  /**
   * Stochastic gradient descent: {@code g += decay * w; s1 = momentum * s1 + g; w -= rate * s1}
   * (with {@code nesterov}: {@code w -= rate * (g + momentum * s1)}). On the first step {@code s1 =
   * g}.
   */
  record Sgd(float momentum, boolean nesterov, float decay) implements UpdateRule {
    @Override
    public int states() {
      return momentum == 0 ? 0 : 1;
    }
  }

  /**
   * RMSProp (Tieleman and Hinton 2012): {@code s1 = alpha * s1 + (1 - alpha) g^2; w -= rate * g /
   * (sqrt(s1) + eps)}.
   */
  record RmsProp(float alpha, float eps, float decay) implements UpdateRule {
    @Override
    public int states() {
      return 1;
    }
  }

  /** Adagrad (Duchi et al. 2011): {@code s1 += g^2; w -= rate * g / (sqrt(s1) + eps)}. */
  record Adagrad(float eps, float decay) implements UpdateRule {
    @Override
    public int states() {
      return 1;
    }
  }

  /**
   * Adadelta (Zeiler 2012): {@code s1 = rho s1 + (1 - rho) g^2; d = g sqrt(s2 + eps) / sqrt(s1 +
   * eps); s2 = rho s2 + (1 - rho) d^2; w -= rate * d}.
   */
  record Adadelta(float rho, float eps, float decay) implements UpdateRule {
    @Override
    public int states() {
      return 2;
    }
  }

  /**
   * Adam (Kingma and Ba 2015, algorithm 1): {@code s1 = beta1 s1 + (1 - beta1) g; s2 = beta2 s2 +
   * (1 - beta2) g^2; w -= rate / (1 - beta1^t) * s1 / (sqrt(s2 / (1 - beta2^t)) + eps)}. Decay is
   * L2; if {@code decoupled} (AdamW, Loshchilov and Hutter 2019) it is {@code w -= rate * decay *
   * w} instead, before the step.
   */
  record Adam(float beta1, float beta2, float eps, float decay, boolean decoupled)
      implements UpdateRule {
    @Override
    public int states() {
      return 2;
    }

    /** With the paper's values: 0.9, 0.999 and 1e-8; without decay. */
    public static Adam standard() {
      return new Adam(0.9f, 0.999f, 1e-8f, 0, false);
    }

    /** {@code 1 - beta1^t}. */
    public float correction1(long step) {
      return (float) (1 - StrictMath.pow(beta1, (double) step));
    }

    /** {@code 1 - beta2^t}. */
    public float correction2(long step) {
      return (float) (1 - StrictMath.pow(beta2, (double) step));
    }
  }
}
