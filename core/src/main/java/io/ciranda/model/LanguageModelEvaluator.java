package io.ciranda.model;

import io.ciranda.autograd.Tape;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.CarriedState;
import io.ciranda.train.Team;
import java.util.function.LongConsumer;

/** Measures how well a language model predicts a text. */
public final class LanguageModelEvaluator {
  private static final int STEPS = 64;

  private LanguageModelEvaluator() {}

  /**
   * How a model did.
   *
   * @param nats the sum of {@code -log p} over all predicted symbols
   * @param symbols how many those were
   */
  public record Score(double nats, long symbols) {
    /** Nats a symbol. */
    public double natsPerSymbol() {
      return nats / symbols;
    }

    /** Bits a symbol. */
    public double bitsPerSymbol() {
      return natsPerSymbol() / Math.log(2);
    }

    /** {@code exp(natsPerSymbol)}. */
    public double perplexity() {
      return Math.exp(natsPerSymbol());
    }
  }

  /**
   * Every symbol but the first is predicted from all before it, the state carried throughout.
   *
   * @param ids at least two
   * @param progress is told how many symbols are done
   * @throws IllegalArgumentException if there are fewer than two
   */
  public static Score exact(LanguageModel model, int[] ids, LongConsumer progress) {
    try (Team alone = new Team(1)) {
      return inLanes(model, ids, 1, alone, progress);
    }
  }

  /**
   * The text is cut into {@code lanes} pieces of one length that run side by side, each from a zero
   * state: faster, and a little worse for it. What does not fill the lanes at the end is left out.
   *
   * @throws IllegalArgumentException if there is no lane, or no symbol to predict for each
   */
  public static Score inLanes(
      LanguageModel model, int[] ids, int lanes, Team team, LongConsumer progress) {
    if (lanes < 1) {
      throw new IllegalArgumentException("lanes: expected at least 1, actual " + lanes);
    }
    int length = (ids.length - 1) / lanes;
    if (length < 1) {
      throw new IllegalArgumentException(
          "expected at least %d symbols to evaluate, actual %d".formatted(lanes + 1, ids.length));
    }
    model.refresh(0, 1);
    double[] nats = new double[team.size()];
    team.run(
        worker -> {
          int from = lanes * worker / team.size();
          int to = lanes * (worker + 1) / team.size();
          if (to > from) {
            nats[worker] =
                evaluate(model, ids, length, from, to, worker == 0 ? progress : done -> {}, lanes);
          }
        });
    double sum = 0;
    for (double n : nats) {
      sum += n;
    }
    return new Score(sum, (long) length * lanes);
  }

  private static double evaluate(
      LanguageModel model,
      int[] ids,
      int length,
      int from,
      int to,
      LongConsumer progress,
      int lanes) {
    int batch = to - from;
    double nats = 0;
    try (var workspace = new Workspace("evaluation");
        CarriedState state = model.newState(batch)) {
      Tape tape = Tape.inference(model.backend(), workspace);
      for (int start = 0; start < length; start += STEPS) {
        int steps = Math.min(STEPS, length - start);
        tape.begin(0);
        IntTensor x = workspace.ints(steps, batch);
        IntTensor y = workspace.ints(steps, batch);
        Lanes.fill(x, y, ids, length, from, start);
        nats += model.loss(tape, x, y, state, 0);
        progress.accept((long) (start + steps) * lanes);
      }
    }
    return nats;
  }
}
