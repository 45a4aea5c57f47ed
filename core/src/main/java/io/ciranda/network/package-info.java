/**
 * Recurrent networks as files hold them: {@link io.ciranda.network.Architecture} is the sizes,
 * {@link io.ciranda.network.Network} the weights beside it, always in PyTorch's layout and gate
 * order. Readers of other layouts convert when they read, so that nothing above this package knows
 * of them. {@link io.ciranda.infer.Model} packs a network to run it.
 *
 * <p>{@link io.ciranda.network.NetworkFile} reads a file of any format. {@link
 * io.ciranda.network.StateDict} is for what PyTorch and this library save, in two steps: from names
 * and shapes alone it understands what the file is, then it loads. {@code RecurrentNames} knows the
 * names of recurrent weights, {@code Role} tells an embedding from a linear layer. {@link
 * io.ciranda.network.OnnxFile} is for ONNX: {@code OnnxReader} and {@code OnnxModel} are the file,
 * {@code OnnxGraph} follows the sequence through its nodes, {@code OnnxGates} is the order of its
 * gates.
 */
package io.ciranda.network;
