package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;

/**
 * Additive attention (Bahdanau, Cho and Bengio 2015, appendix A.1.2):
 *
 * <pre>
 * e_j = v . tanh(W_q s + b_q + W_k h_j)
 * </pre>
 */
public final class AdditiveAttention extends Attention {
  private final Parameter queryBias; // [A]
  private final Parameter v; // [A]
  private final Projection query;

  AdditiveAttention(Config config, Parameters parameters, Backend backend, String prefix) {
    super(config, parameters, backend, prefix);
    queryBias = parameters.get(prefix + "query.bias");
    v = parameters.get(prefix + "v");
    query = new Projection(backend, parameters.get(prefix + "query.weight"), 0, config.state());
  }

  static void declareAll(Parameters.Builder builder, Config config, String prefix) {
    int width = config.width();
    declareKey(builder, config, prefix, width);
    builder.declare(prefix + "query.weight", uniform(config.state()), width, config.state());
    builder.declare(prefix + "query.bias", uniform(config.state()), width);
    builder.declare(prefix + "v", uniform(width), width);
  }

  @Override
  void refresh() {
    super.refresh();
    query.refresh();
  }

  @Override
  Looks looks(Tape tape, Source source, int steps) {
    return new Looks(tape, source, steps) {
      private final Tensor queries = tape.workspace().tensor(steps, rows, config.width());
      private Tensor dqueries; // [T][R][A]
      private long firstStates; // [T][R][H]: those of all looks follow each other

      @Override
      void ask(int i, long states, int asking) {
        if (i == 0) {
          firstStates = states;
        }
        query.apply(queries.address(i), queryBias.value().address(), states, asking);
      }

      @Override
      long queries(int i, long states) {
        return queries.address(i);
      }

      @Override
      void scores(long e, long q, long keys, long stride, int length) {
        long weight = v.value().address();
        tape.kernels().additiveScores(e, q, keys, stride, weight, length, config.width());
      }

      @Override
      void startBackward(int looks) {
        dqueries = tape.workspace().zeros(looks, rows, config.width());
      }

      @Override
      long queryGradients(int i, long dstates) {
        return dqueries.address(i);
      }

      @Override
      void scoresBackward(
          long dquery, long dkeys, long de, long q, long keys, long stride, int length) {
        tape.kernels()
            .additiveScoresBackward(
                dquery,
                dkeys,
                tape.gradient(v).address(),
                de,
                q,
                keys,
                stride,
                v.value().address(),
                length,
                config.width());
      }

      @Override
      void finishQueries(int i, long dstates, int asking) {
        query.addGradient(dstates, dqueries.address(i), asking);
      }

      @Override
      void finishBackward() {
        int all = dqueries.dim(0) * rows;
        query.addWeightGradient(tape, dqueries.address(), firstStates, all);
        tape.kernels()
            .columnSums(
                tape.gradient(queryBias).address(),
                dqueries.address(),
                config.width(),
                all,
                config.width());
      }
    };
  }

  @Override
  public void close() {
    super.close();
    query.close();
  }
}
