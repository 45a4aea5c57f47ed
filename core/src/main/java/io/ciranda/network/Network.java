package io.ciranda.network;

import io.ciranda.autograd.Parameters;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.nn.AdaptiveSoftmax;
import io.ciranda.nn.RecurrentStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A recurrent network as it was read from a file: its sizes, and its weights in PyTorch's layout
 * and gate order. Closing it frees the weights.
 */
public final class Network implements AutoCloseable {

  /**
   * The weights of one direction of a layer; the rows of a matrix stand in blocks of H, a block for
   * each gate: LSTM i f g o, GRU r z n.
   *
   * @param weightIh {@code [GH][I]}
   * @param weightHh {@code [GH][H]}
   * @param biasIh {@code [GH]}, or null for zeros
   * @param biasHh {@code [GH]}, or null for zeros
   * @param h0 {@code [H]}, the state that a sequence starts from, or null for zeros
   * @param c0 {@code [H]}, of an LSTM, or null for zeros
   */
  public record Direction(
      Tensor weightIh, Tensor weightHh, Tensor biasIh, Tensor biasHh, Tensor h0, Tensor c0) {}

  private final Architecture architecture;
  private final Tensor embedding;
  private final List<Direction> directions;
  private final Tensor linearWeight;
  private final Tensor linearBias;
  private final AdaptiveSoftmax adaptive;

  /**
   * Takes over the tensors.
   *
   * @param embedding {@code [V][I]}, or null where the architecture has none
   * @param directions of all layers, the forward one of a layer first
   * @param linearWeight {@code [outputs][features]}, or null where the architecture has none; may
   *     be {@code embedding}
   * @param linearBias {@code [outputs]}, or null for zeros
   * @throws IllegalArgumentException if a shape does not fit the architecture
   */
  public Network(
      Architecture architecture,
      Tensor embedding,
      List<Direction> directions,
      Tensor linearWeight,
      Tensor linearBias) {
    this(architecture, embedding, directions, linearWeight, linearBias, null);
  }

  private Network(
      Architecture architecture,
      Tensor embedding,
      List<Direction> directions,
      Tensor linearWeight,
      Tensor linearBias,
      AdaptiveSoftmax adaptive) {
    this.architecture = architecture;
    this.embedding = embedding;
    this.directions = List.copyOf(directions);
    this.linearWeight = linearWeight;
    this.linearBias = linearBias;
    this.adaptive = adaptive;
    check();
  }

  /**
   * The network of a stack in training, to be packed. It shares the weights, which stay their
   * owner's: it is not to be closed.
   *
   * @param prefix of the stack's parameters, such as {@code rnn.}
   * @param embedding {@code [V][I]}, or null
   * @param linearWeight {@code [outputs][features]}, or null for the stack alone
   * @param linearBias {@code [outputs]}, or null
   */
  public static Network of(
      RecurrentStack.Config stack,
      Parameters parameters,
      String prefix,
      Tensor embedding,
      Tensor linearWeight,
      Tensor linearBias) {
    int outputs = linearWeight == null ? 0 : linearWeight.dim(0);
    return new Network(
        sizes(stack, embedding, outputs),
        embedding,
        directions(stack, parameters, prefix),
        linearWeight,
        linearBias);
  }

  /** The same with an adaptive softmax instead of a linear layer. */
  public static Network of(
      RecurrentStack.Config stack,
      Parameters parameters,
      String prefix,
      Tensor embedding,
      AdaptiveSoftmax adaptive) {
    return new Network(
        sizes(stack, embedding, adaptive.symbols()),
        embedding,
        directions(stack, parameters, prefix),
        null,
        null,
        adaptive);
  }

  private static Architecture sizes(RecurrentStack.Config stack, Tensor embedding, int outputs) {
    var layers = new ArrayList<Layer>();
    for (int l = 0; l < stack.layers(); l++) {
      int input = l == 0 ? stack.input() : stack.output();
      layers.add(
          new Layer(
              stack.cell(),
              input,
              stack.hidden(),
              stack.bidirectional(),
              Architecture.Reset.AFTER_PRODUCT));
    }
    int vocabulary = embedding == null ? 0 : embedding.dim(0);
    return new Architecture(vocabulary, stack.input(), layers, outputs, false);
  }

