package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.network.Architecture.Layer;
import io.ciranda.network.Architecture.Reset;
import io.ciranda.network.OnnxModel.Attribute;
import io.ciranda.network.OnnxModel.Node;
import io.ciranda.network.OnnxModel.TensorData;
import io.ciranda.network.OnnxValue.Activation;
import io.ciranda.network.OnnxValue.Axis;
import io.ciranda.network.OnnxValue.FinalStates;
import io.ciranda.network.OnnxValue.Floats;
import io.ciranda.network.OnnxValue.Integers;
import io.ciranda.network.OnnxValue.Size;
import io.ciranda.network.OnnxValue.StateInput;
import io.ciranda.network.OnnxValue.Transposed;
import io.ciranda.network.OnnxValue.Zeros;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Follows a sequence through the nodes of a graph without computing it: each value is what is known
 * of it, a sequence the axes of its dimensions. Reshapes and transposes only move axes, so that
 * whatever way an exporter takes, time and batch are known where a layer wants them.
 */
final class OnnxGraph {
  private static final int MIN_OPSET = 11;

  /** Of whatever a value has a list of; a hostile graph could double it at each node. */
  private static final int MAX_LENGTH = 64;

  private final Path path;
  private final OnnxModel model;
  private final OnnxWeights weights;
  private final Map<String, OnnxValue> values = new HashMap<>();

  OnnxGraph(Path path, OnnxModel model, OnnxWeights weights) {
    this.path = path;
    this.model = model;
    this.weights = weights;
  }

