package io.ciranda.network;

import java.util.ArrayList;
import java.util.List;

/** What is known about a value of a graph without computing it. */
sealed interface OnnxValue {
  /**
   * A dimension that the input or a layer brings; its size is {@link OnnxModel#OPEN} if unknown.
   */
  final class Axis {
    final long size;

    Axis(long size) {
      this.size = size;
    }
  }

  /**
   * A size, or another integer: {@code factor} times the sizes of axes that only a call of the
   * graph knows.
   */
  record Size(long factor, List<Axis> open) {
    static final Size ONE = of(1);

    static Size of(long value) {
      return new Size(value, List.of());
    }

    /** The size of a dimension that the axes make up. */
    static Size of(List<Axis> axes) {
      Size size = ONE;
      for (Axis axis : axes) {
        size = size.times(axis.size == OnnxModel.OPEN ? new Size(1, List.of(axis)) : of(axis.size));
      }
      return size;
    }

    boolean known() {
      return open.isEmpty();
    }

    boolean is(long value) {
      return known() && factor == value;
    }

    /** The product; a factor that no size can be where it overflows. */
    Size times(Size other) {
      var axes = new ArrayList<>(open);
      axes.addAll(other.open);
      long high = Math.multiplyHigh(factor, other.factor);
      long low = factor * other.factor;
      boolean fits = (high == 0 && low >= 0) || (high == -1 && low < 0);
      return new Size(fits ? low : Long.MIN_VALUE, List.copyOf(axes));
    }

    @Override
    public String toString() {
      return known() ? Long.toString(factor) : "?";
    }
  }

  /**
   * A sequence on its way through the network.
   *
   * @param dims its dimensions; each is the product of axes, of none where it is 1
   * @param features the axes of the features, once a stage has named them
   * @param steps the axes of time, once a recurrent layer has named them
   */
  record Activation(
      OnnxStage stage,
      List<List<Axis>> dims,
      List<Axis> features,
      List<Axis> steps,
      List<Axis> batch)
      implements OnnxValue {
    Activation in(List<List<Axis>> newDims) {
      return new Activation(stage, newDims, features, steps, batch);
    }

    Activation after(OnnxStage newStage) {
      return new Activation(newStage, dims, features, steps, batch);
    }

    int rank() {
      return dims.size();
    }

    /** Whether it is an input as the caller gives it. */
    boolean untouched() {
      return stage instanceof OnnxStage.Input;
    }

    boolean has(int dim, List<Axis> axes) {
      return real(dims.get(dim)).equals(real(axes));
    }

    /** Without the axes that a reshape may have put anywhere. */
    static List<Axis> real(List<Axis> axes) {
      return axes.stream().filter(a -> a.size != 1).toList();
    }
  }

  /** A constant of floats. */
  record Floats(OnnxConstant constant) implements OnnxValue {}

  /** A constant matrix, its rows as columns. */
  record Transposed(OnnxConstant constant) implements OnnxValue {}

  /**
   * Integers: shapes, axes, indices.
   *
   * @param scalar whether it has no dimension rather than one
   */
  record Integers(List<Size> values, boolean scalar) implements OnnxValue {}

  /**
   * Floats that are all zero.
   *
   * @param dims null where nobody needs to know
   */
  record Zeros(List<Size> dims) implements OnnxValue {}

  /** A part of an input that is no sequence: states that the caller gives. */
  record StateInput() implements OnnxValue {}

  /** States after the last step, one below the other. */
  record FinalStates(List<Final> rows) implements OnnxValue {
    /**
     * The state of one direction of a layer.
     *
     * @param y the layer's sequence of outputs
     * @param lastOutput whether it is the output of the last step
     */
    record Final(Activation y, boolean lastOutput) {}
  }
}
