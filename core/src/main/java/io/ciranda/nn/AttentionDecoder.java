package io.ciranda.nn;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.util.Objects;

/**
 * A recurrent decoder that looks back at a source at every step: a {@link RecurrentStack} of any
 * cell whose first layer is fed with what it sees.
 *
 * <p>Without input feeding (Bahdanau, Cho and Bengio 2015, appendix A.2.2):
 *
 * <pre>
 * c(t) = look of s(t-1)      s(t) = cell([x(t) ; c(t)], s(t-1))      seen(t) = c(t)
 * </pre>
 *
 * <p>With input feeding (Luong, Pham and Manning 2015, sections 3 and 3.3):
 *
 * <pre>
 * s(t) = cell([x(t) ; a(t-1)], s(t-1))      c(t) = look of s(t)
 * a(t) = tanh(W_c [c(t) ; s(t)])            seen(t) = a(t),  a(0) = 0
 * </pre>
 *
 * <p>s is the state of the first layer; further layers stand on top of it. Gradients flow through
 * all of it, in one pass backwards in time.
 */
public final class AttentionDecoder implements AutoCloseable {

  /**
   * What a decoder is made of.
   *
   * @param cell the kind of cell
   * @param input I, the features of x
   * @param layers L, at least 1
   * @param dropout the probability between layers, in [0, 1)
   * @param attention its {@code state} is H, the units of a layer
   * @param inputFeeding whether the cell is fed with what the state before it saw
   */
  public record Config(
      Cell cell,
      int input,
      int layers,
      float dropout,
      Attention.Config attention,
      boolean inputFeeding) {

    /** H. */
    public int hidden() {
      return attention.state();
    }

    /** F, the width of what is seen at a step: H with input feeding, else N. */
    public int seen() {
      return inputFeeding ? hidden() : attention.annotation();
    }

    private RecurrentStack.Config stack() {
      return new RecurrentStack.Config(
          cell, input + seen(), hidden(), layers, false, dropout, false);
    }
  }

  /**
   * What a decoder returns for T steps of R rows.
   *
   * @param y {@code [T][R][H]}, the outputs of the last layer
   * @param seen {@code [T][R][F]}
   * @param weights {@code [T][R][S]}, alpha; 0 beyond a source's length
   * @param last the state of every layer after the last step
   */
  public record Output(Variable y, Variable seen, Tensor weights, State last) {}

  private final Config config;
  private final Parameters parameters;
  private final RecurrentStack stack;
  private final Attention attention;
  private final Projection combineContext; // the first N columns of W_c, or null
  private final Projection combineState; // the other H columns, or null
  private long packedVersion = -1;

  /**
   * Declares the parameters: those of a stack of {@code input + seen} features after {@code
   * prefix}, those of the attention after {@code attentionPrefix} and, with input feeding, {@code
   * combine.weight [H][N+H]} there.
   */
  public static void declare(
      Parameters.Builder builder, Config config, String prefix, String attentionPrefix) {
    RecurrentStack.declare(builder, config.stack(), prefix);
    Attention.declare(builder, config.attention, attentionPrefix);
    if (config.inputFeeding) {
      int width = config.attention.annotation() + config.hidden();
      builder.declare(
          attentionPrefix + "combine.weight", Attention.uniform(width), config.hidden(), width);
    }
  }

  /** A decoder over parameters that {@link #declare} declared with the same prefixes. */
  public AttentionDecoder(
      Config config,
      Parameters parameters,
      Backend backend,
      String prefix,
      String attentionPrefix) {
    this.config = config;
    this.parameters = parameters;
    stack = new RecurrentStack(config.stack(), parameters, backend, prefix, config.seen());
    attention = Attention.of(config.attention, parameters, backend, attentionPrefix);
    if (config.inputFeeding) {
      Parameter combine = parameters.get(attentionPrefix + "combine.weight");
      int context = config.attention.annotation();
      combineContext = new Projection(backend, combine, 0, context);
      combineState = new Projection(backend, combine, context, config.hidden());
    } else {
      combineContext = null;
      combineState = null;
    }
  }

  /** What the decoder is made of. */
  public Config config() {
    return config;
  }

  /** How it looks at a source; forms the {@link Attention.Source}. */
  public Attention attention() {
    return attention;
  }

  Projection combineContext() {
    return combineContext;
  }

  Projection combineState() {
    return combineState;
  }

