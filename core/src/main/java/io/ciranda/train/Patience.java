package io.ciranda.train;

/**
 * The best validation loss so far and how long ago it was: when a run stops early, and how often
 * {@link Schedule.Plateau} has reduced the rate.
 */
public final class Patience {
  private final int patience;
  private final int plateau; // validations; 0 for no reductions
  private double best = Double.POSITIVE_INFINITY;
  private int sinceBest;
  private int reductions;
  private int sinceReduction;

  /**
   * Before the first validation.
   *
   * @param patience validations without improvement after which a run ends; 0 for never
   * @param schedule of the learning rate
   */
  public Patience(int patience, Schedule schedule) {
    this.patience = patience;
    plateau = schedule instanceof Schedule.Plateau p ? p.patience() : 0;
  }

  /**
   * Counts a validation.
   *
   * @return whether it is the best so far
   */
  public boolean improves(double loss) {
    if (loss < best) {
      best = loss;
      sinceBest = 0;
      sinceReduction = 0;
      return true;
    }
    sinceBest++;
    sinceReduction++;
    if (plateau > 0 && sinceReduction >= plateau) {
      reductions++;
      sinceReduction = 0;
    }
    return false;
  }

  /** Whether a run ends here. */
  public boolean isExhausted() {
    return patience > 0 && sinceBest >= patience;
  }

  /** The best loss so far; infinite before the first. */
  public double best() {
    return best;
  }

  /** How often the rate has been reduced. */
  public int reductions() {
    return reductions;
  }

  /** All that it knows, for a checkpoint. */
  public long[] save() {
    return new long[] {Double.doubleToRawLongBits(best), sinceBest, reductions, sinceReduction};
  }

  /** Goes on from what {@link #save} gave. */
  public void restore(long[] saved) {
    best = Double.longBitsToDouble(saved[0]);
    sinceBest = (int) saved[1];
    reductions = (int) saved[2];
    sinceReduction = (int) saved[3];
  }
}
