package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.memory.IntTensor;

/**
 * A vector for each symbol: what PyTorch calls {@code nn.Embedding}, with its parameter name after
 * a prefix ({@code embedding.weight}). A {@link RecurrentStack} that reads nothing but symbols is
 * given the {@code weight} instead, which it may fold into its first layer.
 *
 * @param weight {@code [V][E]}
 */
public record Embedding(Parameter weight) {

  /** The layer over a parameter that {@link #declare} declared with the same prefix. */
  public Embedding(Parameters parameters, String prefix) {
    this(parameters.get(prefix + "weight"));
  }

  /** Declares the parameter, normal with deviation 1 as PyTorch does. */
  public static void declare(Parameters.Builder builder, int symbols, int width, String prefix) {
    builder.declare(prefix + "weight", Initializer.normal(1), symbols, width);
  }

  /**
   * The vectors of symbols.
   *
   * @param ids {@code [..]}, each in {@code [0, V)}
   * @return {@code [..][E]}
   * @throws IllegalArgumentException for an id out of range
   */
  public Variable forward(Tape tape, IntTensor ids) {
    return Ops.embedding(tape, weight, ids);
  }
}
