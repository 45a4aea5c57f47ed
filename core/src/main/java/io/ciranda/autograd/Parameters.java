package io.ciranda.autograd;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Shape;
import io.ciranda.memory.Tensor;
import java.io.IOException;
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
      return declarations.values().stream().mapToLong(d -> Shape.size(d.shape)).sum();
    }

    /**
     * Takes the memory and initialises every parameter in the order of declaration.
     *
     * @throws IllegalArgumentException if there are more weights than one array can have
     */
    public Parameters build(RandomGenerator random) {
      Parameters parameters = zeros();
      for (Parameter p : parameters.all) {
        declarations.get(p.name()).initializer.fill(p.value(), random);
      }
      return parameters;
    }

    /**
     * Takes the memory and reads every parameter, the tensor of its name. That all of them are in
     * the file is known before: no memory is taken for what a file only claims to have.
     *
     * @throws ModelFileException if one is missing or of another shape or type
     * @throws IllegalArgumentException if there are more weights than one array can have
     */
    public Parameters read(SafetensorsFile in) throws IOException {
      for (Map.Entry<String, Declaration> entry : declarations.entrySet()) {
        in.requireFloats(entry.getKey(), entry.getValue().shape);
      }
      Parameters parameters = zeros();
      try {
        for (Parameter p : parameters.all) {
          in.loadInto(p.name(), p.value());
        }
        return parameters;
      } catch (Throwable e) {
        parameters.close();
        throw e;
      }
    }

    private Parameters zeros() {
      long total = declarations.values().stream().mapToLong(d -> padded(d.shape)).sum();
      if (total > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "expected at most %,d weights, actual %,d: fewer units, layers or symbols are needed"
                .formatted(Integer.MAX_VALUE, total));
      }
      Tensor values = Tensor.allocate((int) total);
      var byName = new LinkedHashMap<String, Parameter>();
      long offset = 0;
      for (Map.Entry<String, Declaration> entry : declarations.entrySet()) {
        int[] shape = entry.getValue().shape;
        Tensor view = view(values, offset, shape);
        byName.put(entry.getKey(), new Parameter(entry.getKey(), byName.size(), offset, view));
        offset += padded(shape);
      }
      return new Parameters(values, byName);
    }

    private static long padded(int[] shape) {
      return Math.ceilDiv(Shape.size(shape), ALIGNMENT) * ALIGNMENT;
    }
  }

  /** The part of a flat array that belongs to one parameter, in its shape. */
  static Tensor view(Tensor flat, long offset, int[] shape) {
    long end = offset + Shape.size(shape);
    return flat.rows(Math.toIntExact(offset), Math.toIntExact(end)).reshape(shape);
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
