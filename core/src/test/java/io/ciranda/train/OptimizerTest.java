package io.ciranda.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Parameters;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.testing.Values;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Five steps of every rule against its formula in double. */
class OptimizerTest {
  private static final int N = 101; // the gap up to a multiple of 16 belongs to nobody
  private static final double RATE = 0.01;
  private static final float SCALE = 0.5f;

  @AutoClose private final Parameters parameters = parameters();
  @AutoClose private final Parameters.Like gradients = new Parameters.Like(parameters);

  private static Parameters parameters() {
    var builder = new Parameters.Builder();
    builder.declare("w", Initializer.normal(0.01), N); // small, for the sake of rounding
    return builder.build(Values.random(5));
  }

  static Stream<UpdateRule> rules() {
    return Stream.of(
        new UpdateRule.Sgd(0, false, 0),
        new UpdateRule.Sgd(0, false, 0.1f),
        new UpdateRule.Sgd(0.9f, false, 0.1f),
        new UpdateRule.Sgd(0.9f, true, 0.1f),
        new UpdateRule.RmsProp(0.95f, 1e-6f, 0),
        new UpdateRule.RmsProp(0.95f, 1e-6f, 0.1f),
        new UpdateRule.Adagrad(1e-6f, 0),
        new UpdateRule.Adagrad(1e-6f, 0.1f),
        new UpdateRule.Adadelta(0.9f, 1e-5f, 0),
        new UpdateRule.Adadelta(0.9f, 1e-5f, 0.1f),
        new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
        new UpdateRule.Adam(0.9f, 0.99f, 1e-6f, 0.1f, false),
        new UpdateRule.Adam(0.9f, 0.99f, 1e-6f, 0.1f, true));
  }

  /** One weight and its state, updated by the formulas of {@link UpdateRule}. */
  private static final class Weight {
    private double w;
    private double s1;
    private double s2;

    void update(UpdateRule rule, double gradient, double rate, int t) {
      switch (rule) {
        case UpdateRule.Sgd r -> {
          double g = gradient + r.decay() * w;
          s1 = t == 1 ? g : r.momentum() * s1 + g;
          w -= rate * (r.nesterov() ? g + r.momentum() * s1 : s1);
        }
        case UpdateRule.RmsProp r -> {
          double g = gradient + r.decay() * w;
          s1 = r.alpha() * s1 + (1 - (double) r.alpha()) * g * g;
          w -= rate * g / (Math.sqrt(s1) + r.eps());
        }
        case UpdateRule.Adagrad r -> {
          double g = gradient + r.decay() * w;
          s1 += g * g;
          w -= rate * g / (Math.sqrt(s1) + r.eps());
        }
        case UpdateRule.Adadelta r -> {
          double g = gradient + r.decay() * w;
          s1 = r.rho() * s1 + (1 - (double) r.rho()) * g * g;
          double d = g * Math.sqrt(s2 + r.eps()) / Math.sqrt(s1 + r.eps());
          s2 = r.rho() * s2 + (1 - (double) r.rho()) * d * d;
          w -= rate * d;
        }
        case UpdateRule.Adam r -> {
          double g = gradient + (r.decoupled() ? 0 : r.decay() * w);
          if (r.decoupled()) {
            w -= rate * r.decay() * w;
          }
          s1 = r.beta1() * s1 + (1 - (double) r.beta1()) * g;
          s2 = r.beta2() * s2 + (1 - (double) r.beta2()) * g * g;
          double mean = s1 / (1 - Math.pow(r.beta1(), t));
          double square = s2 / (1 - Math.pow(r.beta2(), t));
          w -= rate * mean / (Math.sqrt(square) + r.eps());
        }
      }
    }
  }

  private static void step(
      Optimizer optimizer, Parameters parameters, Parameters.Like gradients, double rate) {
    optimizer.begin();
    long middle = 48; // two workers' shares
    long end = parameters.values().size();
    var kernels = Backend.best().kernels();
    optimizer.apply(kernels, gradients, SCALE, (float) rate, middle, end);
    optimizer.apply(kernels, gradients, SCALE, (float) rate, 0, middle);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleIsItsFormula(UpdateRule rule) {
    var w = parameters.get("w");
    var weights = new Weight[N];
    for (int i = 0; i < N; i++) {
      weights[i] = new Weight();
      weights[i].w = w.value().get(i);
    }
    float[] before = w.value().toArray();
    double[] expected = new double[N];
    try (var optimizer = new Optimizer(rule, parameters)) {
      for (int t = 1; t <= 5; t++) {
        float[] g = Values.floats("step " + t, N);
        gradients.of(w).copyFrom(g);
        double rate = RATE / t;
        step(optimizer, parameters, gradients, rate);
        for (int i = 0; i < N; i++) {
          weights[i].update(rule, SCALE * g[i], (float) rate, t);
          expected[i] = weights[i].w - before[i];
        }
        double[] moved = Values.doubles(w.value());
        for (int i = 0; i < N; i++) {
          moved[i] -= before[i];
        }
        // How far a weight has come, not where it is: the way is short.
        Values.assertClose("moved in step " + t, expected, moved, 2e-5);
        assertEquals(t, optimizer.steps());
      }
      float[] gap = new float[16 - N % 16];
      assertArrayEquals(gap, parameters.values().rows(N, N + gap.length).toArray());
      assertEquals(rule.states(), optimizer.states().size());
    }
  }

  @Test
  void momentumGoesOnAfterAResumeInsteadOfBeginningAnew() {
    var rule = new UpdateRule.Sgd(0.5f, false, 0);
    gradients.of(parameters.get("w")).fill(1);
    float before = parameters.get("w").value().get(7);
    try (var optimizer = new Optimizer(rule, parameters)) {
      optimizer.states().getFirst().flat().fill(2);
      optimizer.resumeAt(10);
      step(optimizer, parameters, gradients, 1);
      assertEquals(11, optimizer.steps());
      assertEquals(before - (0.5 * 2 + SCALE), parameters.get("w").value().get(7), 1e-6);
    }
  }
}
