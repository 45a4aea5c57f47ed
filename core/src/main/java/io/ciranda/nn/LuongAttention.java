package io.ciranda.nn;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.Tensor;

/**
 * Multiplicative attention (Luong, Pham and Manning 2015, section 3.1): {@code e_j = s . k_j}, with
 * keys {@code k_j = W_k h_j} (general) or {@code k_j = h_j} (dot).
 */
public final class LuongAttention extends Attention {

  LuongAttention(Config config, Parameters parameters, Backend backend, String prefix) {
    super(config, parameters, backend, prefix);
  }

  @Override
  Looks looks(Tape tape, Source source, int steps) {
    int width = config.state();
    return new Looks(tape, source, steps) {
      private Tensor share; // [H]

      @Override
      long queries(int i, long states) {
        return states;
      }

      @Override
      void scores(long e, long q, long keys, long stride, int length) {
        tape.kernels().dots(e, q, keys, stride, length, width);
      }

      @Override
      void startBackward(int looks) {
        share = tape.workspace().tensor(width);
      }

      @Override
      long queryGradients(int i, long dstates) {
        return dstates;
      }

      @Override
      void scoresBackward(
          long dquery, long dkeys, long de, long q, long keys, long stride, int length) {
        tape.kernels().weightedSum(share.address(), de, keys, stride, length, width);
        tape.kernels().add(dquery, share.address(), width);
        tape.kernels().addOuter(dkeys, stride, de, q, length, width);
      }
    };
  }
}
