package io.ciranda.samples.lecture.bptt;

/**
 * Backpropagation through time by hand, in double, on a net of one hidden unit:
 *
 * <pre>
 * z(t) = w x(t) + v h(t-1) + b        h(t) = tanh(z(t))        h(0) = 0
 * y(t) = u h(t) + c                   L = 1/2 sum_t (y(t) - d(t))^2
 * </pre>
 *
 * @param w from the input to the unit
 * @param v from the unit to itself, a step later
 * @param b the unit's bias
 * @param u from the unit to the output
 * @param c the output's bias
 */
record OneUnit(double w, double v, double b, double u, double c) {

  /** h(1) .. h(T), of the input x. */
  double[] states(double[] x) {
    double[] h = new double[x.length];
    for (int t = 0; t < x.length; t++) {
      h[t] = Math.tanh(w * x[t] + v * before(h, t) + b);
    }
    return h;
  }

  /** L, of the input x and the wanted outputs d. */
  double loss(double[] x, double[] d) {
    double[] h = states(x);
    double loss = 0;
    for (int t = 0; t < x.length; t++) {
      loss += Math.pow(u * h[t] + c - d[t], 2) / 2;
    }
    return loss;
  }

  /** What comes back through time; d stands for the derivative of L by what follows. */
  static final class Backward {
    final double[] dh; // of h(1) .. h(T)
    final double[] dw; // of the weights w v b u c

    Backward(double[] dh, double[] dw) {
      this.dh = dh.clone();
      this.dw = dw.clone();
    }
  }

  /** The six equations of the lecture, (1) to (3) from the last step to the first. */
  Backward backward(double[] x, double[] d) {
    double[] h = states(x);
    double[] dh = new double[x.length];
    double[] sums = new double[5];
    double dzAfter = 0;
    for (int t = x.length - 1; t >= 0; t--) {
      double dy = u * h[t] + c - d[t]; // (1) dL/dy(t)
      dh[t] = u * dy + v * dzAfter; // (2) dL/dh(t): by way of the output, and of the next step
      double dz = (1 - h[t] * h[t]) * dh[t]; // (3) dL/dz(t), tanh' = 1 - tanh^2
      sums[0] += dz * x[t]; // (4) dL/dw = sum_t dz(t) x(t)
      sums[1] += dz * before(h, t); // (5) dL/dv = sum_t dz(t) h(t-1)
      sums[2] += dz; // the bias: (4) with an input that is always 1
      sums[3] += dy * h[t]; // (6) dL/du = sum_t dy(t) h(t)
      sums[4] += dy; // and its bias
      dzAfter = dz;
    }
    return new Backward(dh, sums);
  }

  private static double before(double[] h, int t) {
    return t == 0 ? 0 : h[t - 1];
  }

  /** The weights, {@code w v b u c}. */
  double[] weights() {
    return new double[] {w, v, b, u, c};
  }

  /** The unit with these weights, {@code w v b u c}. */
  static OneUnit of(double[] weights) {
    return new OneUnit(weights[0], weights[1], weights[2], weights[3], weights[4]);
  }
}
