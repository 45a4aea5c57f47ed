package io.ciranda.train;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Kernels;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.Workspace;
import io.ciranda.parallel.Team;
import java.util.ArrayList;
import java.util.List;

/**
 * Training steps on several threads: slices of the batch forward and backward, then one update.
 * After the first steps of a size a step takes no off-heap memory. Owns the threads and the
 * optimiser's state.
 */
public final class DataParallel implements AutoCloseable {
  /** Norms are summed in chunks of this many weights, whoever sums them. */
  private static final int CHUNK = 1 << 14;

  /** The forward pass of one slice of the batch. */
  @FunctionalInterface
  public interface Slice {
    /**
     * Runs the forward pass up to a loss operation.
     *
     * @param slice which one, in [0, threads)
     * @return the sum of the slice's losses
     */
    double forward(int slice, Tape tape);
  }

  /**
   * Brings derived forms of the weights (packed panels) up to date, part {@code part} of {@code
   * parts}.
   */
  @FunctionalInterface
  public interface Refresh {
    /** Does one part of the work. */
    void part(int part, int parts);
  }

  /**
   * What a step came to.
   *
   * @param loss the sum over slices
   * @param gradientNorm the Euclidean norm of the whole gradient, before clipping
   */
  public record Result(double loss, double gradientNorm) {}

  private final Backend backend;
  private final Kernels kernels;
  private final Team team;
  private final Parameters parameters;
  private final Optimizer optimizer;
  private final Clipping clipping;
  private final Refresh refresh;
  private final List<Workspace> workspaces = new ArrayList<>();
  private final List<Parameters.Like> gradients = new ArrayList<>();
  private final List<Tape> tapes = new ArrayList<>();
  private final double[] losses;
  private final double[] squares; // of each chunk

  /**
   * Before the first step.
   *
   * @param rule of the update; its state begins with zeros
   * @param threads slices of a batch that run side by side
   * @param refresh is run before slices are, in as many parts as there are threads
   * @throws IllegalArgumentException if there is no thread
   */
  public DataParallel(
      Backend backend,
      Parameters parameters,
      UpdateRule rule,
      Clipping clipping,
      int threads,
      Refresh refresh) {
    this.backend = backend;
    this.kernels = backend.kernels();
    this.parameters = parameters;
    this.clipping = clipping;
    this.refresh = refresh;
    team = new Team(threads);
    try {
      for (int i = 0; i < team.size(); i++) {
        workspaces.add(new Workspace("slice " + i));
        gradients.add(new Parameters.Like(parameters));
        tapes.add(Tape.training(backend, workspaces.get(i), gradients.get(i)));
      }
      optimizer = new Optimizer(rule, parameters);
    } catch (Throwable e) {
      closeSlices();
      throw e;
    }
    losses = new double[team.size()];
    squares = new double[Math.toIntExact(Math.ceilDiv(parameters.values().size(), CHUNK))];
  }

  /**
   * One step.
   *
   * @param seed decides all that is random in it
   * @param rate the learning rate
   * @param slice the forward pass
   * @throws DivergedException if the loss or the gradient is not finite; the weights are then
   *     unchanged
   */
  public Result step(long seed, double rate, Slice slice) {
    refresh();
    team.run(worker -> runSlice(worker, seed, slice));
    team.run(this::sumGradients);
    double loss = 0;
    for (double l : losses) {
      loss += l;
    }
    double norm = 0;
    for (double s : squares) {
      norm += s;
    }
    norm = Math.sqrt(norm);
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw new DivergedException(optimizer.steps() + 1, loss, norm);
    }
    float scale = scale(norm);
    optimizer.begin();
    team.run(
        worker ->
            optimizer.apply(
                kernels,
                gradients.getFirst(),
                scale,
                (float) rate,
                start(worker),
                start(worker + 1)));
    parameters.changed();
    return new Result(loss, norm);
  }

  private void refresh() {
    team.run(worker -> refresh.part(worker, team.size()));
  }

  private void runSlice(int worker, long seed, Slice slice) {
    gradients.get(worker).zero();
    Tape tape = tapes.get(worker);
    // Workers draw from streams of their own: slices must not drop out the same units.
    tape.begin(Tape.mix(seed * team.size() + worker));
    losses[worker] = slice.forward(worker, tape);
    tape.backward();
  }

  /**
   * Runs forward passes alone: nothing is dropped out, the weights stay.
   *
   * @param slices how many there are, for the threads to share
   * @return the sum of their losses, the same whatever the number of threads
   */
  public double evaluate(int slices, Slice slice) {
    double[] each = new double[slices];
    refresh();
    team.run(
        worker -> {
          try (var workspace = new Workspace("evaluation")) {
            Tape tape = Tape.inference(backend, workspace);
            for (int i = worker; i < slices; i += team.size()) {
              tape.begin(0);
              each[i] = slice.forward(i, tape);
            }
          }
        });
    double loss = 0;
    for (double l : each) {
      loss += l;
    }
    return loss;
  }

  /** The first weight of a worker's share, a whole number of chunks. */
  private long start(int worker) {
    long chunks = (long) squares.length * worker / team.size();
    return Math.min(chunks * CHUNK, parameters.values().size());
  }

  private void sumGradients(int worker) {
    long to = start(worker + 1);
    for (long from = start(worker); from < to; from += CHUNK) {
      long n = Math.min(CHUNK, to - from);
      long sum = gradients.getFirst().flat().address() + 4 * from;
      for (int other = 1; other < team.size(); other++) {
        kernels.add(sum, gradients.get(other).flat().address() + 4 * from, n);
      }
      squares[(int) (from / CHUNK)] = kernels.sumOfSquares(sum, n);
      if (clipping instanceof Clipping.ByValue value) {
        kernels.clamp(sum, (float) value.limit(), n);
      }
    }
  }

  private float scale(double norm) {
    // The 1e-6 is PyTorch's clip_grad_norm_.
    return clipping instanceof Clipping.ByNorm bound
        ? (float) Math.min(1, bound.max() / (norm + 1e-6))
        : 1;
  }

  /** The threads, idle between steps. */
  public Team team() {
    return team;
  }

  /** What becomes of the gradients; checkpoints keep its state. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** The summed gradients of the last step, before clipping by norm; for tests and studies. */
  public Parameters.Like gradients() {
    return gradients.getFirst();
  }

  /** The off-heap bytes held for results and gradients. */
  public long memory() {
    return workspaces.stream().mapToLong(Workspace::capacity).sum()
        + gradients.stream().mapToLong(g -> 4 * g.flat().size()).sum();
  }

  @Override
  public void close() {
    closeSlices();
    optimizer.close();
  }

  private void closeSlices() {
    workspaces.forEach(Workspace::close);
    gradients.forEach(Parameters.Like::close);
    team.close();
  }
}
