/**
 * Parameters, and the tape of coarse operations that carries gradients back to them.
 *
 * <p>Forward code calls an operation ({@link io.ciranda.autograd.Ops}, or a layer of {@code
 * io.ciranda.nn}); it computes its result at once and leaves on the {@link
 * io.ciranda.autograd.Tape} what has to be done backwards. {@link
 * io.ciranda.autograd.Tape#backward} plays that in reverse. A whole recurrent layer over a sequence
 * is one operation, so a training step records about ten.
 *
 * <p>Gradients of parameters are <em>added</em> to a {@link io.ciranda.autograd.Parameters.Like}
 * that the caller zeroes; each thread has a tape, a workspace and gradients of its own.
 *
 * <p>A loss operation ends the forward pass: it returns the loss in nats and leaves the gradient in
 * the place of the logits (in a copy, where their values are needed on the way back), scaled as the
 * caller says.
 */
package io.ciranda.autograd;
