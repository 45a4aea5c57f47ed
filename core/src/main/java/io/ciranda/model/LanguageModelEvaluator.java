package io.ciranda.model;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.parallel.Team;
import java.util.Locale;
import java.util.function.LongConsumer;

/** Measures how well a language model predicts a text. */
public final class LanguageModelEvaluator {
  private static final int STEPS = 64;

  /**
   * Logits that a thread holds, where those of one step are not more: 4 MB, and rows enough for a
   * product. Training has none for all symbols where the softmax is adaptive.
   */
  private static final int LOGITS = 1 << 20;

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

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.4f nats a symbol, %.4f bits, perplexity %.3f, %d symbols",
          natsPerSymbol(),
          bitsPerSymbol(),
          perplexity(),
          symbols);
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
    return exact(model, Precision.F32, ids, progress);
  }

  /** The same with the weights in another precision. */
  public static Score exact(
      LanguageModel model, Precision precision, int[] ids, LongConsumer progress) {
    try (Team alone = new Team(1)) {
      return inLanes(model, precision, ids, 1, alone, progress);
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
    return inLanes(model, Precision.F32, ids, lanes, team, progress);
  }

  private static Score inLanes(
      LanguageModel model,
      Precision precision,
      int[] ids,
      int lanes,
      Team team,
      LongConsumer progress) {
    if (lanes < 1) {
      throw new IllegalArgumentException("lanes: expected at least 1, actual " + lanes);
    }
    int length = (ids.length - 1) / lanes;
    if (length < 1) {
      throw new IllegalArgumentException(
          "expected at least %d symbols to evaluate, actual %d".formatted(lanes + 1, ids.length));
    }
    double[] nats = new double[team.size()];
    try (Model packed = model.pack(precision)) {
      team.run(
          worker -> {
            int from = lanes * worker / team.size();
            int to = lanes * (worker + 1) / team.size();
            if (to > from) {
              try (Session session = packed.newSession(to - from)) {
                LongConsumer told =
                    worker == 0 ? done -> progress.accept(done * lanes) : done -> {};
                nats[worker] = evaluate(session, model.backend(), ids, length, from, told);
              }
            }
          });
    }
    double sum = 0;
    for (double n : nats) {
      sum += n;
    }
    return new Score(sum, (long) length * lanes);
  }

  /** The lanes of one session, from lane {@code from} on. */
  private static double evaluate(
      Session session, Backend backend, int[] ids, int length, int from, LongConsumer progress) {
    int batch = session.rows();
    int v = session.model().architecture().vocabulary();
    int most = Math.clamp(LOGITS / ((long) batch * v), 1, STEPS);
    double nats = 0;
    try (var workspace = new Workspace("evaluation")) {
      for (int start = 0; start < length; start += most) {
        int steps = Math.min(most, length - start);
        workspace.reset();
        IntTensor x = workspace.ints(steps, batch);
        IntTensor y = workspace.ints(steps, batch);
        Tensor logits = workspace.tensor(steps * batch, v);
        Lanes.fill(x, y, ids, length, from, start);
        y.requireRange("symbols", 0, v);
        session.run(x.segment(), logits.segment(), steps);
        nats +=
            backend
                .kernels()
                .softmaxCrossEntropy(logits.address(), y.address(), 0, 0, steps * batch, v);
        progress.accept(start + steps);
      }
    }
    return nats;
  }
}
