package io.ciranda.infer;

import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Network;
import io.ciranda.network.NetworkFile;
import io.ciranda.network.StateDict.Overrides;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A recurrent network packed to run. Immutable: any number of threads may share one, each with
 * sessions of its own.
 *
 * <pre>
 * try (Model model = Model.load(Path.of("model.safetensors"));
 *     Session session = model.newSession()) {
 *   session.step(x, y);      // x float[I], y float[O]; the state stays in the session
 * }
 * </pre>
 *
 * <p>{@link #close} may be called while sessions run: it only ends the making of new ones. The
 * memory goes with the last of model and sessions that is closed, or, where somebody forgets to,
 * with the garbage collector.
 */
public final class Model implements AutoCloseable {

  /**
   * How a network is to run.
   *
   * @param precision of the weights; sums and state are float32 in any case
   * @param threads that work on a whole sequence, each on some units of every layer; they meet
   *     after each step, spinning, so there are never more of them than CPUs. A single step runs on
   *     the caller's thread alone
   * @param backend who does the arithmetic; only its kernels are used
   */
  public record Options(Precision precision, int threads, Backend backend) {
    /** Checks the number of threads. */
    public Options {
      if (threads < 1) {
        throw new IllegalArgumentException("threads: expected at least 1, actual " + threads);
      }
    }

    /** Weights as they are, one thread, the best kernels that this JVM has. */
    public static Options standard() {
      return new Options(Precision.F32, 1, Backend.best());
    }

    /** The same with another precision. */
    public Options with(Precision other) {
      return new Options(other, threads, backend);
    }

    /** The same with another number of threads. */
    public Options withThreads(int other) {
      return new Options(precision, other, backend);
    }

    /** The same with another backend. */
    public Options with(Backend other) {
      return new Options(precision, threads, other);
    }

    /** A container's quota counts: where it is one CPU or less, nobody spins. */
    private int usableThreads() {
      return Math.min(threads, Runtime.getRuntime().availableProcessors());
    }
  }

  /** Milliseconds and steps, whichever comes first: C2 has then compiled a step. */
  private static final long WARM_UP_MILLIS = 2000;

  private static final int WARM_UP_STEPS = 20_000;

  private final PackedNetwork packed;
  private final Precision precision;
  private volatile boolean closed;

  private Model(Network network, Options options) {
    precision = options.precision;
    packed =
        PackedNetwork.of(options.backend.kernels(), precision, network, options.usableThreads());
  }

  /**
   * Loads a file as {@link Options#standard} says: safetensors of a PyTorch state_dict or of this
   * library, or ONNX.
   *
   * @throws IOException if it cannot be read; {@link io.ciranda.io.ModelFileException} if it is
   *     damaged or not understood. {@link io.ciranda.network.StateDict} takes what a state_dict
   *     leaves open
   */
  public static Model load(Path file) throws IOException {
    return load(file, Options.standard());
  }

  /** Loads a file, as {@link #load(Path)}. */
  public static Model load(Path file, Options options) throws IOException {
    try (Network network = NetworkFile.read(file, Overrides.NONE).network()) {
      return of(network, options);
    }
  }

  /** Packs a network as {@link Options#standard} says; the network may be closed afterwards. */
  public static Model of(Network network) {
    return of(network, Options.standard());
  }

  /**
   * Packs a network; the network may be closed afterwards.
   *
   * @throws OutOfMemoryError if the memory is not there
   */
  public static Model of(Network network, Options options) {
    return new Model(network, options);
  }

  /** The sizes. */
  public Architecture architecture() {
    return packed.architecture();
  }

  /** How the weights are stored. */
  public Precision precision() {
    return precision;
  }

  /** The off-heap bytes that the weights take. */
  public long bytes() {
    return packed.bytes();
  }

  /** A session for one stream, at the start of its sequence. */
  public Session newSession() {
    return newSession(1);
  }

  /**
   * A session for up to {@code capacity} streams that step together, all of them at the start of
   * their sequences.
   *
   * @throws IllegalStateException if the model is closed
   */
  public Session newSession(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "streams of a session: expected at least 1, actual " + capacity);
    }
    requireOpen();
    return new Session(this, capacity);
  }

  /** For sessions: the weights, with one user more. */
  PackedNetwork acquire() {
    if (!packed.acquire()) {
      requireOpen();
    }
    return packed;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the model is closed: sessions that are open go on, new ones need an open model");
    }
  }

  /**
   * Runs the model on zeros until the JVM has compiled what a step needs, at most for about two
   * seconds. Without it the first steps of a process take milliseconds, not microseconds.
   */
  public void warmUp() {
    Architecture sizes = architecture();
    int steps = sizes.bidirectional() ? 16 : 1;
    try (Session session = newSession();
        Tensor x = Tensor.allocate(steps, sizes.readsTokens() ? 1 : sizes.input());
        Tensor y = Tensor.allocate(steps, sizes.output())) {
      long end = System.nanoTime() + 1_000_000 * WARM_UP_MILLIS;
      for (int i = 0; i < WARM_UP_STEPS && System.nanoTime() < end; i += steps) {
        session.run(x.segment(), y.segment(), steps);
      }
    }
  }

  /**
   * Ends the making of sessions; those that are open go on, and may be copied. Closing twice is
   * harmless.
   */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      packed.release();
    }
  }

  @Override
  public String toString() {
    return "%s, %s, %,d bytes, %s kernels"
        .formatted(architecture(), precision.label(), bytes(), packed.kernels().name());
  }
}
