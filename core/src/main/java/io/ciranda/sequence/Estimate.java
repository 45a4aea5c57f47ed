package io.ciranda.sequence;

import com.sun.management.OperatingSystemMXBean;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a training would take on this machine. Memory is counted from the sizes, seconds are those
 * of some real steps of a network that is thrown away.
 *
 * @param weightBytes the weights, the best so far, their average, and their packed forms
 * @param optimizerBytes the optimiser's state, and gradients for each thread
 * @param activationBytes what the largest batch leaves for the way back, on all threads together
 * @param exampleBytes the encoded examples, on the heap
 * @param stepsPerEpoch batches
 * @param secondsPerEpoch without validation; NaN where it was not measured
 */
public record Estimate(
    long weightBytes,
    long optimizerBytes,
    long activationBytes,
    long exampleBytes,
    int stepsPerEpoch,
    double secondsPerEpoch) {
  /** Values, best values, packed for the input, forwards and backwards. */
  private static final int COPIES_OF_WEIGHTS = 5;

  /** The average, and room to exchange it for the weights. */
  private static final int COPIES_OF_AVERAGE = 2;

  private static final long WARM_UP_NANOS = 1_000_000_000;
  private static final long MEASURED_NANOS = 1_000_000_000;

  /** All bytes together. */
  public long bytes() {
    return weightBytes + optimizerBytes + activationBytes + exampleBytes;
  }

  /** Memory and time. */
  static Estimate of(Fitting fitting) {
    Estimate memory = ofMemory(fitting);
    memory.requireRoom(fitting.options().listener);
    try (SequenceNetwork network = fitting.newNetwork();
        Trainer trainer = fitting.newTrainer(network)) {
      List<List<Encoded>> batches = trainer.batches(fitting.train(), 0);
      run(trainer, batches, fitting.options().rate, WARM_UP_NANOS);
      double perStep = run(trainer, batches, fitting.options().rate, MEASURED_NANOS);
      long steps = fitting.train().stream().mapToLong(Encoded::steps).sum();
      return memory.withSeconds(perStep * steps);
    }
  }

  Estimate withSeconds(double perEpoch) {
    return new Estimate(
        weightBytes, optimizerBytes, activationBytes, exampleBytes, stepsPerEpoch, perEpoch);
  }

  /** Seconds for a step of a sequence, in batches until the time is over. */
  private static double run(Trainer trainer, List<List<Encoded>> batches, double rate, long nanos) {
    long start = System.nanoTime();
    long steps = 0;
    int next = 0;
    while (steps == 0 || System.nanoTime() - start < nanos) {
      List<Encoded> batch = batches.get(next++ % batches.size());
      trainer.step(batch, rate);
      steps += batch.stream().mapToLong(Encoded::steps).sum();
    }
    return 1e-9 * (System.nanoTime() - start) / steps;
  }

  /** Memory alone. */
  static Estimate ofMemory(Fitting fitting) {
    SequenceOptions options = fitting.options();
    SequenceNetwork.Sizes sizes = fitting.sizes();
    long weights = SequenceNetwork.declare(sizes).count();
    int batch = options.batch(fitting.train().size());
    long longest = fitting.train().stream().mapToLong(Encoded::steps).max().orElse(0);
    long rows = longest * Math.min(batch, fitting.train().size());
    long floats =
        java.util.stream.Stream.concat(fitting.train().stream(), fitting.valid().stream())
            .mapToLong(e -> e.features().length + e.rows().length + targets(e))
            .sum();
    // Activations times 3/2: workspaces grow by doubling, so that a part of the last chunk is idle.
    int copies = COPIES_OF_WEIGHTS + (options.average > 0 ? COPIES_OF_AVERAGE : 0);
    return new Estimate(
        Float.BYTES * weights * copies,
        Float.BYTES * weights * (options.rule.states() + options.threads),
        Float.BYTES
            * (rows * perStep(sizes) + letters(fitting, rows) + options.threads * scratch(weights))
            * 3
            / 2,
        Float.BYTES * floats,
        Math.ceilDiv(fitting.train().size(), batch),
        Double.NaN);
  }

  private static long targets(Encoded example) {
    return example.labels() == null ? example.targets().length : example.labels().length;
  }

  /** Floats that a step of a sequence leaves: inputs, gates, states, outputs, their gradients. */
  private static long perStep(SequenceNetwork.Sizes sizes) {
    RecurrentStack.Config stack = sizes.stack(0);
    return 2L * stack.input() * sizes.widths().length + 2L * sizes.outputs() + perStep(stack);
  }

  /**
   * Floats that the letters of so many steps leave. Names that occur twice are read once, and short
   * ones are padded: as if neither were so.
   */
  private static long letters(Fitting fitting, long rows) {
    if (fitting.sizes().spelled() < 0) {
      return 0;
    }
    double mean =
        fitting.train().stream()
            .flatMap(example -> Arrays.stream(example.spellings()))
            .mapToInt(String::length)
            .average()
            .orElse(0);
    return (long) (rows * mean * perStep(fitting.sizes().spelling().stack()));
  }

  private static long perStep(RecurrentStack.Config stack) {
    long floats = 2L * stack.input();
    // A GRU keeps the gates' recurrent products as well.
    long gates = stack.cell().gates() * (stack.cell() == Cell.GRU ? 2L : 1);
    for (int l = 0; l < stack.layers(); l++) {
      int input = l == 0 ? stack.input() : stack.output();
      // States, what a cell keeps beside them, dropout, both directions side by side, gradients of
      // these; and the input packed for the weights' gradients.
      floats += stack.output() * (gates + 12) + (long) stack.directions() * input;
    }
    return floats;
  }

  /** Floats for packed weights on the way back, and the first chunk of a workspace. */
  private static long scratch(long weights) {
    return 2 * weights + (1 << 18);
  }

  /**
   * Throws if this is more than the machine has, warns if it is more than half of it.
   *
   * @throws IllegalArgumentException saying what is needed, what there is, and what to change
   */
  void requireRoom(TrainingListener listener) {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    requireRoom(machine, listener);
  }

  void requireRoom(long machine, TrainingListener listener) {
    String need =
        "training needs about %s, the machine has %s; a smaller batch, window or hidden size needs less"
            .formatted(gigabytes(bytes()), gigabytes(machine));
    if (bytes() > machine) {
      throw new IllegalArgumentException(need);
    }
    if (bytes() > machine / 2) {
      listener.onWarning(need);
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f MB (weights %.1f, optimiser %.1f, activations %.1f, examples %.1f), %d steps an epoch, %.2f s",
        bytes() / 1e6,
        weightBytes / 1e6,
        optimizerBytes / 1e6,
        activationBytes / 1e6,
        exampleBytes / 1e6,
        stepsPerEpoch,
        secondsPerEpoch);
  }
}
