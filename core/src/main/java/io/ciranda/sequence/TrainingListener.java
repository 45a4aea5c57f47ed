package io.ciranda.sequence;

/** Is told how a training goes; called on the thread that called {@code fit}. */
@FunctionalInterface
public interface TrainingListener {
  /**
   * An epoch that is done.
   *
   * @param number from 1
   * @param of how many there are at most
   * @param trainLoss the mean loss of a prediction while the epoch ran, with dropout: nats for
   *     labels, squared error or quantile loss in standard deviations of the target for numbers
   * @param validLoss the same on the validation examples after the epoch, without dropout; NaN
   *     where there are none
   * @param best whether it is the best so far
   * @param seconds that the epoch took
   */
  record Epoch(
      int number, int of, double trainLoss, double validLoss, boolean best, double seconds) {}

  /** After each epoch. */
  void onEpoch(Epoch epoch);

  /** Something that the user should know: no validation, memory that is scarce. */
  default void onWarning(String sentence) {
    System.getLogger(TrainingListener.class.getPackageName())
        .log(System.Logger.Level.WARNING, sentence);
  }

  /** Asked after each step: whether to end here, with the best weights so far. */
  default boolean stops() {
    return false;
  }
}
