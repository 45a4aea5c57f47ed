package io.ciranda.infer;

import io.ciranda.infer.PackedPart.Scratch;
import io.ciranda.memory.Memory;
import io.ciranda.network.Architecture;
import io.ciranda.parallel.Team;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * The state of one stream, or of several that step together (B rows), and the memory to step them.
 * After the first call of a size a step allocates nothing, neither on the heap nor off it.
 *
 * <p>Input and output are row-major. A model with an embedding reads int32 symbols, {@code [B]} a
 * step and {@code [T][B]} a sequence; any other float32 features, {@code [B][I]} and {@code
 * [T][B][I]}. The output is {@code [B][O]} and {@code [T][B][O]}, O as {@link Architecture#output}
 * says. A native segment is read and written where it is, and must stay open until the call
 * returns; what is on the heap is copied through the session's own memory.
 *
 * <p>A session may go from thread to thread but is used by one at a time: a call while another one
 * runs throws {@link IllegalStateException} and leaves the state alone. NaN in the input of a
 * stream stays in that stream: its outputs are NaN until it is reset, those of the others in the
 * batch are as without it.
 */
public final class Session implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final VarHandle BUSY;

  static {
    try {
      BUSY = MethodHandles.lookup().findVarHandle(Session.class, "busy", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Model model;
  private final Architecture sizes;
  private final boolean bidirectional;
  private final PackedNetwork network;
  private final int capacity;
  private final SessionMemory memory;
  private final Cleaner.Cleanable cleanable;
  private final States states;
  private final IntConsumer worker = this::work;
  private final long[][] before; // [threads][parts of a direction]: the state before a step
  private final long[] input = new long[1]; // the address of x
  private long output; // the address of y
  private int length; // T
  private int taken; // steps before this run: every other one reads the weights backwards

  private int rows;

  @SuppressWarnings("unused") // through BUSY
  private boolean busy;

  private boolean closed;

  Session(Model model, int capacity) {
    this.model = model;
    this.capacity = capacity;
    memory = new SessionMemory(model.acquire(), capacity);
    cleanable = PackedNetwork.CLEANER.register(this, memory);
    sizes = model.architecture();
    bidirectional = sizes.bidirectional();
    network = memory.network();
    before = new long[network.threads()][network.threads()];
    states = new States(memory, capacity);
    rows = capacity;
    startAll();
  }

  /** The streams that step now, B. */
  public int rows() {
    return rows;
  }

  /** The most streams that there may be. */
  public int capacity() {
    return capacity;
  }

  /** The model that it runs. */
  public Model model() {
    return model;
  }

  /**
   * One step of every stream.
   *
   * @param x {@code [B]} symbols or {@code [B][I]} features
   * @param y out {@code [B][O]}; must not overlap x
   * @throws UnsupportedOperationException if a layer runs backwards in time: the model needs whole
   *     sequences
   * @throws IllegalArgumentException if a segment is too short or not writable, native ones
   *     overlap, or a symbol is outside the vocabulary; the state is then unchanged
   * @throws IllegalStateException if the session is closed or in use by another thread
   */
  public void step(MemorySegment x, MemorySegment y) {
    requireForward();
    run(x, y, 1);
  }

  /**
   * One step, {@code x [B][I]} and {@code y [B][O]} as {@link #step(MemorySegment, MemorySegment)}.
   */
  public void step(float[] x, float[] y) {
    requireForward();
    run(x, y, 1);
  }

  /** One step of symbols {@code [B]}, as {@link #step(MemorySegment, MemorySegment)}. */
  public void step(int[] ids, float[] y) {
    requireForward();
    run(ids, y, 1);
  }

  /** One step of the only stream, as {@link #step(MemorySegment, MemorySegment)}. */
  public void step(int id, float[] y) {
    requireForward();
    enter();
    try {
      requireInput(true);
      if (rows != 1) {
        throw new IllegalArgumentException(
            "x: expected %d symbols, one for each stream, actual 1".formatted(rows));
      }
      requireLength("y", y.length, outputSize(1));
      prepareCopies(1);
      memory.x().set(INT, 0, id);
      requireSymbols(memory.x().address(), 1);
      run(memory.x().address(), memory.y().address(), 1);
      MemorySegment.copy(memory.y(), FLOAT, 0, y, 0, Math.toIntExact(outputSize(1)));
    } finally {
      exit();
    }
  }

  /**
   * Several steps of every stream, from the state where it is; a bidirectional model starts from
   * the beginning of a sequence each time, or from the state that was set since the last. Whether
   * it is to start goes with a stream where its state is copied or saved.
   *
   * @param x {@code [T][B]} symbols or {@code [T][B][I]} features
   * @param y out {@code [T][B][O]}; must not overlap x
   * @param steps T
   * @throws IllegalArgumentException if a segment is too short or not writable, native ones
   *     overlap, or a symbol is outside the vocabulary; the state is then unchanged
   * @throws IllegalStateException if the session is closed or in use by another thread
   */
  public void run(MemorySegment x, MemorySegment y, int steps) {
    enter();
    try {
      long in = inputSize(steps);
      long out = outputSize(steps);
      requireBytes("x", x, 4 * in);
      requireBytes("y", y, 4 * out);
      if (y.isReadOnly()) {
        throw new IllegalArgumentException("y: expected a segment to write, actual is read-only");
      }
      requireApart(x, 4 * in, y, 4 * out);
      if (!x.isNative() || !y.isNative()) {
        prepareCopies(steps);
      }
      long from = x.address();
      if (!x.isNative()) {
        MemorySegment.copy(x, 0, memory.x(), 0, 4 * in);
        from = memory.x().address();
      }
      if (sizes.readsTokens()) {
        requireSymbols(from, in);
      }
      run(from, y.isNative() ? y.address() : memory.y().address(), steps);
      if (!y.isNative()) {
        MemorySegment.copy(memory.y(), 0, y, 0, 4 * out);
      }
    } finally {
      // An address alone would not keep the memory of an automatic arena from the collector.
      Reference.reachabilityFence(x);
      Reference.reachabilityFence(y);
      exit();
    }
  }

  /** Several steps of features, as {@link #run(MemorySegment, MemorySegment, int)}. */
  public void run(float[] x, float[] y, int steps) {
    enter();
    try {
      requireInput(false);
      requireLength("x", x.length, inputSize(steps));
      requireLength("y", y.length, outputSize(steps));
      prepareCopies(steps);
      MemorySegment.copy(x, 0, memory.x(), FLOAT, 0, Math.toIntExact(inputSize(steps)));
      runOwn(y, steps);
    } finally {
      exit();
    }
  }

  /** Several steps of symbols, as {@link #run(MemorySegment, MemorySegment, int)}. */
  public void run(int[] ids, float[] y, int steps) {
    enter();
    try {
      requireInput(true);
      requireLength("x", ids.length, inputSize(steps));
      requireLength("y", y.length, outputSize(steps));
      prepareCopies(steps);
      MemorySegment.copy(ids, 0, memory.x(), INT, 0, Math.toIntExact(inputSize(steps)));
      requireSymbols(memory.x().address(), inputSize(steps));
      runOwn(y, steps);
    } finally {
      exit();
    }
  }

  private void runOwn(float[] y, int steps) {
    run(memory.x().address(), memory.y().address(), steps);
    MemorySegment.copy(memory.y(), FLOAT, 0, y, 0, Math.toIntExact(outputSize(steps)));
  }

  private void run(long x, long y, int steps) {
    if (rows == 0) {
      return;
    }
    memory.prepare(steps);
    if (bidirectional) {
      states.startEnded(rows);
      states.end(rows);
    }
    input[0] = x;
    output = y;
    length = steps;
    if (memory.team() == null || steps == 1) {
      work(0, null);
    } else {
      memory.team().run(worker);
    }
    taken = (taken + steps) % 2;
  }

  private void work(int thread) {
    work(thread, memory.team());
  }

  /** One thread's part of a run, window after window. */
  private void work(int thread, Team team) {
    for (int t = 0; t < length; t += memory.window()) {
      int steps = Math.min(memory.window(), length - t);
      for (int l = 0; l < network.layers(); l++) {
        for (int d = 0; d < sizes.layers().get(l).directions(); d++) {
          runDirection(l, d, t, steps, thread, team);
        }
      }
      runHead(t, steps, thread, team);
      meet(team); // the next window is written where this one was read
    }
  }

  private static void meet(Team team) {
    if (team != null) {
      team.meet();
    }
  }

  /** The input's products of some steps at once, then these steps one by one. */
  private void runDirection(int l, int d, int window, int steps, int thread, Team team) {
    int parts = network.partsOfDirection(l);
    int first = d * parts;
    int stride = team == null ? 1 : team.size();
    int most = memory.gateRows() / rows;
    long[] sequence = memory.sequence(l);
    long[] hPrev = before[thread];
    for (int part = 0; part < parts; part++) {
      hPrev[part] = states.h(l, first + part);
    }
    for (int n, done = 0; done < steps; done += n) {
      n = Math.min(most, steps - done);
      int from = d == 0 ? done : steps - done - n;
      boolean together = n == 1 && !(l == 0 && sizes.readsTokens());
      for (int part = thread; part < parts && !together; part += stride) {
        inputProduct(l, first + part, part, window, from, n);
      }
      for (int i = 0; i < n; i++) {
        int t = d == 0 ? i : n - 1 - i;
        boolean backwards = (taken + done + i) % 2 == 1;
        for (int part = thread; part < parts; part += stride) {
          PackedPart packed = network.parts(l)[first + part];
          long h = row(sequence[first + part], packed.slice.padded(), from + t);
          long c = states.c(l, first + part);
          long z = row(memory.z(part), packed.gateRow(), t);
          Scratch scratch = memory.scratch(part);
          if (together) {
            long[] x = l == 0 ? input : memory.sequence(l - 1);
            int row = (l == 0 ? window + from : from) * rows;
            packed.step(h, c, z, x, row, hPrev, scratch, rows, backwards);
          } else {
            packed.step(h, c, z, hPrev, scratch, rows, backwards);
          }
        }
        meet(team);
        for (int part = 0; part < parts; part++) {
          int units = network.parts(l)[first + part].slice.padded();
          hPrev[part] = row(sequence[first + part], units, from + t);
        }
      }
    }
    for (int part = thread; part < parts; part += stride) {
      int units = network.parts(l)[first + part].slice.padded();
      Memory.copy(states.h(l, first + part), hPrev[part], (long) rows * units);
    }
    meet(team);
  }

  /** Where the rows of step {@code t} of a window begin. */
  private long row(long address, int floats, int t) {
    return address + 4L * t * rows * floats;
  }

  private void inputProduct(int l, int part, int place, int window, int from, int n) {
    PackedPart packed = network.parts(l)[part];
    long z = memory.z(place);
    if (l > 0) {
      packed.inputProduct(z, memory.sequence(l - 1), from * rows, n * rows);
    } else if (sizes.readsTokens()) {
      long ids = input[0] + 4L * (window + from) * rows;
      packed.tokenProduct(z, ids, memory.scratch(place), n * rows);
    } else {
      packed.inputProduct(z, input, (window + from) * rows, n * rows);
    }
  }

  /** One thread's share of a window's outputs. */
  private void runHead(int window, int steps, int thread, Team team) {
    int threads = team == null ? 1 : team.size();
    int end = steps * rows * (thread + 1) / threads;
    for (int n, row = steps * rows * thread / threads; row < end; row += n) {
      n = Math.min(memory.headRows(), end - row);
      long y = output + 4L * ((long) window * rows + row) * sizes.output();
      network.head().apply(y, memory.sequence(network.layers() - 1), row, memory.logits(thread), n);
    }
  }

  /** Sets every stream to the start of a sequence: zeros, or what the model has learned. */
  public void reset() {
    enter();
    try {
      startAll();
    } finally {
      exit();
    }
  }

  /** Sets one stream to the start of a sequence. */
  public void reset(int row) {
    enter();
    try {
      states.start(Objects.checkIndex(row, rows));
    } finally {
      exit();
    }
  }

  private void startAll() {
    for (int row = 0; row < rows; row++) {
      states.start(row);
    }
  }

  /**
   * Takes one more stream into the batch, at the start of its sequence.
   *
   * @return its row, the last
   * @throws IllegalStateException if the session is full
   */
  public int join() {
    enter();
    try {
      if (rows == capacity) {
        throw new IllegalStateException(
            "the session is full: it was made for %d streams".formatted(capacity));
      }
      states.start(rows);
      return rows++;
    } finally {
      exit();
    }
  }

  /**
   * Takes a stream out of the batch. The stream of the last row takes its place.
   *
   * @return the row where the stream that has moved was before: the number of streams left; equal
   *     to {@code row} if none has
   */
  public int leave(int row) {
    enter();
    try {
      Objects.checkIndex(row, rows);
      rows--;
      states.copyRow(row, states, rows);
      return rows;
    } finally {
      exit();
    }
  }

  /**
   * Copies the state of a stream of another session of the same model to a stream of this one.
   *
   * @throws IllegalArgumentException if the models differ
   */
  public void copyFrom(Session other, int from, int to) {
    enter();
    try {
      if (other.network != network) {
        throw new IllegalArgumentException("expected a session of the same model");
      }
      if (other != this) {
        other.enter();
      }
      try {
        int source = Objects.checkIndex(from, other.rows);
        states.copyRow(Objects.checkIndex(to, rows), other.states, source);
      } finally {
        if (other != this) {
          other.exit();
        }
      }
    } finally {
      exit();
    }
  }

  /** Another session with the same streams in the same state. */
  public Session copy() {
    enter();
    try {
      var copy = new Session(model, capacity);
      copy.rows = rows;
      for (int row = 0; row < rows; row++) {
        copy.states.copyRow(row, states, row);
      }
      return copy;
    } finally {
      exit();
    }
  }

  /** The hidden state of direction {@code d} of layer {@code l}, {@code [B][H]}, a copy. */
  public float[] hidden(int l, int d) {
    return get(false, l, d);
  }

  /**
   * The cell state of direction {@code d} of layer {@code l}, {@code [B][H]}, a copy.
   *
   * @throws IllegalArgumentException if the layer is no LSTM
   */
  public float[] cell(int l, int d) {
    requireCell(l);
    return get(true, l, d);
  }

  /** Sets the hidden state of direction {@code d} of layer {@code l}, {@code [B][H]}. */
  public void setHidden(int l, int d, float[] values) {
    set(false, l, d, values);
  }

  /**
   * Sets the cell state of direction {@code d} of layer {@code l}, {@code [B][H]}.
   *
   * @throws IllegalArgumentException if the layer is no LSTM
   */
  public void setCell(int l, int d, float[] values) {
    requireCell(l);
    set(true, l, d, values);
  }

  private void requireCell(int l) {
    if (!sizes.layers().get(l).cell().hasCellState()) {
      throw new IllegalArgumentException(
          "layer %d: expected an LSTM, which has a cell state, actual %s"
              .formatted(l, sizes.layers().get(l).cell().label()));
    }
  }

  private float[] get(boolean cell, int l, int d) {
    enter();
    try {
      return states.get(cell, l, d, rows);
    } finally {
      exit();
    }
  }

  private void set(boolean cell, int l, int d, float[] values) {
    enter();
    try {
      states.startEnded(rows);
      states.set(cell, l, d, rows, values);
    } finally {
      exit();
    }
  }

  /** The state of all streams, for {@link #restore} in this or another process. */
  public byte[] save() {
    enter();
    try {
      return states.save(rows);
    } finally {
      exit();
    }
  }

  /**
   * Puts the streams back into a state that {@link #save} gave, whatever streams there are now.
   *
   * @throws IllegalArgumentException if the bytes are no state of such a model, or hold more
   *     streams than there is room for; the state is then unchanged
   */
  public void restore(byte[] saved) {
    enter();
    try {
      rows = states.restore(saved);
    } finally {
      exit();
    }
  }

  /** Ends the session and gives its memory back. Closing twice is harmless. */
  @Override
  public void close() {
    if (!BUSY.compareAndSet(this, false, true)) {
      throw inUse();
    }
    closed = true;
    cleanable.clean();
    exit();
  }

  private void enter() {
    if (!BUSY.compareAndSet(this, false, true)) {
      throw inUse();
    }
    if (closed) {
      exit();
      throw new IllegalStateException("use after close: the session is closed");
    }
  }

  private static IllegalStateException inUse() {
    return new IllegalStateException(
        "the session is in use by another thread; each thread needs its own, from model.newSession() or session.copy()");
  }

  private void exit() {
    BUSY.setRelease(this, false);
  }

  /** Room for copies of what comes from the heap. */
  private void prepareCopies(int steps) {
    memory.prepareCopies(inputSize(steps), outputSize(steps));
  }

  /** Floats, or symbols, of the input of {@code steps} steps. */
  private long inputSize(int steps) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps: expected 0 or more, actual " + steps);
    }
    if ((long) steps * rows > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "steps: expected at most %d for %d streams, actual %d; run a sequence in pieces"
              .formatted(Integer.MAX_VALUE / rows, rows, steps));
    }
    return (long) steps * rows * (sizes.readsTokens() ? 1 : sizes.input());
  }

  /** Floats of the output of {@code steps} steps. */
  private long outputSize(int steps) {
    return (long) steps * rows * sizes.output();
  }

  private void requireForward() {
    if (bidirectional) {
      throw new UnsupportedOperationException(
          "a bidirectional model reads a sequence from both ends: it cannot step, run whole sequences");
    }
  }

  private void requireInput(boolean symbols) {
    if (symbols != sizes.readsTokens()) {
      throw new IllegalArgumentException(
          symbols
              ? "x: expected %d float features a step, actual symbols".formatted(sizes.input())
              : "x: expected int symbols in [0, %d), actual features"
                  .formatted(sizes.vocabulary()));
    }
  }

  private static void requireLength(String name, long actual, long expected) {
    if (actual < expected) {
      throw new IllegalArgumentException(
          "%s: expected at least %d elements, actual %d".formatted(name, expected, actual));
    }
  }

  private static void requireBytes(String name, MemorySegment segment, long expected) {
    if (segment.byteSize() < expected) {
      throw new IllegalArgumentException(
          "%s: expected at least %d bytes, actual %d"
              .formatted(name, expected, segment.byteSize()));
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + ": use after close: the segment's arena is closed");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new WrongThreadException(name + ": the segment belongs to another thread");
    }
  }

  /** Later windows of x are read, unchecked, after earlier ones of y are written. */
  private static void requireApart(MemorySegment x, long in, MemorySegment y, long out) {
    if (x.isNative()
        && y.isNative()
        && x.address() < y.address() + out
        && y.address() < x.address() + in) {
      throw new IllegalArgumentException("y: expected a segment apart from x, actual overlaps it");
    }
  }

  private void requireSymbols(long ids, long n) {
    for (long i = 0; i < n; i++) {
      int id = Memory.getInt(ids, i);
      if (id < 0 || id >= sizes.vocabulary()) {
        throw new IllegalArgumentException(
            "x: expected symbols in [0, %d), actual %d at %d".formatted(sizes.vocabulary(), id, i));
      }
    }
  }
}
