package io.ciranda.autograd;

import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * All weights of a model in one flat array, so that an optimiser, a norm or a sum over threads is
 * one pass over memory. Built once, then fixed: {@link Builder#build}.
 */
public final class Parameters implements AutoCloseable {
  /** Every parameter starts on a cache line; the gaps stay zero. */
  private static final int ALIGNMENT = 16;

  private final Tensor values;
  private final SequencedMap<String, Parameter> byName;
  private final List<Parameter> all;
  private long version;

  private Parameters(Tensor values, SequencedMap<String, Parameter> byName) {
    this.values = values;
    this.byName = byName;
    this.all = List.copyOf(byName.values());
  }

  /** All of them, in the order in which they were declared. */
  public List<Parameter> all() {
    return all;
  }

  /**
   * The parameter of that name.
   *
   * @throws IllegalArgumentException if there is none, listing what there is
   */
  public Parameter get(String name) {
    Parameter parameter = byName.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "no parameter '%s'; there are %s".formatted(name, byName.keySet()));
    }
    return parameter;
  }

  /** Names and values, in order; what a model file holds. */
  public SequencedMap<String, Tensor> tensors() {
    var tensors = new LinkedHashMap<String, Tensor>();
    byName.forEach((name, parameter) -> tensors.put(name, parameter.value()));
    return Collections.unmodifiableSequencedMap(tensors);
  }

  /** The flat array, gaps included. */
  public Tensor values() {
    return values;
  }

  /** The number of weights, without the gaps. */
  public long count() {
    return all.stream().mapToLong(p -> p.value().size()).sum();
  }

  /**
   * Rises whenever the values change; whoever keeps a derived form (packed weights) compares it.
   */
  public long version() {
    return version;
  }

  /** Says that the values have changed. */
  public void changed() {
    version++;
  }

  @Override
  public void close() {
    values.close();
  }

  /** Collects the declarations of a model's layers. */
  public static final class Builder {
    private static final class Declaration {
      final Initializer initializer;
      final int[] shape;

      Declaration(Initializer initializer, int[] shape) {
        this.initializer = initializer;
        this.shape = shape.clone();
      }
    }

    private final SequencedMap<String, Declaration> declarations = new LinkedHashMap<>();

    /** Without declarations. */
    public Builder() {}

    /**
     * Declares a parameter.
     *
     * @return its name, for the layer to ask for it later
     * @throws IllegalArgumentException if the name is taken
     */
    public String declare(String name, Initializer initializer, int... shape) {
      if (declarations.putIfAbsent(name, new Declaration(initializer, shape)) != null) {
        throw new IllegalArgumentException("parameter '" + name + "' is declared twice");
      }
      return name;
    }

    /** The elements of all that is declared, before memory is taken for them. */
    public long count() {
      return declarations.values().stream().mapToLong(d -> size(d.shape)).sum();
    }

    /** Takes the memory and initialises every parameter in the order of declaration. */
    public Parameters build(RandomGenerator random) {
      long total = 0;
      for (Declaration d : declarations.values()) {
        total += padded(d.shape);
      }
      Tensor values = Tensor.allocate(Math.toIntExact(total));
      var byName = new LinkedHashMap<String, Parameter>();
      long offset = 0;
      for (Map.Entry<String, Declaration> entry : declarations.entrySet()) {
        Declaration d = entry.getValue();
        Tensor view = view(values, offset, d.shape);
        d.initializer.fill(view, random);
        byName.put(entry.getKey(), new Parameter(entry.getKey(), byName.size(), offset, view));
        offset += padded(d.shape);
      }
      return new Parameters(values, byName);
    }

    private static long padded(int[] shape) {
      return Math.ceilDiv(size(shape), ALIGNMENT) * ALIGNMENT;
    }

    private static long size(int[] shape) {
      long size = 1;
      for (int d : shape) {
        size = Math.multiplyExact(size, (long) d);
      }
      return size;
    }
  }

  /** The part of a flat array that belongs to one parameter, in its shape. */
  static Tensor view(Tensor flat, long offset, int[] shape) {
    long size = 1;
    for (int d : shape) {
      size *= d;
    }
    return flat.rows(Math.toIntExact(offset), Math.toIntExact(offset + size)).reshape(shape);
  }

  /** One array the shape of all the weights: gradients, or the state of an optimiser. */
  public static final class Like implements AutoCloseable {
    private final Tensor flat;
    private final List<Tensor> views;

    /** Zeros, one for each weight. */
    public Like(Parameters parameters) {
      flat = Tensor.allocate(Math.toIntExact(parameters.values.size()));
      views = new ArrayList<>();
      for (Parameter p : parameters.all) {
        views.add(view(flat, p.offset(), p.value().shape()));
      }
    }

    /** The part that belongs to one parameter. */
    public Tensor of(Parameter parameter) {
      return views.get(parameter.index());
    }

    /** The flat array. */
    public Tensor flat() {
      return flat;
    }

    /** Sets all of it to zero. */
    public void zero() {
      Memory.zero(flat.address(), flat.size());
    }

    @Override
    public void close() {
      flat.close();
    }
  }
}
