/**
 * Layers. A layer declares its parameters under PyTorch's names, in PyTorch's shapes and gate
 * order, and its forward code leaves operations on a {@link io.ciranda.autograd.Tape}.
 *
 * <p>{@link io.ciranda.nn.RecurrentLayer} is one recurrent layer in one direction over a whole
 * sequence, as one operation: the place of backpropagation through time. {@link
 * io.ciranda.nn.Lstm}, {@link io.ciranda.nn.Gru} and {@link io.ciranda.nn.Rnn} add the step of
 * their cell. {@link io.ciranda.nn.RecurrentStack} stacks them, in one or both directions. {@link
 * io.ciranda.nn.Linear} and {@link io.ciranda.nn.Embedding} stand before and after them, {@link
 * io.ciranda.nn.LinearChainCrf} after all where labels hang on each other, {@link
 * io.ciranda.nn.Spelling} before all where words are read letter by letter; {@link
 * io.ciranda.nn.Ctc} is a loss of labels that no step is said for, and finds them.
 *
 * <p>Sequences are time-major, {@code [T][B][F]}. Letters: T steps, B batch, I input, H hidden, G
 * gates, V vocabulary, L layers, D directions.
 */
package io.ciranda.nn;
