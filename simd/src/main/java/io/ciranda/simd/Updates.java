package io.ciranda.simd;

import static io.ciranda.memory.Memory.get;
import static io.ciranda.memory.Memory.set;
import static io.ciranda.simd.Lanes.BYTES;
import static io.ciranda.simd.Lanes.fill;
import static io.ciranda.simd.Lanes.load;
import static io.ciranda.simd.Lanes.store;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.simd.Loops.Loop;
import jdk.incubator.vector.FloatVector;

/**
 * One step of each optimiser; the formulas stand at {@link UpdateRule}. Beside the scale of the
 * gradient a loop has more constants than an argument each would be good for: they lie in memory at
 * {@code k}, by the numbers below.
 */
final class Updates {
  private static final int DECAY = 0;
  private static final int RATE = 1;
  private static final int EPS = 2;

  /** What the first state array keeps of itself, and the share of the new. */
  private static final int KEEP_1 = 3;

  private static final int FRESH_1 = 4;

  /** The same for the second. */
  private static final int KEEP_2 = 5;

  private static final int FRESH_2 = 6;

  /** Sgd: the weight changes by {@code VELOCITY * velocity + GRADIENT * gradient}. */
  private static final int VELOCITY = 7;

  private static final int GRADIENT = 8;

  /** Adam: {@code 1 / (1 - beta2^t)}, and what decoupled decay leaves of a weight. */
  private static final int CORRECTION = 7;

  private static final int SHRINK = 8;

  private static Loop plainSgd = (w, _, _, g, _, k, scale, n) -> plainSgdLoop(w, g, k, scale, n);
  private static Loop momentumSgd =
      (w, s1, _, g, _, k, scale, n) -> momentumSgdLoop(w, s1, g, k, scale, n);
  private static Loop rmsProp = (w, s1, _, g, _, k, scale, n) -> rmsPropLoop(w, s1, g, k, scale, n);
  private static Loop adagrad = (w, s1, _, g, _, k, scale, n) -> adagradLoop(w, s1, g, k, scale, n);
  private static Loop adadelta =
      (w, s1, s2, g, _, k, scale, n) -> adadeltaLoop(w, s1, s2, g, k, scale, n);
  private static Loop adam = (w, s1, s2, g, _, k, scale, n) -> adamLoop(w, s1, s2, g, k, scale, n);

  private Updates() {}

  static void update(
      UpdateRule rule,
      long w,
      long g,
      long s1,
      long s2,
      float scale,
      float rate,
      long step,
      long n) {
    long k = Loops.constants();
    Loop loop =
        switch (rule) {
          case UpdateRule.Sgd r -> sgd(r, rate, step, k);
          case UpdateRule.RmsProp r -> rmsProp(r, rate, k);
          case UpdateRule.Adagrad r -> adagrad(r, rate, k);
          case UpdateRule.Adadelta r -> adadelta(r, rate, k);
          case UpdateRule.Adam r -> adam(r, rate, step, k);
        };
    Loops.run(loop, 3, w, s1, s2, g, 0, k, scale, 0, n);
  }

  // ---- the constants and the loop of a rule ----

  private static Loop sgd(UpdateRule.Sgd r, float rate, long step, long k) {
    set(k, DECAY, r.decay());
    set(k, RATE, rate);
    // On the first step the velocity is the gradient, whatever the state array holds.
    set(k, KEEP_1, step == 1 ? 0 : r.momentum());
    set(k, VELOCITY, r.nesterov() ? r.momentum() : 1);
    set(k, GRADIENT, r.nesterov() ? 1 : 0);
    return r.momentum() == 0 ? plainSgd : momentumSgd;
  }

  private static Loop rmsProp(UpdateRule.RmsProp r, float rate, long k) {
    set(k, DECAY, r.decay());
    set(k, RATE, rate);
    set(k, EPS, r.eps());
    set(k, KEEP_1, r.alpha());
    set(k, FRESH_1, 1 - r.alpha());
    return rmsProp;
  }