  private static List<Direction> directions(
      RecurrentStack.Config stack, Parameters parameters, String prefix) {
    var directions = new ArrayList<Direction>();
    for (int l = 0; l < stack.layers(); l++) {
      for (int d = 0; d < stack.directions(); d++) {
        String suffix = "_l" + l + (d == 1 ? "_reverse" : "");
        directions.add(
            new Direction(
                parameters.get(prefix + "weight_ih" + suffix).value(),
                parameters.get(prefix + "weight_hh" + suffix).value(),
                parameters.get(prefix + "bias_ih" + suffix).value(),
                parameters.get(prefix + "bias_hh" + suffix).value(),
                null,
                null));
      }
    }
    return directions;
  }

  private void check() {
    if (architecture.readsTokens()) {
      embedding.requireShape("embedding", architecture.vocabulary(), architecture.input());
    }
    int at = 0;
    for (int l = 0; l < architecture.layers().size(); l++) {
      Layer layer = architecture.layers().get(l);
      for (int d = 0; d < layer.directions(); d++) {
        Direction w = directions.get(at++);
        String of = " of layer " + l + (d == 1 ? ", reverse" : "");
        w.weightIh.requireShape("weight_ih" + of, layer.gateRows(), layer.input());
        w.weightHh.requireShape("weight_hh" + of, layer.gateRows(), layer.hidden());
        requireVector("bias_ih" + of, w.biasIh, layer.gateRows());
        requireVector("bias_hh" + of, w.biasHh, layer.gateRows());
        requireVector("h0" + of, w.h0, layer.hidden());
        requireVector("c0" + of, w.c0, layer.hidden());
      }
    }
    if (adaptive != null) {
      adaptive
          .head()
          .value()
          .requireShape(
              "head", adaptive.headSymbols() + adaptive.tails().size(), architecture.features());
    } else if (architecture.outputs() > 0) {
      linearWeight.requireShape("linear weight", architecture.outputs(), architecture.features());
      requireVector("linear bias", linearBias, architecture.outputs());
    }
  }

  private static void requireVector(String name, Tensor vector, int size) {
    if (vector != null) {
      vector.requireShape(name, size);
    }
  }

  /** The sizes. */
  public Architecture architecture() {
    return architecture;
  }

  /** {@code [V][I]}, or null. */
  public Tensor embedding() {
    return embedding;
  }

  /** Direction {@code d} of layer {@code l}. */
  public Direction direction(int l, int d) {
    int at = d;
    for (Layer layer : architecture.layers().subList(0, l)) {
      at += layer.directions();
    }
    return directions.get(at);
  }

  /** {@code [outputs][features]}, or null. */
  public Tensor linearWeight() {
    return linearWeight;
  }

  /** {@code [outputs]}, or null. */
  public Tensor linearBias() {
    return linearBias;
  }

  /** What stands in the place of the linear layer, or null. */
  public AdaptiveSoftmax adaptive() {
    return adaptive;
  }

  /** How many weights there are; those that embedding and linear layer share count once. */
  public long weights() {
    return tensors().mapToLong(Tensor::size).sum();
  }

  private Stream<Tensor> tensors() {
    Stream<Tensor> top =
        adaptive == null ? Stream.of(linearWeight, linearBias) : adaptive.tensors().stream();
    return Stream.of(
            directions.stream()
                .flatMap(w -> Stream.of(w.weightIh, w.weightHh, w.biasIh, w.biasHh, w.h0, w.c0)),
            Stream.ofNullable(embedding),
            top)
        .flatMap(t -> t)
        .filter(Objects::nonNull)
        .distinct();
  }

  @Override
  public void close() {
    tensors().forEach(Tensor::close);
  }
}
