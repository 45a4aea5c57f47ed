package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.Locale;

/**
 * Content-based attention (Bahdanau, Cho and Bengio 2015; Luong, Pham and Manning 2015): a state s
 * of the decoder looks at the annotations h_j of a source and takes their weighted mean, the
 * context c.
 *
 * <pre>
 * e_j = score(s, h_j)      alpha = softmax(e)      c = sum_j alpha_j h_j
 * </pre>
 *
 * <p>What the scores need of the annotations, the keys, is formed once for a source: {@link
 * #source}. Letters: S source positions, N width of an annotation, H width of the state.
 */
public abstract sealed class Attention implements AutoCloseable
    permits AdditiveAttention, LuongAttention {

  /** How a state and an annotation are compared. */
  public enum Score {
    /** {@code v . tanh(W_q s + b_q + W_k h_j)} (Bahdanau et al. 2015, appendix A.1.2). */
    ADDITIVE,
    /** {@code s . W_k h_j} (Luong et al. 2015, section 3.1). */
    GENERAL,
    /** {@code s . h_j}, for annotations of the state's width (same place). */
    DOT;

    /** The name in options and model files. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Sizes.
   *
   * @param score how a state and an annotation are compared
   * @param state H, the width of the state that looks
   * @param annotation N; for {@link Score#DOT} equal to H
   * @param width A, the width of what {@link Score#ADDITIVE} compares; other scores do not use it
   */
  public record Config(Score score, int state, int annotation, int width) {
    /** Checks the sizes. */
    public Config {
      if (state < 1 || annotation < 1 || (score == Score.ADDITIVE && width < 1)) {
        throw new IllegalArgumentException(
            "attention: expected widths of at least 1, actual state %d, annotation %d, width %d"
                .formatted(state, annotation, width));
      }
      if (score == Score.DOT && state != annotation) {
        throw new IllegalArgumentException(
            "attention: dot scores need annotations as wide as the state, %d, actual %d"
                .formatted(state, annotation));
      }
    }
  }

  /**
   * What a decoder looks at: the sources of a batch.
   *
   * @param annotations {@code [S][B][N]}
   * @param keys {@code [S][B][K]}, formed from them
   * @param values {@code [S][B][M]}, whose weighted mean is the context: the annotations
   *     themselves, or in decoding what {@link AttentionDecoder#prepare} makes of them
   * @param lengths {@code [B]}, each in [1, S]: positions beyond it are not looked at
   * @param rows {@code [R]}: the source that each row of the decoder looks at, so that several
   *     hypotheses may share one; null where row b looks at source b
   */
  public record Source(
      Variable annotations, Variable keys, Variable values, IntTensor lengths, IntTensor rows) {
    /** The same sources for other rows of the decoder. */
    public Source withRows(IntTensor newRows) {
      return new Source(
          annotations,
          keys,
          values,
          lengths,
          newRows.requireRange("source of a row", 0, annotations.value().dim(1)));
    }

    int of(int row) {
      return rows == null ? row : rows.get(row);
    }

    boolean isPrepared() {
      return values != annotations;
    }

    int rowCount() {
      return rows == null ? annotations.value().dim(1) : (int) rows.size();
    }
  }

  final Config config;
  private final Projection key; // W_k, or null

  Attention(Config config, Parameters parameters, Backend backend, String prefix) {
    this.config = config;
    key =
        config.score == Score.DOT
            ? null
            : new Projection(backend, parameters.get(prefix + "key.weight"), 0, config.annotation);
  }

  /**
   * Declares the parameters after {@code prefix}: {@code key.weight [A][N]}, {@code query.weight
   * [A][H]}, {@code query.bias [A]} and {@code v [A]} for additive scores, {@code key.weight
   * [H][N]} for general ones, none for dot scores.
   */
  public static void declare(Parameters.Builder builder, Config config, String prefix) {
    switch (config.score) {
      case ADDITIVE -> AdditiveAttention.declareAll(builder, config, prefix);
      case GENERAL -> declareKey(builder, config, prefix, config.state);
      case DOT -> {}
    }
  }

  static void declareKey(Parameters.Builder builder, Config config, String prefix, int width) {
    builder.declare(prefix + "key.weight", uniform(config.annotation), width, config.annotation);
  }

  /** As PyTorch's {@code nn.Linear} with {@code inputs} inputs. */
  static Initializer uniform(int inputs) {
    return Initializer.uniform(1 / Math.sqrt(inputs));
  }

  /** An attention over parameters that {@link #declare} declared with the same prefix. */
  public static Attention of(Config config, Parameters parameters, Backend backend, String prefix) {
    return config.score == Score.ADDITIVE
        ? new AdditiveAttention(config, parameters, backend, prefix)
        : new LuongAttention(config, parameters, backend, prefix);
  }

  /** The sizes. */
  public final Config config() {
    return config;
  }

  /**
   * Forms the keys of sources.
   *
   * @param annotations {@code [S][B][N]}
   * @param lengths {@code [B]}, each in [1, S]
   */
  public final Source source(Tape tape, Variable annotations, IntTensor lengths) {
    Tensor value = annotations.value();
    value.requireShape("annotations", value.dim(0), value.dim(1), config.annotation);
    lengths.requireShape("lengths of the sources", value.dim(1));
    lengths.requireRange("lengths of the sources", 1, value.dim(0) + 1);
    Variable keys = key == null ? annotations : key.forward(tape, annotations);
    return new Source(annotations, keys, annotations, lengths, null);
  }

  /** Packs the weights again. */
  void refresh() {
    if (key != null) {
      key.refresh();
    }
  }

  /** Begins a run of a decoder over {@code steps} steps. */
  abstract Looks looks(Tape tape, Source source, int steps);

  /**
   * The looks of one run, one at each step: forward in the order of time, backward in reverse.
   * Addresses of states and contexts are those of all rows at one step.
   */
  abstract static class Looks {
    final Tape tape;
    final int rows;
    final Tensor weights; // [T][R][S]
    private final Source source;
    private final Tensor annotations; // [S][B][N]
    private final Tensor values; // [S][B][M]
    private final Tensor keys; // [S][B][K]
    private final int positions; // S
    private Tensor scores; // [S], the gradient of one row's

    Looks(Tape tape, Source source, int steps) {
      this.tape = tape;
      this.source = source;
      annotations = source.annotations.value();
      values = source.values.value();
      keys = source.keys.value();
      positions = annotations.dim(0);
      rows = source.rowCount();
      weights = tape.workspace().zeros(steps, rows, positions);
    }

    /** Forms the queries of look i, {@code [R][K]}, of states {@code [R][H]}, of the first rows. */
    void ask(int i, long states, int asking) {}

    /** Where the queries of look i stand. */
    abstract long queries(int i, long states);

    abstract void scores(long e, long query, long keysOfRow, long stride, int length);

    /** Adds to the gradients of a query and of the keys, for {@code de} that of the scores. */
    abstract void scoresBackward(
        long dquery, long dkeys, long de, long query, long keysOfRow, long stride, int length);

    /** Memory that only the way back needs. */
    abstract void startBackward(int steps);

    /** Where the gradient of the queries of look i is added up; may be that of the states. */
    abstract long queryGradients(int i, long dstates);

    /** Takes the gradients of the queries of look i on to the states, of the first rows. */
    void finishQueries(int i, long dstates, int asking) {}

    /** What is left when all looks are reversed. */
    void finishBackward() {}

    private long weights(int i, int row) {
      return weights.address(i) + 4L * row * positions;
    }

    private static long at(Tensor sources, int source) {
      return sources.address() + 4L * source * sources.dim(2);
    }

    /** The distance of successive positions of one source, in floats. */
    private static long stride(Tensor sources) {
      return sources.rowSize();
    }

    /** Look i of the first {@code looking} rows; others see nothing, and their contexts stay. */
    final void look(int i, long states, long contexts, int looking) {
      Kernels kernels = tape.kernels();
      int width = values.dim(2);
      ask(i, states, looking);
      long queries = queries(i, states);
      for (int row = 0; row < looking; row++) {
        int s = source.of(row);
        int length = source.lengths.get(s);
        long alpha = weights(i, row);
        long query = queries + 4L * row * keys.dim(2);
        scores(alpha, query, at(keys, s), stride(keys), length);
        kernels.softmax(alpha, 1, length);
        long context = contexts + 4L * row * width;
        kernels.weightedSum(context, alpha, at(values, s), stride(values), length, width);
      }
    }

    final void lookBackward(int i, long states, long dstates, long dcontexts, int looking) {
      if (scores == null) {
        scores = tape.workspace().tensor(positions);
        startBackward(weights.dim(0));
      }
      Kernels kernels = tape.kernels();
      int width = annotations.dim(2);
      int keyWidth = keys.dim(2);
      Tensor dannotations = source.annotations.gradient();
      Tensor dkeys = source.keys.gradient();
      long queries = queries(i, states);
      long dqueries = queryGradients(i, dstates);
      long de = scores.address();
      for (int row = 0; row < looking; row++) {
        int s = source.of(row);
        int length = source.lengths.get(s);
        long alpha = weights(i, row);
        long dcontext = dcontexts + 4L * row * width;
        kernels.dots(de, dcontext, at(annotations, s), stride(annotations), length, width);
        kernels.addOuter(at(dannotations, s), stride(annotations), alpha, dcontext, length, width);
        softmaxBackward(de, alpha, length);
        scoresBackward(
            dqueries + 4L * row * keyWidth,
            at(dkeys, s),
            de,
            queries + 4L * row * keyWidth,
            at(keys, s),
            stride(keys),
            length);
      }
      finishQueries(i, dstates, looking);
    }

    /** {@code de_j = alpha_j (dalpha_j - sum_k alpha_k dalpha_k)}, in place. */
    private static void softmaxBackward(long de, long alpha, int length) {
      float mean = 0;
      for (int j = 0; j < length; j++) {
        mean += Memory.get(alpha, j) * Memory.get(de, j);
      }
      for (int j = 0; j < length; j++) {
        Memory.set(de, j, Memory.get(alpha, j) * (Memory.get(de, j) - mean));
      }
    }
  }

  @Override
  public void close() {
    if (key != null) {
      key.close();
    }
  }
}
