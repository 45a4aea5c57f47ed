package io.ciranda.simd;

import static io.ciranda.simd.Lanes.VL;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.mask;
import static io.ciranda.simd.Lanes.store;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.ciranda.kernel.UpdateRule;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** One step of each optimiser; the formulas stand at {@link UpdateRule}. */
final class Updates {
  private Updates() {}

  static void clamp(long x, float limit, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector v = load(x + 4 * i, mask);
      v = v.blend(limit, v.compare(GT, limit));
      store(v.blend(-limit, v.compare(LT, -limit)), x + 4 * i, mask);
    }
  }

  /** {@code g * scale + decay * w}. */
  private static FloatVector gradient(
      long g, float scale, float decay, FloatVector w, VectorMask<Float> mask) {
    return load(g, mask).fma(fill(scale), w.mul(decay));
  }

  /** {@code keep * average + (1 - keep) * x}. */
  private static FloatVector average(float keep, FloatVector average, FloatVector x) {
    return x.fma(fill(1 - keep), average.mul(keep));
  }

  static void sgd(
      UpdateRule.Sgd r, long w, long g, long s1, float scale, float rate, long step, long n) {
    if (r.momentum() == 0) {
      plainSgd(w, g, scale, r.decay(), rate, n);
    } else {
      // On the first step the velocity is the gradient, whatever the state array holds.
      float keep = step == 1 ? 0 : r.momentum();
      momentumSgd(w, g, s1, scale, r.decay(), rate, r.momentum(), keep, r.nesterov(), n);
    }
  }

  private static void plainSgd(long w, long g, float scale, float decay, float rate, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, decay, weight, mask);
      store(d.fma(fill(-rate), weight), w + 4 * i, mask);
    }
  }

  private static void momentumSgd(
      long w,
      long g,
      long s1,
      float scale,
      float decay,
      float rate,
      float momentum,
      float keep,
      boolean nesterov,
      long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, decay, weight, mask);
      FloatVector velocity = load(s1 + 4 * i, mask).fma(fill(keep), d);
      store(velocity, s1 + 4 * i, mask);
      FloatVector change = nesterov ? velocity.fma(fill(momentum), d) : velocity;
      store(change.fma(fill(-rate), weight), w + 4 * i, mask);
    }
  }

  static void rmsProp(
      UpdateRule.RmsProp r, long w, long g, long s1, float scale, float rate, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, r.decay(), weight, mask);
      FloatVector square = average(r.alpha(), load(s1 + 4 * i, mask), d.mul(d));
      store(square, s1 + 4 * i, mask);
      FloatVector change = d.mul(rate).div(square.sqrt().add(r.eps()));
      store(weight.sub(change), w + 4 * i, mask);
    }
  }

  static void adagrad(
      UpdateRule.Adagrad r, long w, long g, long s1, float scale, float rate, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, r.decay(), weight, mask);
      FloatVector square = d.fma(d, load(s1 + 4 * i, mask));
      store(square, s1 + 4 * i, mask);
      FloatVector change = d.mul(rate).div(square.sqrt().add(r.eps()));
      store(weight.sub(change), w + 4 * i, mask);
    }
  }

  static void adadelta(
      UpdateRule.Adadelta r, long w, long g, long s1, long s2, float scale, float rate, long n) {
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, r.decay(), weight, mask);
      FloatVector square = average(r.rho(), load(s1 + 4 * i, mask), d.mul(d));
      store(square, s1 + 4 * i, mask);
      FloatVector changes = load(s2 + 4 * i, mask);
      FloatVector root = changes.add(r.eps()).sqrt();
      FloatVector delta = d.mul(root).div(square.add(r.eps()).sqrt());
      store(average(r.rho(), changes, delta.mul(delta)), s2 + 4 * i, mask);
      store(delta.fma(fill(-rate), weight), w + 4 * i, mask);
    }
  }

  static void adam(
      UpdateRule.Adam r,
      long w,
      long g,
      long s1,
      long s2,
      float scale,
      float rate,
      long step,
      long n) {
    float stepSize = rate / r.correction1(step);
    float inverse2 = 1 / r.correction2(step);
    float decay = r.decoupled() ? 0 : r.decay();
    float shrink = r.decoupled() ? 1 - rate * r.decay() : 1;
    for (long i = 0; i < n; i += VL) {
      var mask = mask(n - i);
      FloatVector weight = load(w + 4 * i, mask);
      FloatVector d = gradient(g + 4 * i, scale, decay, weight, mask);
      FloatVector mean = average(r.beta1(), load(s1 + 4 * i, mask), d);
      store(mean, s1 + 4 * i, mask);
      FloatVector square = average(r.beta2(), load(s2 + 4 * i, mask), d.mul(d));
      store(square, s2 + 4 * i, mask);
      FloatVector root = square.mul(inverse2).sqrt().add(r.eps());
      store(weight.mul(shrink).sub(mean.mul(stepSize).div(root)), w + 4 * i, mask);
    }
  }
}
