package io.ciranda.train;

/**
 * The learning rate over a run, as a factor of the base rate. A schedule is a function of the
 * step's number and, for {@link Plateau}, of the validation losses so far; it keeps no state of its
 * own that a checkpoint would have to hold beside those.
 */
public sealed interface Schedule {

  /**
   * Where a run stands.
   *
   * @param step steps done
   * @param totalSteps steps of the whole run
   * @param epoch epochs done
   * @param reductions how often {@link Plateau} has been told to reduce
   */
  record Position(long step, long totalSteps, int epoch, int reductions) {}

  /** What the base rate is multiplied by for the next step. */
  double factor(Position position);

  /** Always 1. */
  record Constant() implements Schedule {
    @Override
    public double factor(Position position) {
      return 1;
    }
  }

  /**
   * 1 for the first {@code start} epochs, then times {@code decay} before each epoch (Zaremba et
   * al. 2014).
   */
  record Step(int start, double decay) implements Schedule {
    @Override
    public double factor(Position position) {
      return StrictMath.pow(decay, Math.max(0, position.epoch + 1 - start));
    }
  }

  /**
   * Times {@code decay} whenever the validation loss has not fallen for {@code patience}
   * validations.
   */
  record Plateau(int patience, double decay) implements Schedule {
    @Override
    public double factor(Position position) {
      return StrictMath.pow(decay, position.reductions);
    }
  }

  /**
   * Half a cosine from 1 to {@code floor} over the whole run (Loshchilov and Hutter 2017), after a
   * linear rise over the first {@code warmup} steps.
   */
  record Cosine(long warmup, double floor) implements Schedule {
    @Override
    public double factor(Position position) {
      if (position.step < warmup) {
        return (position.step + 1.0) / warmup;
      }
      double done =
          Math.min(
              1, (position.step - warmup) / (double) Math.max(1, position.totalSteps - warmup));
      return floor + (1 - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
    }
  }
}
