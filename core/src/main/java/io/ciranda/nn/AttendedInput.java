package io.ciranda.nn;

import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.Tensor;

/**
 * An input whose last features are what the layer saw in a source, looking with its own state:
 * {@code [x(t) ; fed(t)]}.
 *
 * <p>Without input feeding, fed(t) is the context of the state before step t (Bahdanau et al.
 * 2015). With it, fed(t) is {@code tanh(W_c [c(t-1) ; h(t-1)])}, formed after the step before, and
 * the last one after the last step (Luong et al. 2015, sections 3 and 3.3).
 */
final class AttendedInput implements LayerInput {
  private final LayerInput inner;
  private final AttentionDecoder decoder;
  private final Attention.Source source;
  private final Variable firstFed; // [R][F] or null
  private Run run;

  /**
   * An input for one run.
   *
   * @param inner x
   * @param firstFed with input feeding, what is fed to the first step; null for zeros
   */
  AttendedInput(
      LayerInput inner, AttentionDecoder decoder, Attention.Source source, Variable firstFed) {
    this.inner = inner;
    this.decoder = decoder;
    this.source = source;
    this.firstFed = firstFed;
  }

  @Override
  public int steps() {
    return inner.steps();
  }

  @Override
  public int batch() {
    return inner.batch();
  }

  @Override
  public LayerInput.Run run(
      Tape tape, RecurrentLayer layer, TakenSteps taken, long gates, long bias) {
    run = new Run(tape, layer, taken, gates);
    run.inner = inner.run(tape, layer, taken, gates, bias);
    return run;
  }

  /** What was seen at each step, {@code [T][R][F]}: contexts or, with input feeding, W_c's. */
  Variable fed() {
    return run.fed;
  }

  /** The weights of each look, {@code [T][R][S]}. */
  Tensor weights() {
    return run.looks.weights;
  }

  private final class Run extends LayerInput.Run {
    private final int rows = batch();
    private final boolean inputFeeding = decoder.config().inputFeeding();
    // A look that happens after a step is fed to the next.
    private final int lag = inputFeeding ? 1 : 0;
    private final Attention.Looks looks;
    private final Tensor contexts; // [T][R][N]
    private final Variable fed; // [T][R][F]
    private Tensor dcontexts; // [T][R][N]
    private long firstStates; // [T][R][H], those that looked
    private LayerInput.Run inner;

    Run(Tape tape, RecurrentLayer layer, TakenSteps taken, long gates) {
      super(tape, layer, taken, gates);
      looks = decoder.attention().looks(tape, source, steps());
      contexts = seen(source.values().value().dim(2));
      fed = tape.variable(inputFeeding ? seen(layer.hidden) : contexts);
    }

    /** {@code [T][R][width]}, zeros where a step is not taken. */
    private Tensor seen(int width) {
      return taken.areAll()
          ? tape.workspace().tensor(steps(), rows, width)
          : tape.workspace().zeros(steps(), rows, width);
    }

    // ---- forward ----

    @Override
    void forwardRows(long product, int from, int n) {
      inner.forwardRows(product, from, n);
    }

    @Override
    void beforeStep(int t, long h) {
      int i = t - lag;
      if (i >= 0) {
        look(i, h);
        feed(t, fed.value().address(i));
      } else if (firstFed != null) {
        layer.feed().add(gatesAt(t), firstFed.value().address(), rows);
      }
    }

    private void feed(int t, long seen) {
      long gates = gatesAt(t);
      if (!source.isPrepared()) {
        layer.feed().add(gates, seen, taken.rows(t));
        return;
      }
      int width = contexts.dim(2);
      for (int row = 0; row < taken.rows(t); row++) {
        // The first columns of what was seen are the product already.
        tape.kernels()
            .add(gates + 4L * row * layer.gateRows(), seen + 4L * row * width, layer.gateRows());
      }
    }

    @Override
    void afterSteps(long h) {
      if (inputFeeding) {
        look(steps() - 1, h);
      }
    }

    private void look(int i, long h) {
      if (i == 0) {
        firstStates = h;
      }
      int looking = taken.rows(i);
      looks.look(i, h, contexts.address(i), looking);
      if (inputFeeding) {
        long to = fed.value().address(i);
        decoder.combineContext().apply(to, 0, contexts.address(i), looking);
        decoder.combineState().add(to, h, looking);
        tape.kernels().tanh(to, to, (long) looking * layer.hidden);
      }
    }

    // ---- backward ----

    @Override
    void startBackward(int span) {
      inner.startBackward(span);
      // What the layers above and the output made of it is there already.
      dcontexts = inputFeeding ? tape.workspace().zeros(contexts.shape()) : fed.gradient();
    }

    @Override
    void afterStepsBackward(long h, long dh) {
      if (inputFeeding) {
        lookBackward(steps() - 1, h, dh);
      }
    }

    @Override
    void beforeStepBackward(int t, long h, long dh) {
      int i = t - lag;
      if (i >= 0) {
        layer.feed().addGradient(fed.gradient().address(i), gatesAt(t), taken.rows(t));
        lookBackward(i, h, dh);
      }
    }

    private void lookBackward(int i, long h, long dh) {
      int looking = taken.rows(i);
      if (inputFeeding) {
        long dfed = fed.gradient().address(i);
        // In place, as in Elman's cell: dfed (1 - fed^2), the gradient before the tanh.
        tape.kernels()
            .rnnBackward(dfed, fed.value().address(i), dfed, false, looking, layer.hidden);
        decoder.combineContext().addGradient(dcontexts.address(i), dfed, looking);
        decoder.combineState().addGradient(dh, dfed, looking);
      }
      looks.lookBackward(i, h, dh, dcontexts.address(i), looking);
    }

    @Override
    void backward(int from, int n, long gradient) {
      inner.backward(from, n, gradient);
    }

    @Override
    void finishBackward() {
      inner.finishBackward();
      looks.finishBackward();
      int fedSteps = steps() - lag;
      if (fedSteps > 0) {
        layer.feed().addWeightGradient(tape, gatesAt(lag), fed.value().address(), fedSteps * rows);
      }
      if (inputFeeding) {
        int all = steps() * rows;
        long dpre = fed.gradient().address();
        decoder.combineContext().addWeightGradient(tape, dpre, contexts.address(), all);
        decoder.combineState().addWeightGradient(tape, dpre, firstStates, all);
      }
    }
  }
}