  private static Loop adagrad(UpdateRule.Adagrad r, float rate, long k) {
    set(k, DECAY, r.decay());
    set(k, RATE, rate);
    set(k, EPS, r.eps());
    return adagrad;
  }

  private static Loop adadelta(UpdateRule.Adadelta r, float rate, long k) {
    set(k, DECAY, r.decay());
    set(k, RATE, rate);
    set(k, EPS, r.eps());
    set(k, KEEP_1, r.rho());
    set(k, FRESH_1, 1 - r.rho());
    return adadelta;
  }

  private static Loop adam(UpdateRule.Adam r, float rate, long step, long k) {
    set(k, DECAY, r.decoupled() ? 0 : r.decay());
    set(k, SHRINK, r.decoupled() ? 1 - rate * r.decay() : 1);
    set(k, RATE, rate / r.correction1(step));
    set(k, CORRECTION, 1 / r.correction2(step));
    set(k, EPS, r.eps());
    set(k, KEEP_1, r.beta1());
    set(k, FRESH_1, 1 - r.beta1());
    set(k, KEEP_2, r.beta2());
    set(k, FRESH_2, 1 - r.beta2());
    return adam;
  }

  // ---- the loops ----

  /** {@code g * scale + decay * w}. */
  private static FloatVector gradient(long g, float scale, FloatVector w, long k) {
    return load(g).fma(fill(scale), w.mul(get(k, DECAY)));
  }

  private static void plainSgdLoop(long w, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      store(weight.sub(d.mul(get(k, RATE))), w + i);
    }
  }

  private static void momentumSgdLoop(long w, long s1, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      FloatVector velocity = load(s1 + i).fma(fill(get(k, KEEP_1)), d);
      store(velocity, s1 + i);
      FloatVector change = velocity.fma(fill(get(k, VELOCITY)), d.mul(get(k, GRADIENT)));
      store(weight.sub(change.mul(get(k, RATE))), w + i);
    }
  }

  private static void rmsPropLoop(long w, long s1, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      FloatVector square = d.mul(d).fma(fill(get(k, FRESH_1)), load(s1 + i).mul(get(k, KEEP_1)));
      store(square, s1 + i);
      store(weight.sub(d.mul(get(k, RATE)).div(square.sqrt().add(get(k, EPS)))), w + i);
    }
  }

  private static void adagradLoop(long w, long s1, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      FloatVector square = d.fma(d, load(s1 + i));
      store(square, s1 + i);
      store(weight.sub(d.mul(get(k, RATE)).div(square.sqrt().add(get(k, EPS)))), w + i);
    }
  }

  private static void adadeltaLoop(long w, long s1, long s2, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      FloatVector keep = fill(get(k, KEEP_1));
      FloatVector fresh = fill(get(k, FRESH_1));
      FloatVector square = d.mul(d).fma(fresh, load(s1 + i).mul(keep));
      store(square, s1 + i);
      FloatVector changes = load(s2 + i);
      FloatVector eps = fill(get(k, EPS));
      FloatVector delta = d.mul(changes.add(eps).sqrt()).div(square.add(eps).sqrt());
      store(delta.mul(delta).fma(fresh, changes.mul(keep)), s2 + i);
      store(weight.sub(delta.mul(get(k, RATE))), w + i);
    }
  }

  private static void adamLoop(long w, long s1, long s2, long g, long k, float scale, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector weight = load(w + i);
      FloatVector d = gradient(g + i, scale, weight, k);
      FloatVector mean = d.fma(fill(get(k, FRESH_1)), load(s1 + i).mul(get(k, KEEP_1)));
      store(mean, s1 + i);
      FloatVector square = d.mul(d).fma(fill(get(k, FRESH_2)), load(s2 + i).mul(get(k, KEEP_2)));
      store(square, s2 + i);
      FloatVector root = square.mul(get(k, CORRECTION)).sqrt().add(get(k, EPS));
      FloatVector change = mean.mul(get(k, RATE)).div(root);
      store(weight.mul(get(k, SHRINK)).sub(change), w + i);
    }
  }
}
