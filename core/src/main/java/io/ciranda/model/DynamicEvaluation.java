package io.ciranda.model;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.nn.CarriedState;
import io.ciranda.train.Clipping;
import io.ciranda.train.DataParallel;
import java.util.function.LongConsumer;

/**
 * Dynamic evaluation (Mikolov et al. 2010; Krause et al. 2018): a model that goes on learning from
 * the text it is measured on. The text is read once, in order, T symbols a window; every window is
 * scored first, with the weights that the windows before it have left, and then
 *
 * <pre>
 * w -= rate * g / sqrt(mean of g^2 so far)        g the gradient of the window's mean loss, clipped
 * </pre>
 *
 * <p>The state's values go on from window to window as in truncated BPTT. Nothing is dropped out,
 * so that a text and a configuration have one score.
 */
public final class DynamicEvaluation {
  // The mean squares are of the text that was read: no training text is needed. Without momentum
  // Adam is RMSProp whose first squares are not averaged with zeros.
  private static final UpdateRule RULE = new UpdateRule.Adam(0, 0.999f, 1e-8f, 0, false);
  private static final Clipping CLIPPING = new Clipping.ByNorm(1);

  private DynamicEvaluation() {}

  /**
   * How the model learns.
   *
   * @param rate the learning rate, above 0
   * @param steps T, symbols that are scored between two updates
   */
  public record Config(double rate, int steps) {
    /** Checks the sizes. */
    public Config {
      if (!(rate > 0 && rate < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "dynamic: expected a finite learning rate above 0, actual " + rate);
      }
      if (steps < 1) {
        throw new IllegalArgumentException("dynamic-steps: expected at least 1, actual " + steps);
      }
    }
  }

  /**
   * Every symbol but the first is predicted from all before it. A copy of the model learns; {@code
   * model} itself stays as it is.
   *
   * @param ids at least two
   * @param progress is told how many symbols are done
   * @throws IllegalArgumentException if there are fewer than two
   * @throws io.ciranda.train.DivergedException if a window's loss or gradient is not finite
   */
  public static LanguageModelEvaluator.Score score(
      LanguageModel model, int[] ids, Config config, LongConsumer progress) {
    int length = ids.length - 1;
    if (length < 1) {
      throw new IllegalArgumentException(
          "expected at least 2 symbols to evaluate, actual " + ids.length);
    }
    double nats = 0;
    try (LanguageModel learner = model.copyWithoutDropout();
        CarriedState state = learner.newState(1);
        DataParallel parallel =
            new DataParallel(
                learner.backend(), learner.parameters(), RULE, CLIPPING, 1, learner::refresh)) {
      for (int start = 0; start < length; start += config.steps) {
        int from = start;
        int steps = Math.min(config.steps, length - start);
        DataParallel.Result result =
            parallel.step(
                0, config.rate, (slice, tape) -> forward(learner, tape, ids, from, steps, state));
        nats += result.loss();
        progress.accept(start + steps);
      }
    }
    return new LanguageModelEvaluator.Score(nats, length);
  }

  private static double forward(
      LanguageModel learner, Tape tape, int[] ids, int from, int steps, CarriedState state) {
    IntTensor x = tape.workspace().ints(steps, 1);
    IntTensor y = tape.workspace().ints(steps, 1);
    Lanes.fill(x, y, ids, ids.length - 1, 0, from);
    y.requireRange("symbols", 0, learner.vocabulary().size());
    return learner.loss(tape, x, y, state, 1f / steps);
  }
}
