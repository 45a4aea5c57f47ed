package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Recurrent layers on top of each other, in one or both directions, with dropout between them: what
 * PyTorch calls {@code nn.RNN}, {@code nn.LSTM}, {@code nn.GRU}, with its parameter names after a
 * prefix ({@code rnn.weight_ih_l0}, {@code rnn.bias_hh_l1_reverse}).
 *
 * <p>A stack may be shared by threads, each with its own tape, between two calls of {@link
 * #refresh}.
 */
public final class RecurrentStack implements AutoCloseable {

  /**
   * What a stack is made of.
   *
   * @param cell the kind of cell
   * @param input I, the features of one step
   * @param hidden H, the units of one direction of a layer
   * @param layers L, at least 1
   * @param bidirectional whether each layer also runs backwards in time; the features of y are then
   *     2H
   * @param dropout the probability between layers, in [0, 1)
   * @param learnedState whether the initial state is learned ({@code h0}, {@code c0} {@code
   *     [L*D][H]}); else it is zero
   */
  public record Config(
      Cell cell,
      int input,
      int hidden,
      int layers,
      boolean bidirectional,
      float dropout,
      boolean learnedState) {
    /** Checks the sizes. */
    public Config {
      if (input < 1 || hidden < 1 || layers < 1) {
        throw new IllegalArgumentException(
            "input, hidden and layers: expected at least 1, actual %d, %d and %d"
                .formatted(input, hidden, layers));
      }
      if (!(dropout >= 0 && dropout < 1)) {
        throw new IllegalArgumentException("dropout: expected in [0, 1), actual " + dropout);
      }
    }

    /** One direction, no dropout, zero initial state. */
    public static Config of(Cell cell, int input, int hidden, int layers) {
      return new Config(cell, input, hidden, layers, false, 0, false);
    }

    /** D: 2 for a bidirectional stack, else 1. */
    public int directions() {
      return bidirectional ? 2 : 1;
    }

    /** The features of the stack's output, D*H. */
    public int output() {
      return directions() * hidden;
    }
  }

  /**
   * What a stack returns.
   *
   * @param y {@code [T][B][D*H]}, the outputs of the last layer; zero beyond a sequence's length
   * @param last the state of every layer after its last step
   */
  public record Output(Variable y, State last) {}

  private final Config config;
  private final List<RecurrentLayer> layers = new ArrayList<>(); // [l * D + d]
  private final Parameter learnedH; // [L*D][H], or null
  private final Parameter learnedC; // [L*D][H], or null

  /** Declares all parameters of a stack, each name after {@code prefix}. */
  public static void declare(Parameters.Builder builder, Config config, String prefix) {
    for (int l = 0; l < config.layers; l++) {
      int input = l == 0 ? config.input : config.output();
      for (int d = 0; d < config.directions(); d++) {
        RecurrentLayer.declare(builder, config.cell, prefix, suffix(l, d), input, config.hidden);
      }
    }
    if (config.learnedState) {
      int states = config.layers * config.directions();
      builder.declare(prefix + "h0", Initializer.zeros(), states, config.hidden);
      if (config.cell.hasCellState()) {
        builder.declare(prefix + "c0", Initializer.zeros(), states, config.hidden);
      }
    }
  }

  private static String suffix(int layer, int direction) {
    return "l" + layer + (direction == 1 ? "_reverse" : "");
  }

  /** A stack over parameters that {@link #declare} declared with the same prefix. */
  public RecurrentStack(Config config, Parameters parameters, Backend backend, String prefix) {
    this(config, parameters, backend, prefix, 0);
  }

  /** A stack whose first layer has {@code feed} of its inputs fed at each step. */
  RecurrentStack(Config config, Parameters parameters, Backend backend, String prefix, int feed) {
    this.config = config;
    try {
      for (int l = 0; l < config.layers; l++) {
        for (int d = 0; d < config.directions(); d++) {
          layers.add(
              RecurrentLayer.of(
                  config.cell,
                  parameters,
                  backend,
                  prefix,
                  suffix(l, d),
                  d == 1,
                  l == 0 ? feed : 0));
        }
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
    learnedH = config.learnedState ? parameters.get(prefix + "h0") : null;
    learnedC =
        config.learnedState && config.cell.hasCellState() ? parameters.get(prefix + "c0") : null;
  }

  /** The columns of the first layer's input weights for what is fed at each step, or null. */
  Projection feed() {
    return layers.getFirst().feed();
  }

  /** What the stack is made of. */
  public Config config() {
    return config;
  }

  /**
   * Packs the weights again if they have changed. One thread, or several with different parts, call
   * this after each change of the weights and before {@link #forward}.
   */
  public void refresh(int part, int parts) {
    refresh(part, parts, 0, 0);
  }

  /**
   * The same for one training step in which elements of the recurrent matrices W_hh are left out
   * (DropConnect: Wan et al. 2013; in recurrent layers Merity et al. 2018): each with probability
   * {@code weightDropout}, the others times {@code 1 / (1 - weightDropout)}; the same ones in all
   * steps of all sequences until the next refresh. The gradient is that of W_hh.
   *
   * @param weightDropout in [0, 1)
   * @param seed decides, with the parameter, which elements are left out
   */
  public void refresh(int part, int parts, float weightDropout, long seed) {
    if (!(weightDropout >= 0 && weightDropout < 1)) {
      throw new IllegalArgumentException(
          "weight dropout: expected in [0, 1), actual " + weightDropout);
    }
    for (int i = part; i < layers.size(); i += parts) {
      layers.get(i).refresh(weightDropout, seed);
    }
  }

  /**
   * Runs the stack over feature vectors.
   *
   * @param x {@code [T][B][I]}
   * @param lengths {@code [B]}, or null if all sequences have T steps
   * @param initial the state to start from, or null for the stack's own (zero or learned)
   */
  public Output forward(Tape tape, Variable x, IntTensor lengths, State initial) {
    return forward(tape, new LayerInput.Features(x), lengths, initial);
  }

  /**
   * Runs the stack over the rows of an embedding table, folded into the first layer where that is
   * less work.
   *
   * @param table {@code [V][I]}
   * @param ids {@code [T][B]}, each in {@code [0, V)}
   */
  public Output forward(
      Tape tape, Parameter table, IntTensor ids, IntTensor lengths, State initial) {
    return forward(tape, tokens(tape, table, ids), lengths, initial);
  }

  /** The rows of an embedding as an input, folded where that is less work. */
  LayerInput tokens(Tape tape, Parameter table, IntTensor ids) {
    // Folding turns T*B rows of the input's products into V rows.
    boolean fold = table.dim(0) < ids.size() || layers.getFirst().hasFolded(table);
    return fold
        ? new LayerInput.Tokens(table, ids)
        : new LayerInput.Features(Ops.embedding(tape, table, ids));
  }

  /**
   * Folds an embedding into the first layer for good, until the weights change: a step then picks a
   * row where it would multiply. For inference.
   *
   * @param tape of inference
   * @param table {@code [V][I]}
   */
  public void fold(Tape tape, Parameter table) {
    for (int d = 0; d < config.directions(); d++) {
      layers.get(d).fold(tape, table);
    }
  }

  /** The floats that {@link #fold} takes for a row of the table. */
  public long foldedWidth() {
    return (long) config.directions() * layers.getFirst().gateRows();
  }

  Output forward(Tape tape, LayerInput first, IntTensor lengths, State given) {
    State initial = given == null ? ownState(tape, first.batch()) : given;
    var h = new ArrayList<Variable>();
    var c = new ArrayList<Variable>();
    LayerInput input = first;
    Variable y = null;
    for (int l = 0; l < config.layers; l++) {
      if (l > 0) {
        input = new LayerInput.Features(Ops.dropout(tape, y, config.dropout));
      }
      y = null;
      for (int d = 0; d < config.directions(); d++) {
        int index = l * config.directions() + d;
        Variable h0 = initial == null ? null : initial.h().get(index);
        Variable c0 = initial == null ? null : initial.c(index);
        RecurrentLayer.Output output = layers.get(index).forward(tape, input, lengths, h0, c0);
        y = d == 0 ? output.y() : Ops.concat(tape, y, output.y());
        h.add(output.hn());
        if (output.cn() != null) {
          c.add(output.cn());
        }
      }
    }
    return new Output(y, new State(h, c));
  }

  /**
   * Makes gates begin by keeping what they hold for 1 to {@code steps} steps, each unit another
   * number: the biases of the forget gates become ln U(1, T - 1), those of the input gates the
   * negative of it (Tallec and Ollivier 2018, section 3). A unit of the GRU keeps its state where z
   * is near 1. Plain cells have no gates and stay as they are.
   *
   * @param steps T, the length over which something has to be remembered, above 2
   */
  public void rememberLong(int steps, RandomGenerator random) {
    if (steps <= 2) {
      throw new IllegalArgumentException("steps to remember: expected above 2, actual " + steps);
    }
    layers.forEach(layer -> layer.rememberLong(steps, random));
  }

  private State ownState(Tape tape, int batch) {
    if (!config.learnedState) {
      return null;
    }
    var h = new ArrayList<Variable>();
    var c = new ArrayList<Variable>();
    for (int i = 0; i < layers.size(); i++) {
      h.add(Ops.repeatRow(tape, learnedH, i, batch));
      if (learnedC != null) {
        c.add(Ops.repeatRow(tape, learnedC, i, batch));
      }
    }
    return new State(h, c);
  }

  @Override
  public void close() {
    layers.forEach(RecurrentLayer::close);
  }
}
