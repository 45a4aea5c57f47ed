package io.ciranda.nn;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;

/**
 * Words as vectors made of their letters: a recurrent layer reads each from both ends, and its last
 * states, that at the last letter and that at the first, stand side by side (Lample et al. 2016,
 * section 4.1). So words that nobody has seen are known by their beginnings and endings.
 *
 * <p>Threads may share one, each with its own tape, between two calls of {@link #refresh}.
 */
public final class Spelling implements AutoCloseable {

  /**
   * What it is made of.
   *
   * @param cell of the layer
   * @param letters V, different ones
   * @param width H, of a letter's vector and of the state in one direction
   */
  public record Config(Cell cell, int letters, int width) {

    /** The layer that reads the letters. */
    public RecurrentStack.Config stack() {
      return new RecurrentStack.Config(cell, width, width, 1, true, 0, false);
    }

    /** The width of a word's vector, 2H. */
    public int output() {
      return 2 * width;
    }
  }

  private final Embedding embedding;
  private final RecurrentStack rnn;

  /** Declares {@code embedding.weight} and {@code rnn.*}, each after {@code prefix}. */
  public static void declare(Parameters.Builder builder, Config config, String prefix) {
    Embedding.declare(builder, config.letters, config.width, prefix + "embedding.");
    RecurrentStack.declare(builder, config.stack(), prefix + "rnn.");
  }

  /** The layer over parameters that {@link #declare} declared with the same prefix. */
  public Spelling(Config config, Parameters parameters, Backend backend, String prefix) {
    embedding = new Embedding(parameters, prefix + "embedding.");
    rnn = new RecurrentStack(config.stack(), parameters, backend, prefix + "rnn.");
  }

  /** Packs weights that have changed; see {@link RecurrentStack#refresh}. */
  public void refresh(int part, int parts) {
    rnn.refresh(part, parts);
  }

  /**
   * The vectors of words. Each is read once, however often it occurs.
   *
   * @param letters of the W different words, {@code [N][W]}, each in {@code [0, V)}; what is beyond
   *     a word's length does not count
   * @param lengths of the words, {@code [W]}, each in [1, N]
   * @param words which word stands at each place, {@code [..]}, each in {@code [0, W)}
   * @return {@code [..][2H]}
   * @throws IllegalArgumentException for a letter or a word out of range
   */
  public Variable forward(Tape tape, IntTensor letters, IntTensor lengths, IntTensor words) {
    State last = rnn.forward(tape, embedding.weight(), letters, lengths, null).last();
    return Ops.rows(tape, Ops.concat(tape, last.h().get(0), last.h().get(1)), words);
  }

  @Override
  public void close() {
    rnn.close();
  }
}