  /** Packs the weights again if they have changed; see {@link RecurrentStack#refresh}. */
  public void refresh(int part, int parts) {
    stack.refresh(part, parts);
    if (part == parts - 1 && packedVersion != parameters.version()) {
      attention.refresh();
      if (config.inputFeeding) {
        combineContext.refresh();
        combineState.refresh();
      }
      packedVersion = parameters.version();
    }
  }

  /**
   * Forms once, for each annotation, what the cell and a readout will make of it: both are linear
   * in the context, and so the weighted mean of the products is the product of the weighted mean.
   * For decoding without input feeding. What is seen is then {@code [T][R][GH+O]}, the columns from
   * GH on being the readout's product; see {@link #fedWidth} and {@link TanhLayer#forwardFirst}.
   *
   * @param input which input of the readout the context is
   */
  public Attention.Source prepare(
      Tape tape, Attention.Source source, TanhLayer readout, int input) {
    if (config.inputFeeding || tape.isTraining()) {
      throw new IllegalStateException("only decoding without input feeding can be prepared");
    }
    Tensor annotations = source.annotations().value();
    int rows = annotations.dim(0) * annotations.dim(1);
    Projection forReadout = readout.projection(input);
    int width = fedWidth() + forReadout.outputs();
    Tensor values = tape.workspace().tensor(annotations.dim(0), annotations.dim(1), width);
    long to = values.address();
    stack.feed().apply(to, width, 0, annotations.address(), rows);
    forReadout.apply(to + 4L * fedWidth(), width, 0, annotations.address(), rows);
    return new Attention.Source(
        source.annotations(),
        source.keys(),
        tape.constant(values),
        source.lengths(),
        source.rows());
  }

  /** Folds an embedding of x into the first layer; see {@link RecurrentStack#fold}. */
  public void fold(Tape tape, Parameter table) {
    stack.fold(tape, table);
  }

  /** GH, the columns of a prepared context that are fed to the cell. */
  public int fedWidth() {
    return stack.feed().outputs();
  }

  /**
   * Runs the decoder.
   *
   * @param x {@code [T][R][I]}
   * @param lengths {@code [R]}, the steps of each row, long ones first, or null if all have T:
   *     beyond them, what is seen is zero like y
   * @param source what it looks at
   * @param initial the state to start from
   * @param seen {@code [R][F]}: with input feeding, what was seen before the first step; null for
   *     zeros, and always in training
   */
  public Output forward(
      Tape tape,
      Variable x,
      IntTensor lengths,
      Attention.Source source,
      State initial,
      Variable seen) {
    return forward(tape, new LayerInput.Features(x), lengths, source, initial, seen);
  }

  /**
   * Runs the decoder over rows of an embedding, folded where that is less work; otherwise the same.
   *
   * @param table {@code [V][I]}
   * @param ids {@code [T][R]}, each in {@code [0, V)}
   */
  public Output forward(
      Tape tape,
      Parameter table,
      IntTensor ids,
      IntTensor lengths,
      Attention.Source source,
      State initial,
      Variable seen) {
    return forward(tape, stack.tokens(tape, table, ids), lengths, source, initial, seen);
  }

  private Output forward(
      Tape tape,
      LayerInput x,
      IntTensor lengths,
      Attention.Source source,
      State initial,
      Variable seen) {
    Objects.requireNonNull(initial, "a decoder needs a state to start from");
    if (seen != null && (tape.isTraining() || !config.inputFeeding)) {
      throw new IllegalArgumentException(
          "what was seen before is carried on with input feeding only, and not in training");
    }
    int rows = x.batch();
    if (source.rowCount() != rows) {
      throw new IllegalArgumentException(
          "decoder: expected a source for each of %d rows, actual %d"
              .formatted(rows, source.rowCount()));
    }
    if (seen != null) {
      seen.value().requireShape("seen", rows, config.seen());
    }
    requireLongFirst(lengths);
    var input = new AttendedInput(x, this, source, seen);
    RecurrentStack.Output output = stack.forward(tape, input, lengths, initial);
    return new Output(output.y(), input.fed(), input.weights(), output.last());
  }

  /** A look is of the first rows, whether or not each of them still takes the step. */
  private static void requireLongFirst(IntTensor lengths) {
    for (int row = 1; lengths != null && row < lengths.size(); row++) {
      if (lengths.get(row) > lengths.get(row - 1)) {
        throw new IllegalArgumentException(
            "lengths: expected long ones first, actual %d after %d at position %d"
                .formatted(lengths.get(row), lengths.get(row - 1), row));
      }
    }
  }

  @Override
  public void close() {
    stack.close();
    attention.close();
    if (config.inputFeeding) {
      combineContext.close();
      combineState.close();
    }
  }
}
