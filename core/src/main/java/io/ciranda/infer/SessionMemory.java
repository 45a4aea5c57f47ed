package io.ciranda.infer;

import io.ciranda.infer.PackedPart.Scratch;
import io.ciranda.parallel.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a session takes: off-heap memory, threads, and its share in the model's weights. {@link
 * #run} gives all of it back: when the session is closed, or when nobody can reach it any more.
 * Therefore nothing here refers to the session.
 */
final class SessionMemory implements Runnable {
  /**
   * Rows whose input products are computed at once. Fewer would read large input weights again and
   * again, and drive the recurrent weights out of the cache in between.
   */
  private static final int ROWS = 512;

  /** Floats of a linear layer's products that stand side by side: they should stay in L2. */
  private static final int LOGITS = 128 << 10;

  private static final long ALIGNMENT = 64;

  private final PackedNetwork network;
  private final int capacity;
  private final boolean bidirectional;
  private final int widest; // GP
  private final int chunk; // steps whose input products are computed at once
  private final Team team; // null for one thread
  private final Arena state = Arena.ofShared();
  private final long[][] sequence; // [L][parts] addresses of [window][capacity][P]
  private final Scratch[] scratch; // [threads]
  private final long[] z; // [threads] addresses of [gateRows][widest GP]
  private final long[] logits; // [threads] addresses of [headRows][the head's columns]
  private Arena work = Arena.ofShared();
  private int window;
  private int gateRows;
  private int headRows;
  private Arena ends = Arena.ofShared();
  private MemorySegment x = MemorySegment.NULL;
  private MemorySegment y = MemorySegment.NULL;

  SessionMemory(PackedNetwork network, int capacity) {
    this.network = network;
    this.capacity = capacity;
    bidirectional = network.architecture().bidirectional();
    widest = network.widestGateRow();
    chunk = Math.max(1, ROWS / capacity);
    int threads = network.threads();
    team = threads == 1 ? null : new Team(threads);
    sequence = new long[network.layers()][];
    for (int l = 0; l < sequence.length; l++) {
      sequence[l] = new long[network.parts(l).length];
    }
    scratch = new Scratch[threads];
    z = new long[threads];
    logits = new long[threads];
  }

  PackedNetwork network() {
    return network;
  }

  /** The threads of whole sequences, the caller's among them; null if it is the only one. */
  Team team() {
    return team;
  }

  /** Zeroed memory for as long as the session lives, {@code [capacity][units]}. */
  long state(int units) {
    return floats(state, (long) capacity * units);
  }

  private static long floats(Arena arena, long n) {
    return arena.allocate(4 * n, ALIGNMENT).address();
  }

  /**
   * Makes room for a run of {@code steps} steps. A unidirectional model runs window by window, so
   * that its memory does not grow with the sequence; a bidirectional one needs all of it.
   */
  void prepare(int steps) {
    int needed = bidirectional ? steps : Math.min(steps, chunk);
    if (needed > window) {
      window = 0; // in case there is not so much memory
      work.close();
      work = Arena.ofShared();
      allocate(needed, Math.min(needed, chunk) * capacity);
    }
  }

  private void allocate(int steps, int rows) {
    for (int l = 0; l < sequence.length; l++) {
      for (int part = 0; part < sequence[l].length; part++) {
        int units = network.parts(l)[part].slice.padded();
        sequence[l][part] = floats(work, (long) steps * capacity * units);
      }
    }
    int logitsRow = Math.max(1, network.head().scratchRow());
    headRows = Math.clamp(LOGITS / logitsRow, 1, steps * capacity);
    gateRows = rows;
    for (int thread = 0; thread < z.length; thread++) {
      z[thread] = floats(work, (long) rows * widest);
      logits[thread] = floats(work, (long) headRows * logitsRow);
      scratch[thread] =
          new Scratch(
              floats(work, (long) capacity * widest),
              floats(work, (long) capacity * widest),
              new long[] {floats(work, (long) rows * network.vectorWidth())});
    }
    window = steps;
  }

  /** Makes room for a copy of a call's input and output, so many elements of four bytes. */
  void prepareCopies(long inputs, long outputs) {
    if (x.byteSize() < 4 * inputs || y.byteSize() < 4 * outputs) {
      x = MemorySegment.NULL; // in case there is not so much memory
      ends.close();
      ends = Arena.ofShared();
      y = ends.allocate(4 * outputs, ALIGNMENT);
      x = ends.allocate(4 * inputs, ALIGNMENT);
    }
  }

  /** Steps that the sequence memory has room for. */
  int window() {
    return window;
  }

  /** The outputs of a layer's parts, each {@code [window][B][P]}. */
  long[] sequence(int l) {
    return sequence[l];
  }

  /** Rows, one for a step of a stream, that {@link #z} has room for. */
  int gateRows() {
    return gateRows;
  }

  /** {@code [gateRows][GP]}. */
  long z(int thread) {
    return z[thread];
  }

  /** Rows that {@link #logits} has room for. */
  int headRows() {
    return headRows;
  }

  /** {@code [headRows][the head's columns]}. */
  long logits(int thread) {
    return logits[thread];
  }

  Scratch scratch(int thread) {
    return scratch[thread];
  }

  /** A copy of the input of a call. */
  MemorySegment x() {
    return x;
  }

  /** A copy of the output of a call. */
  MemorySegment y() {
    return y;
  }

  @Override
  public void run() {
    if (team != null) {
      team.close();
    }
    state.close();
    work.close();
    ends.close();
    network.release();
  }
}
