package io.ciranda.nn;

import io.ciranda.autograd.Initializer;
import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;

/**
 * {@code y = x W^T + b}: what PyTorch calls {@code nn.Linear}, with its parameter names after a
 * prefix ({@code output.weight}, {@code output.bias}).
 *
 * @param weight {@code [O][I]}
 * @param bias {@code [O]}, or null for none
 */
public record Linear(Parameter weight, Parameter bias) {

  /** The layer over parameters that {@link #declare} declared with the same prefix. */
  public Linear(Parameters parameters, String prefix) {
    this(parameters.get(prefix + "weight"), parameters.get(prefix + "bias"));
  }

  /** Declares both parameters, uniform in ±1/sqrt(I) as PyTorch does. */
  public static void declare(Parameters.Builder builder, int input, int output, String prefix) {
    declare(builder, input, output, Initializer.uniform(1 / Math.sqrt(input)), prefix);
  }

  /** Declares both parameters. */
  public static void declare(
      Parameters.Builder builder, int input, int output, Initializer initializer, String prefix) {
    builder.declare(prefix + "weight", initializer, output, input);
    builder.declare(prefix + "bias", initializer, output);
  }

  /**
   * The layer's output.
   *
   * @param x {@code [..][I]}
   * @return {@code [..][O]}
   * @throws IllegalArgumentException if x has another number of features
   */
  public Variable forward(Tape tape, Variable x) {
    return Ops.linear(tape, x, weight, bias);
  }
}
