package io.ciranda.autograd;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import java.util.ArrayList;
import java.util.List;

/**
 * Records operations on the way forward and plays them back in reverse. One tape belongs to one
 * thread and is used again for every step: {@link #begin}, forward code, {@link #backward}.
 */
public final class Tape {
  private final Backend backend;
  private final Workspace workspace;
  private final Parameters.Like gradients;
  private final List<Runnable> recorded = new ArrayList<>();
  private long seed;
  private long draws;

  private Tape(Backend backend, Workspace workspace, Parameters.Like gradients) {
    this.backend = backend;
    this.workspace = workspace;
    this.gradients = gradients;
  }

  /** A tape that adds the gradients of parameters to {@code gradients}. */
  public static Tape training(Backend backend, Workspace workspace, Parameters.Like gradients) {
    return new Tape(backend, workspace, gradients);
  }

  /**
   * A tape that records nothing: forward code without dropout and without what backward would need.
   */
  public static Tape inference(Backend backend, Workspace workspace) {
    return new Tape(backend, workspace, null);
  }

  /**
   * Starts a new step: forgets what was recorded and frees the workspace.
   *
   * @param stepSeed decides all that is random in this step
   */
  public void begin(long stepSeed) {
    recorded.clear();
    workspace.reset();
    seed = stepSeed;
    draws = 0;
  }

  /** Whether this tape trains: keeps what backward needs, and drops out. */
  public boolean isTraining() {
    return gradients != null;
  }

  /** Who does the arithmetic. */
  public Backend backend() {
    return backend;
  }

  /** Shorthand for the backend's kernels. */
  public Kernels kernels() {
    return backend.kernels();
  }

  /** Memory for results, valid until {@link #begin}. */
  public Workspace workspace() {
    return workspace;
  }

  /** A value whose gradient nobody wants: data, or a state carried over by value. */
  public Variable constant(Tensor value) {
    return new Variable(this, value, null, false);
  }

  /** A value whose gradient is wanted: the result of an operation, or an input under study. */
  public Variable variable(Tensor value) {
    return new Variable(this, value, null, isTraining());
  }

  /** As {@link #variable(Tensor)}, with the gradient in memory that the operation chose. */
  public Variable variable(Tensor value, Tensor gradientMemory) {
    return new Variable(this, value, gradientMemory, isTraining());
  }

  /** The gradient of a parameter, to add to. */
  public Tensor gradient(Parameter parameter) {
    return gradients.of(parameter);
  }

  /** Leaves the backward half of an operation; ignored where the tape does not train. */
  public void record(Runnable backward) {
    if (isTraining()) {
      recorded.add(backward);
    }
  }

  /** A key for {@link Kernels#dropout}, another one at every call of a step. */
  public long nextKey() {
    return key(seed, ++draws);
  }

  /** Key {@code n} of those that hang on {@code seed}. */
  public static long key(long seed, long n) {
    // The increment of SplitMix64 keeps the keys of one step, and of neighbouring seeds, apart.
    return mix(seed + n * 0x9e3779b97f4a7c15L);
  }

  /**
   * The finaliser of SplitMix64 (Steele et al. 2014): each bit of the result hangs on all bits of
   * {@code z}.
   */
  public static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** Plays the recorded operations in reverse. */
  public void backward() {
    for (Runnable operation : recorded.reversed()) {
      operation.run();
    }
    recorded.clear();
  }
}