  /**
   * The stage that the graph's output comes from, above at least one recurrent layer.
   *
   * @throws ModelFileException naming the first node that is not understood
   */
  OnnxStage last() throws IOException {
    if (model.opset() < MIN_OPSET) {
      throw new ModelFileException(
          path, "expected opset %d or later, actual %d".formatted(MIN_OPSET, model.opset()));
    }
    for (OnnxModel.Input input : model.inputs()) {
      if (!model.initializers().containsKey(input.name())) {
        values.put(input.name(), input(input));
      }
    }
    for (Node node : model.nodes()) {
      List<OnnxValue> results = evaluate(node);
      for (int i = 0; i < Math.min(results.size(), node.outputs().size()); i++) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
    var outputs = new ArrayList<Activation>();
    for (String name : model.outputs()) {
      if (values.get(name) instanceof Activation a && a.steps() != null) {
        outputs.add(a);
      }
    }
    if (outputs.size() != 1) {
      throw new ModelFileException(
          path,
          "expected one output of the graph that comes from recurrent layers (beside final states), actual %d among [%s]"
              .formatted(outputs.size(), OnnxModel.clipped(model.outputs())));
    }
    return outputs.getFirst().stage();
  }

  private OnnxValue input(OnnxModel.Input input) {
    // Without a shape it is taken for none; a node that needs one says so.
    if (input.dims() == null || input.dims().size() > MAX_LENGTH) {
      return new StateInput();
    }
    List<List<Axis>> dims = input.dims().stream().map(d -> List.of(new Axis(d))).toList();
    return new Activation(new OnnxStage.Input(input.name()), dims, null, null, null);
  }

  /** The node's outputs that anybody may use. */
  private List<OnnxValue> evaluate(Node node) throws IOException {
    if (!node.domain().isEmpty()) {
      throw unsupported(node);
    }
    return switch (node.operator()) {
      case "LSTM" -> recurrent(node, Cell.LSTM);
      case "GRU" -> recurrent(node, Cell.GRU);
      case "RNN" -> recurrent(node, rnn(node));
      default -> List.of(value(node));
    };
  }

  private OnnxValue value(Node node) throws IOException {
    return switch (node.operator()) {
      case "Constant" -> constant(node);
      case "ConstantOfShape" -> constantOfShape(node);
      case "Identity" -> operand(node, 0);
      case "Cast" -> cast(node);
      case "Dropout" -> dropout(node);
      case "Shape" -> shape(node);
      case "Mul", "Equal" -> arithmetic(node);
      case "Where" -> where(node);
      case "Gather" -> gather(node);
      case "Slice" -> slice(node);
      case "Concat" -> concat(node);
      case "Squeeze" -> squeeze(node);
      case "Unsqueeze" -> unsqueeze(node);
      case "Reshape" -> reshape(node);
      case "Transpose" -> transpose(node);
      case "Expand", "Tile" -> expand(node);
      case "MatMul" -> matMul(node);
      case "Add" -> add(node);
      case "Gemm" -> gemm(node);
      case "Softmax" -> softmax(node);
      default -> throw unsupported(node);
    };
  }

  private OnnxValue operand(Node node, int i) throws IOException {
    String name = node.input(i);
    OnnxValue value = values.get(name);
    if (value == null) {
      TensorData data = model.initializers().get(name);
      if (data == null) {
        throw bad(
            node,
            "expected input %d from the graph's inputs, initializers or an earlier node, actual '%s' from none"
                .formatted(i, name));
      }
      value = constant(data);
      values.put(name, value);
    }
    return value;
  }

  private OnnxValue constant(TensorData data) throws IOException {
    return OnnxWeights.integral(data)
        ? integers(weights.integers(data), data.dims.isEmpty())
        : new Floats(weights.constant(data));
  }

  private static Integers integers(List<Long> values, boolean scalar) {
    return new Integers(values.stream().map(Size::of).toList(), scalar);
  }

  private <T extends OnnxValue> T operand(Node node, int i, Class<T> kind) throws IOException {
    OnnxValue value = operand(node, i);
    if (!kind.isInstance(value)) {
      throw bad(
          node,
          "expected as input %d %s, actual '%s', %s"
              .formatted(i, describe(kind), node.input(i), describe(value.getClass())));
    }
    return kind.cast(value);
  }

  private static String describe(Class<? extends OnnxValue> kind) {
    if (kind == Activation.class) {
      return "a sequence";
    }
    if (kind == Floats.class || kind == Transposed.class) {
      return "a constant";
    }
    if (kind == Integers.class) {
      return "integers";
    }
    if (kind == Zeros.class) {
      return "zeros";
    }
    return kind == StateInput.class
        ? "part of an input, or one of no shape"
        : "final states of recurrent layers";
  }

  private OnnxConstant floats(Node node, int i, int rank) throws IOException {
    OnnxConstant constant = operand(node, i, Floats.class).constant();
    if (constant.rank() != rank || constant.size() == 0) {
      throw bad(
          node,
          "expected a constant with %d dimensions as input %d, actual %s"
              .formatted(rank, i, constant.dims()));
    }
    return constant;
  }

  /** Integers that do not depend on an input. */
  private List<Long> known(Node node, int i) throws IOException {
    Integers integers = operand(node, i, Integers.class);
    if (!integers.values().stream().allMatch(Size::known)) {
      throw bad(node, "expected constant integers as input %d, actual computed".formatted(i));
    }
    return integers.values().stream().map(Size::factor).toList();
  }

  /** Axes from input {@code i}, or from the attribute of earlier opsets; null where neither is. */
  private List<Long> axes(Node node, int i) throws IOException {
    if (!node.input(i).isEmpty()) {
      return known(node, i);
    }
    Attribute axes = node.attributes().get("axes");
    return axes == null ? null : axes.integers();
  }

  private int axis(Node node, long axis, int rank) throws ModelFileException {
    if (axis < -rank || axis >= rank) {
      throw bad(node, "expected an axis of %d dimensions, actual %d".formatted(rank, axis));
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  private OnnxValue constant(Node node) throws IOException {
    Attribute value = node.attributes().get("value");
    if (value != null && value.tensor() != null) {
      return constant(value.tensor());
    }
    Attribute list = node.attributes().get("value_ints");
    if (list != null) {
      return limited(node, integers(list.integers(), false));
    }
    if (node.attributes().containsKey("value_int")) {
      return integers(List.of(node.integer("value_int", 0)), true);
    }
    throw bad(node, "expected a constant of value, value_int or value_ints, actual other");
  }

  private OnnxValue constantOfShape(Node node) throws IOException {
    Integers shape = operand(node, 0, Integers.class);
    Attribute value = node.attributes().get("value");
    if (value == null || value.tensor() == null) {
      return new Zeros(shape.values());
    }
    if (OnnxWeights.integral(value.tensor())) {
      List<Long> fill = weights.integers(value.tensor());
      if (fill.size() != 1 || shape.values().size() > 1) {
        throw bad(node, "expected a list of one integer, actual another shape");
      }
      long n = shape.values().isEmpty() ? 1 : known(node, 0).getFirst();
      if (n < 0 || n > MAX_LENGTH) {
        throw bad(node, "expected 0 to %d integers, actual %d".formatted(MAX_LENGTH, n));
      }
      return integers(Collections.nCopies((int) n, fill.getFirst()), shape.values().isEmpty());
    }
    if (!zero(weights.constant(value.tensor()))) {
      throw bad(node, "expected zeros, actual another value");
    }
    return new Zeros(shape.values());
  }

  private boolean zero(OnnxConstant constant) throws IOException {
    try (var tensor = weights.load(constant)) {
      MemorySegment floats = tensor.segment();
      for (long i = 0; i < tensor.size(); i++) {
        if (floats.getAtIndex(ValueLayout.JAVA_FLOAT, i) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  private OnnxValue cast(Node node) throws IOException {
    OnnxValue value = operand(node, 0);
    boolean computed = value instanceof Floats || (value instanceof Activation a && !a.untouched());
    int type = (int) node.integer("to", 0);
    if (computed && !OnnxWeights.floating(type)) {
      throw bad(node, "expected a cast to a type of floats, actual type " + type);
    }
    return value;
  }

  private OnnxValue dropout(Node node) throws IOException {
    if (!node.input(2).isEmpty()) {
      throw bad(node, "expected a Dropout of inference, actual with training_mode");
    }
    return operand(node, 0);
  }

  private OnnxValue shape(Node node) throws IOException {
    List<Size> sizes =
        switch (operand(node, 0)) {
          case Activation a -> a.dims().stream().map(Size::of).toList();
          case Floats f -> f.constant().dims().stream().map(Size::of).toList();
          case Integers i -> i.scalar() ? List.of() : List.of(Size.of(i.values().size()));
          case Zeros z when z.dims() != null -> z.dims();
          case Zeros z -> throw unsupported(node);
          case Transposed t -> throw unsupported(node);
          case StateInput s -> throw unsupported(node);
          case FinalStates f -> throw unsupported(node);
        };
    int rank = sizes.size();
    int start = clamp(node.integer("start", 0), rank);
    int end = clamp(node.integer("end", rank), rank);
    return new Integers(sizes.subList(start, Math.max(start, end)), false);
  }

  private static int clamp(long index, long size) {
    return (int) Math.clamp(index < 0 ? index + size : index, 0, size);
  }

  private OnnxValue arithmetic(Node node) throws IOException {
    Integers a = operand(node, 0, Integers.class);
    Integers b = operand(node, 1, Integers.class);
    int n = Math.max(a.values().size(), b.values().size());
    var results = new ArrayList<Size>();
    for (int i = 0; i < n; i++) {
      Size left = broadcast(node, a, i, n);
      Size right = broadcast(node, b, i, n);
      results.add(
          node.operator().equals("Mul")
              ? left.times(right)
              : Size.of(equal(node, left, right) ? 1 : 0));
    }
    return limited(node, new Integers(results, a.scalar() && b.scalar()));
  }

  private Size broadcast(Node node, Integers integers, int i, int n) throws ModelFileException {
    int size = integers.values().size();
    if (size != n && size != 1) {
      throw bad(node, "expected %d integers or 1, actual %d".formatted(n, size));
    }
    return integers.values().get(size == 1 ? 0 : i);
  }

  private boolean equal(Node node, Size a, Size b) throws ModelFileException {
    if (a.known() && b.known()) {
      return a.factor() == b.factor();
    }
    // What only a call knows is a size, which is never negative.
    Size constant = a.known() ? a : b;
    if (constant.known() && constant.factor() < 0) {
      return false;
    }
    throw bad(node, "expected a comparison of constants, actual of a size that a call gives");
  }

  private OnnxValue where(Node node) throws IOException {
    List<Long> conditions = known(node, 0);
    Integers yes = operand(node, 1, Integers.class);
    Integers no = operand(node, 2, Integers.class);
    int n = conditions.size();
    var results = new ArrayList<Size>();
    for (int i = 0; i < n; i++) {
      results.add(broadcast(node, conditions.get(i) != 0 ? yes : no, i, n));
    }
    return new Integers(results, false);
  }

  private OnnxValue limited(Node node, Integers integers) throws ModelFileException {
    long length =
        integers.values().size() + integers.values().stream().mapToLong(s -> s.open().size()).sum();
    if (length > MAX_LENGTH) {
      throw bad(node, "expected at most %d integers, actual more".formatted(MAX_LENGTH));
    }
    return integers;
  }

  private OnnxValue gather(Node node) throws IOException {
    OnnxValue data = operand(node, 0);
    if (data instanceof Floats table && operand(node, 1) instanceof Activation) {
      return embedding(node, table.constant());
    }
    List<Long> indices = known(node, 1);
    boolean scalar = operand(node, 1, Integers.class).scalar();
    if (data instanceof Integers integers) {
      var results = new ArrayList<Size>();
      for (long index : indices) {
        results.add(integers.values().get(axis(node, index, integers.values().size())));
      }
      return new Integers(results, scalar);
    }
    if (!scalar) {
      throw bad(node, "expected one index, actual a list of them");
    }
    long index = indices.getFirst();
    long axis = node.integer("axis", 0);
    return switch (data) {
      case Activation a when a.untouched() -> new StateInput();
      case Activation a -> {
        int dim = axis(node, axis, a.rank());
        requireLast(node, a, dim, index, index + 1);
        yield a.in(without(a.dims(), dim));
      }
      case FinalStates states when axis == 0 ->
          lastOutput(node, states.rows().get(axis(node, index, states.rows().size())));
      case Floats f when axis == 0 && f.constant().rank() > 0 ->
          new Floats(f.constant().row(axis(node, index, f.constant().dim(0))));
      case Zeros z -> new Zeros(null);
      case StateInput s -> s;
      default -> throw unsupported(node);
    };
  }

  private OnnxValue embedding(Node node, OnnxConstant table) throws IOException {
    Activation tokens = operand(node, 1, Activation.class);
    if (!tokens.untouched() || node.integer("axis", 0) != 0) {
      throw bad(node, "expected an embedding: Gather of a constant's rows by the graph's input");
    }
    floats(node, 0, 2);
    List<Axis> features = List.of(new Axis(table.dim(1)));
    var dims = new ArrayList<>(tokens.dims());
    dims.add(features);
    return new Activation(
        new OnnxStage.Embedding(tokens.stage(), table), dims, features, null, null);
  }

  /**
   * Refuses indices {@code from} to {@code to} of a dimension that are neither all of it nor the
   * last step.
   */
  private void requireLast(Node node, Activation a, int dim, long from, long to)
      throws ModelFileException {
    Size size = Size.of(a.dims().get(dim));
    boolean all = size.is(1) && clamp(from, 1) == 0 && (from == -1 || clamp(to, 1) == 1);
    boolean last = from == -1 || (size.known() && from == size.factor() - 1);
    if (!all && !(last && a.steps() != null && a.has(dim, a.steps()))) {
      throw bad(
          node,
          "expected the last step of the recurrent layers' output, actual index %d of dimension %d of %s"
              .formatted(from, dim, text(a)));
    }
  }

  /** A layer's final state as its output after the last step. */
  private OnnxValue lastOutput(Node node, FinalStates.Final row) throws ModelFileException {
    if (!row.lastOutput()) {
      throw bad(
          node,
          "expected the final h of a forward layer, which is its last output, actual a c or a state of both directions");
    }
    Activation y = row.y();
    return y.in(List.of(y.batch(), y.features()));
  }

  private OnnxValue slice(Node node) throws IOException {
    OnnxValue data = operand(node, 0);
    if (data instanceof StateInput || (data instanceof Activation input && input.untouched())) {
      return new StateInput();
    }
    if (data instanceof Zeros) {
      return new Zeros(null);
    }
    List<Long> starts = known(node, 1);
    List<Long> ends = known(node, 2);
    List<Long> axes = axes(node, 3);
    if (axes == null) {
      axes = LongStream.range(0, starts.size()).boxed().toList();
    }
    if (starts.size() != axes.size()
        || ends.size() != axes.size()
        || (!node.input(4).isEmpty() && !known(node, 4).stream().allMatch(step -> step == 1))) {
      throw bad(node, "expected a start and an end for each axis, and steps of 1");
    }
    for (int i = 0; i < axes.size(); i++) {
      data = slice(node, data, axes.get(i), starts.get(i), ends.get(i));
    }
    return data;
  }

  private OnnxValue slice(Node node, OnnxValue data, long axis, long start, long end)
      throws IOException {
    return switch (data) {
      case Integers integers when axis == 0 && !integers.scalar() -> {
        int size = integers.values().size();
        int from = clamp(start, size);
        yield new Integers(
            integers.values().subList(from, Math.max(from, clamp(end, size))), false);
      }
      case FinalStates states when axis == 0 -> {
        int size = states.rows().size();
        int from = clamp(start, size);
        yield new FinalStates(states.rows().subList(from, Math.max(from, clamp(end, size))));
      }
      case Floats f when f.constant().rank() > 0 && axis(node, axis, f.constant().rank()) == 0 -> {
        int size = f.constant().dim(0);
        int from = clamp(start, size);
        yield new Floats(f.constant().rows(from, Math.max(from, clamp(end, size))));
      }
      case Activation a -> {
        int dim = axis(node, axis, a.rank());
        Size size = Size.of(a.dims().get(dim));
        boolean toTheEnd = end >= (size.known() ? size.factor() : Integer.MAX_VALUE);
        if (start == 0 && toTheEnd) {
          yield a;
        }
        if (!toTheEnd) {
          throw bad(
              node,
              "expected all of a dimension or the last step, actual %d to %d of dimension %d of %s"
                  .formatted(start, end, dim, text(a)));
        }
        requireLast(node, a, dim, start, end);
        var dims = new ArrayList<>(a.dims());
        dims.set(dim, List.of());
        yield a.in(dims);
      }
      default -> throw unsupported(node);
    };
  }

  private OnnxValue concat(Node node) throws IOException {
    var parts = new ArrayList<OnnxValue>();
    var kinds = new LinkedHashSet<Class<?>>();
    if (node.inputs().size() > MAX_LENGTH) {
      throw bad(
          node,
          "expected at most %d inputs, actual %d".formatted(MAX_LENGTH, node.inputs().size()));
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(operand(node, i));
      kinds.add(parts.getLast().getClass());
    }
    if (parts.isEmpty() || kinds.size() != 1) {
      throw bad(node, "expected inputs of one kind, all shapes, constants or states");
    }
    if (parts.getFirst() instanceof Zeros) {
      return new Zeros(null);
    }
    if (parts.getFirst() instanceof StateInput s) {
      return s;
    }
    if (node.integer("axis", 0) != 0) {
      throw bad(node, "expected a Concat along axis 0, actual " + node.integer("axis", 0));
    }
    return switch (parts.getFirst()) {
      case Integers i -> {
        var all = new ArrayList<Size>();
        parts.forEach(p -> all.addAll(((Integers) p).values()));
        yield limited(node, new Integers(all, false));
      }
      case FinalStates s -> {
        var all = new ArrayList<FinalStates.Final>();
        parts.forEach(p -> all.addAll(((FinalStates) p).rows()));
        if (all.size() > MAX_LENGTH) {
          throw bad(node, "expected at most %d states, actual more".formatted(MAX_LENGTH));
        }
        yield new FinalStates(all);
      }
      case Floats f -> concat(node, parts.stream().map(p -> ((Floats) p).constant()).toList());
      default -> throw unsupported(node);
    };
  }

  private OnnxValue concat(Node node, List<OnnxConstant> parts) throws ModelFileException {
    List<Long> first = parts.getFirst().dims();
    long rows = 0;
    int runs = 0;
    for (OnnxConstant part : parts) {
      if (first.isEmpty()
          || part.rank() != first.size()
          || !part.dims().subList(1, part.rank()).equals(first.subList(1, first.size()))) {
        throw bad(
            node,
            "expected constants that differ only in their first dimension, actual %s and %s"
                .formatted(first, part.dims()));
      }
      rows += part.dim(0);
      runs += part.runs().size();
    }
    if (rows > Integer.MAX_VALUE || runs > OnnxConstant.MAX_RUNS) {
      throw bad(
          node,
          "expected a constant of at most %d pieces, actual %d"
              .formatted(OnnxConstant.MAX_RUNS, runs));
    }
    return new Floats(OnnxConstant.concat(parts));
  }

  private OnnxValue squeeze(Node node) throws IOException {
    List<Long> axes = axes(node, 1);
    return switch (operand(node, 0)) {
      case Activation a -> {
        List<List<Axis>> dims = a.dims();
        var remaining = new ArrayList<List<Axis>>();
        var dropped = new LinkedHashSet<Integer>();
        for (int dim = 0; axes == null && dim < dims.size(); dim++) {
          if (Size.of(dims.get(dim)).is(1)) {
            dropped.add(dim);
          }
        }
        for (long axis : axes == null ? List.<Long>of() : axes) {
          dropped.add(axis(node, axis, a.rank()));
        }
        for (int dim = 0; dim < dims.size(); dim++) {
          if (!dropped.contains(dim)) {
            remaining.add(dims.get(dim));
          } else if (!Size.of(dims.get(dim)).is(1)) {
            throw bad(node, "expected dimension %d to be 1, actual %s".formatted(dim, text(a)));
          }
        }
        yield a.in(remaining);
      }
      case Floats f -> {
        var dims = new ArrayList<Long>();
        var dropped = new LinkedHashSet<Integer>();
        for (long axis : axes == null ? List.<Long>of() : axes) {
          dropped.add(axis(node, axis, f.constant().rank()));
        }
        for (int dim = 0; dim < f.constant().rank(); dim++) {
          long size = f.constant().dims().get(dim);
          if (dropped.contains(dim) && size != 1) {
            throw bad(
                node,
                "expected dimension %d to be 1, actual %s".formatted(dim, f.constant().dims()));
          }
          if (axes == null ? size != 1 : !dropped.contains(dim)) {
            dims.add(size);
          }
        }
        yield new Floats(f.constant().reshape(dims));
      }
      case FinalStates states when states.rows().size() == 1 && List.of(0L).equals(axes) ->
          lastOutput(node, states.rows().getFirst());
      case Integers i when i.values().size() == 1 -> new Integers(i.values(), true);
      case Zeros z -> new Zeros(null);
      case StateInput s -> s;
      default -> throw unsupported(node);
    };
  }

  private OnnxValue unsqueeze(Node node) throws IOException {
    List<Long> axes = axes(node, 1);
    if (axes == null) {
      throw bad(node, "expected axes, actual none");
    }
    return switch (operand(node, 0)) {
      case Activation a -> a.in(inserted(node, a.dims(), axes, List.of()));
      case Floats f ->
          new Floats(f.constant().reshape(inserted(node, f.constant().dims(), axes, 1L)));
      case Integers i when i.scalar() -> new Integers(i.values(), false);
      case Zeros z -> new Zeros(null);
      case StateInput s -> s;
      default -> throw unsupported(node);
    };
  }

  private <T> List<T> inserted(Node node, List<T> dims, List<Long> axes, T unit)
      throws ModelFileException {
    int rank = dims.size() + axes.size();
    var places = new LinkedHashSet<Integer>();
    for (long axis : axes) {
      places.add(axis(node, axis, rank));
    }
    if (rank > MAX_LENGTH || places.size() != axes.size()) {
      throw bad(
          node,
          "expected different axes of at most %d dimensions, actual %s"
              .formatted(MAX_LENGTH, axes));
    }
    var result = new ArrayList<T>();
    int next = 0;
    for (int dim = 0; dim < rank; dim++) {
      result.add(places.contains(dim) ? unit : dims.get(next++));
    }
    return result;
  }

  private static <T> List<T> without(List<T> list, int i) {
    var result = new ArrayList<>(list);
    result.remove(i);
    return result;
  }

  private OnnxValue reshape(Node node) throws IOException {
    return switch (operand(node, 0)) {
      case Activation a -> a.in(regrouped(node, a));
      case Integers i when known(node, 1).size() == 1 -> new Integers(i.values(), false);
      case Zeros z -> new Zeros(null);
      case StateInput s -> s;
      default -> throw unsupported(node);
    };
  }

  /** The same axes in the same order, in the dimensions that the shape tells. */
  private List<List<Axis>> regrouped(Node node, Activation a) throws IOException {
    List<Size> shape = operand(node, 1, Integers.class).values();
    List<Axis> axes = new ArrayList<>();
    a.dims().forEach(axes::addAll);
    var target = new ArrayList<>(shape);
    for (int i = 0; i < shape.size() && node.integer("allowzero", 0) == 0; i++) {
      if (shape.get(i).is(0) && i < a.rank()) {
        target.set(i, Size.of(a.dims().get(i)));
      }
    }
    int inferred = target.indexOf(Size.of(-1));
    var dims = new ArrayList<List<Axis>>();
    int front = inferred < 0 ? target.size() : inferred;
    boolean fits = true;
    for (int i = 0; fits && i < front; i++) {
      fits = dims.add(new ArrayList<>()) && take(axes, target.get(i), dims.getLast());
    }
    // What stands behind the inferred dimension takes its axes from the end.
    var back = new ArrayList<List<Axis>>();
    Collections.reverse(axes);
    for (int i = target.size() - 1; fits && i > front; i--) {
      fits = back.add(new ArrayList<>()) && take(axes, target.get(i), back.getLast());
    }
    back.forEach(Collections::reverse);
    Collections.reverse(axes);
    if (inferred >= 0) {
      dims.add(List.copyOf(axes));
    } else {
      fits = fits && Activation.real(axes).isEmpty();
    }
    if (!fits) {
      throw bad(
          node,
          "expected a shape that splits no dimension of %s and joins only neighbours, actual %s"
              .formatted(text(a), shape));
    }
    dims.addAll(back.reversed());
    return dims;
  }

  /** Moves axes from the start of one list to the other until they make up the size. */
  private static boolean take(List<Axis> from, Size size, List<Axis> to) {
    if (size.is(1) && !from.isEmpty() && from.getFirst().size == 1) {
      to.add(from.removeFirst());
      return true;
    }
    while (!Size.of(to).equals(size)) {
      if (from.isEmpty()) {
        return false;
      }
      to.add(from.removeFirst());
    }
    return true;
  }

  private OnnxValue transpose(Node node) throws IOException {
    Attribute given = node.attributes().get("perm");
    List<Long> perm = given == null ? null : given.integers();
    return switch (operand(node, 0)) {
      case Activation a -> {
        var order = new LinkedHashSet<Integer>();
        for (int i = 0; i < a.rank(); i++) {
          boolean said = perm != null && perm.size() == a.rank();
          order.add(axis(node, said ? perm.get(i) : a.rank() - 1L - i, a.rank()));
        }
        if (order.size() != a.rank() || (perm != null && perm.size() != a.rank())) {
          throw bad(node, "expected an order of %s, actual %s".formatted(text(a), perm));
        }
        yield a.in(order.stream().map(a.dims()::get).toList());
      }
      case Floats f
          when f.constant().rank() == 2 && (perm == null || perm.equals(List.of(1L, 0L))) ->
          new Transposed(f.constant());
      case Zeros z -> new Zeros(null);
      case StateInput s -> s;
      default -> throw unsupported(node);
    };
  }

  /** Repeats a state for each sequence of the batch. */
  private OnnxValue expand(Node node) throws IOException {
    Integers shape = operand(node, 1, Integers.class);
    OnnxValue data = operand(node, 0);
    boolean tile = node.operator().equals("Tile");
    if (data instanceof StateInput) {
      return data;
    }
    if (data instanceof Zeros || (data instanceof Floats f && zero(f.constant()))) {
      return new Zeros(tile ? null : shape.values());
    }
    if (data instanceof Floats f && f.constant().rank() == 3 && shape.values().size() == 3) {
      boolean batchOnly = true;
      for (int dim = 0; dim < 3; dim += 2) {
        Size size = shape.values().get(dim);
        batchOnly &= size.is(1) || (!tile && size.is(f.constant().dim(dim)));
      }
      if (batchOnly) {
        return f;
      }
    }
    throw bad(
        node, "expected zeros, or constant states repeated along the batch, their dimension 1");
  }

  private Cell rnn(Node node) {
    Attribute activations = node.attributes().get("activations");
    return activations != null
            && !activations.texts().isEmpty()
            && activations.texts().getFirst().equalsIgnoreCase("Relu")
        ? Cell.RNN_RELU
        : Cell.RNN;
  }

  private static List<String> functions(Cell cell) {
    return switch (cell) {
      case LSTM -> List.of("Sigmoid", "Tanh", "Tanh");
      case GRU -> List.of("Sigmoid", "Tanh");
      case RNN -> List.of("Tanh");
      case RNN_RELU -> List.of("Relu");
    };
  }

  private List<OnnxValue> recurrent(Node node, Cell cell) throws IOException {
    boolean both = node.text("direction", "forward").equals("bidirectional");
    long directions = both ? 2 : 1;
    requireUsual(node, cell, (int) directions);

    OnnxConstant w = floats(node, 1, 3);
    OnnxConstant r = floats(node, 2, 3);
    long hidden = r.dim(2);
    long rows = cell.gates() * hidden;
    requireDims(node, "W", w, directions, rows, w.dim(2));
    requireDims(node, "R", r, directions, rows, hidden);
    if (node.integer("hidden_size", hidden) != hidden) {
      throw bad(
          node,
          "expected hidden_size %d, as R has, actual %d"
              .formatted(hidden, node.integer("hidden_size", hidden)));
    }
    OnnxConstant b = node.input(3).isEmpty() ? null : floats(node, 3, 2);
    if (b != null) {
      requireDims(node, "B", b, directions, 2 * rows);
    }
    OnnxConstant h = state(node, 5, directions, hidden);
    OnnxConstant c = cell.hasCellState() ? state(node, 6, directions, hidden) : null;

    Activation x = operand(node, 0, Activation.class);
    requireSequence(node, x, w.dim(2));
    boolean before = cell == Cell.GRU && node.integer("linear_before_reset", 0) == 0;
    var layer =
        new Layer(
            cell,
            w.dim(2),
            (int) hidden,
            both,
            before ? Reset.BEFORE_PRODUCT : Reset.AFTER_PRODUCT);
    var units = new Axis(hidden);
    List<Axis> direction = both ? List.of(new Axis(2)) : List.of();
    List<Axis> features = both ? List.of(direction.getFirst(), units) : List.of(units);
    List<Axis> steps = x.dims().get(0);
    List<Axis> batch = x.dims().get(1);
    var y =
        new Activation(
            new OnnxStage.Recurrent(x.stage(), node, layer, w, r, b, h, c),
            List.of(steps, direction, batch, List.of(units)),
            features,
            steps,
            batch);
    var lastH = new FinalStates.Final(y, !both);
    var lastC = new FinalStates.Final(y, false);
    return List.of(
        y,
        new FinalStates(Collections.nCopies((int) directions, lastH)),
        new FinalStates(Collections.nCopies((int) directions, lastC)));
  }

  /** Refuses everything that would make it another function. */
  private void requireUsual(Node node, Cell cell, int directions) throws IOException {
    String direction = node.text("direction", "forward");
    if (directions == 1 && !direction.equals("forward")) {
      throw bad(
          node, "expected direction forward or bidirectional, actual '%s'".formatted(direction));
    }
    if (node.attributes().containsKey("clip")) {
      throw bad(node, "expected no clip, actual " + node.number("clip", 0));
    }
    for (String attribute : List.of("input_forget", "layout")) {
      if (node.integer(attribute, 0) != 0) {
        throw bad(
            node, "expected %s 0, actual %d".formatted(attribute, node.integer(attribute, 0)));
      }
    }
    for (String attribute : List.of("activation_alpha", "activation_beta")) {
      if (node.attributes().containsKey(attribute)) {
        throw bad(node, "expected no %s, actual some".formatted(attribute));
      }
    }
    Attribute activations = node.attributes().get("activations");
    List<String> expected =
        Collections.nCopies(directions, functions(cell)).stream().flatMap(List::stream).toList();
    if (activations != null
        && !String.join(" ", activations.texts()).equalsIgnoreCase(String.join(" ", expected))) {
      throw bad(
          node,
          "expected activations %s, actual [%s]"
              .formatted(expected, OnnxModel.clipped(activations.texts())));
    }
    if (!node.input(4).isEmpty()) {
      throw bad(
          node,
          "expected no sequence_lens, as lengths belong to a call (export without packed sequences), actual '%s'"
              .formatted(node.input(4)));
    }
    if (!node.input(7).isEmpty()
        && !(operand(node, 7) instanceof Zeros)
        && !zero(operand(node, 7, Floats.class).constant())) {
      throw bad(node, "expected no peepholes, actual '%s'".formatted(node.input(7)));
    }
  }

  private void requireDims(Node node, String name, OnnxConstant constant, long... expected)
      throws ModelFileException {
    List<Long> dims = LongStream.of(expected).boxed().toList();
    if (!constant.dims().equals(dims)) {
      throw bad(node, "expected %s %s, actual %s".formatted(name, dims, constant.dims()));
    }
  }

  /** A constant initial state {@code [D][B][H]}, or null for zeros and for one the caller gives. */
  private OnnxConstant state(Node node, int i, long directions, long hidden) throws IOException {
    if (node.input(i).isEmpty()) {
      return null;
    }
    return switch (operand(node, i)) {
      case Zeros z -> null;
      case StateInput s -> null;
      case Activation a when a.untouched() -> null;
      case Floats f -> {
        OnnxConstant states = floats(node, i, 3);
        requireDims(node, "input " + i, states, directions, states.dim(1), hidden);
        yield states;
      }
      default ->
          throw bad(
              node,
              "expected an initial state that is constant or an input of the graph, actual '%s', which is computed"
                  .formatted(node.input(i)));
    };
  }

  /** A layer's input is {@code [T][B][I]}, with the time and batch of the layers below. */
  private void requireSequence(Node node, Activation x, long input) throws ModelFileException {
    boolean below =
        x.stage() instanceof OnnxStage.Input
            || x.stage() instanceof OnnxStage.Embedding
            || x.stage() instanceof OnnxStage.Recurrent;
    if (!below) {
      throw bad(node, "expected the recurrent layers below the linear layer and the softmax");
    }
    if (x.rank() != 3) {
      throw bad(node, "expected a sequence [T][B][I], actual " + text(x));
    }
    Size features = Size.of(x.dims().get(2));
    boolean size = features.known() ? features.is(input) : x.untouched();
    boolean place = x.features() == null || x.has(2, x.features());
    boolean layout = x.steps() == null || (x.has(0, x.steps()) && x.has(1, x.batch()));
    if (!size || !place || !layout) {
      throw bad(
          node,
          "expected a sequence [T][B][%d] with time and batch as below, actual %s"
              .formatted(input, text(x)));
    }
  }

  private OnnxValue matMul(Node node) throws IOException {
    return linear(node, false, null);
  }

  private OnnxValue gemm(Node node) throws IOException {
    if (node.number("alpha", 1) != 1
        || node.number("beta", 1) != 1
        || node.integer("transA", 0) != 0) {
      throw bad(node, "expected alpha 1, beta 1 and transA 0, actual others");
    }
    OnnxConstant bias = node.input(2).isEmpty() ? null : floats(node, 2, 1);
    return linear(node, node.integer("transB", 0) != 0, bias);
  }

  /** By the weight, or where {@code transB} by its transpose. */
  private OnnxValue linear(Node node, boolean transB, OnnxConstant bias) throws IOException {
    Transposed turned = operand(node, 1) instanceof Transposed t ? t : null;
    OnnxConstant weight = turned == null ? floats(node, 1, 2) : turned.constant();
    boolean transposed = transB != (turned != null);
    Activation x = operand(node, 0, Activation.class);
    if (!(x.stage() instanceof OnnxStage.Recurrent)) {
      throw bad(
          node,
          "expected one linear layer, above the recurrent ones%s"
              .formatted(
                  x.steps() == null
                      ? "; an exporter that unrolls nn.RNN writes one below (export with dynamo=False)"
                      : ""));
    }
    requireFeatures(node, x, weight.dim(transposed ? 1 : 0));
    var stage = new OnnxStage.Linear(x.stage(), weight, transposed, bias);
    requireBias(node, stage);
    List<Axis> outputs = List.of(new Axis(stage.outputs()));
    var dims = new ArrayList<>(x.dims());
    dims.set(x.rank() - 1, outputs);
    return new Activation(stage, dims, outputs, x.steps(), x.batch());
  }

  private void requireBias(Node node, OnnxStage.Linear linear) throws ModelFileException {
    if (linear.bias() != null) {
      requireDims(node, "bias", linear.bias(), linear.outputs());
    }
  }

  /** The features are the last dimension. */
  private void requireFeatures(Node node, Activation x, long size) throws ModelFileException {
    int last = x.rank() - 1;
    if (last < 0 || !x.has(last, x.features()) || !Size.of(x.dims().get(last)).is(size)) {
      throw bad(
          node,
          "expected the %d features %s as the last dimension, actual %s"
              .formatted(size, Size.of(x.features()), text(x)));
    }
  }

  private OnnxValue add(Node node) throws IOException {
    int left = operand(node, 0) instanceof Activation ? 0 : 1;
    Activation x = operand(node, left, Activation.class);
    if (!(x.stage() instanceof OnnxStage.Linear linear) || linear.bias() != null) {
      throw bad(node, "expected the bias of a linear layer, actual another sum");
    }
    OnnxConstant bias = floats(node, 1 - left, 1);
    var stage = new OnnxStage.Linear(linear.below(), linear.weight(), linear.transposed(), bias);
    requireBias(node, stage);
    requireFeatures(node, x, stage.outputs());
    return x.after(stage);
  }

  private OnnxValue softmax(Node node) throws IOException {
    Activation x = operand(node, 0, Activation.class);
    // Before opset 13 it was over all dimensions from the axis on.
    int axis = axis(node, node.integer("axis", model.opset() < 13 ? 1 : -1), x.rank());
    boolean last = axis == x.rank() - 1;
    boolean above =
        x.stage() instanceof OnnxStage.Recurrent || x.stage() instanceof OnnxStage.Linear;
    if (!above || !x.has(axis, x.features()) || !(last || model.opset() >= 13)) {
      throw bad(
          node,
          "expected a softmax over the features of the network's output, actual over dimension %d of %s"
              .formatted(axis, text(x)));
    }
    return x.after(new OnnxStage.Softmax(x.stage()));
  }

  private static String text(Activation a) {
    var text = new StringBuilder();
    a.dims().forEach(dim -> text.append('[').append(Size.of(dim)).append(']'));
    return text.toString();
  }

  private ModelFileException unsupported(Node node) {
    return bad(
        node,
        "expected an operator of an embedding, of recurrent layers (LSTM, GRU, RNN), of a linear layer or a Softmax, or one that only moves elements, actual "
            + node.operator());
  }

  private ModelFileException bad(Node node, String problem) {
    return new ModelFileException(path, node + ": " + problem);
  }
}
