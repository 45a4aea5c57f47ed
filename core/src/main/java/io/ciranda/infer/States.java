package io.ciranda.infer;

import io.ciranda.memory.Memory;
import io.ciranda.network.Architecture.Layer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The recurrent state of the streams of a session; checks nothing but what comes from outside. */
final class States {
  private static final int MAGIC = 0x31534943; // "CIS1"
  private static final int HEADER = 12;

  private final PackedNetwork network;
  private final long[][] h; // [L][parts] addresses of [capacity][P]
  private final long[][] c; // the same, 0 where the cell has none
  private final boolean bidirectional;
  private final boolean[] ended; // [capacity]: a bidirectional run, which nothing goes on from
  private final int fingerprint;

  States(SessionMemory memory, int capacity) {
    network = memory.network();
    bidirectional = network.architecture().bidirectional();
    ended = new boolean[capacity];
    var sizes = network.architecture().layers();
    h = new long[network.layers()][];
    c = new long[network.layers()][];
    for (int l = 0; l < h.length; l++) {
      boolean cell = sizes.get(l).cell().hasCellState();
      h[l] = new long[network.parts(l).length];
      c[l] = new long[network.parts(l).length];
      for (int part = 0; part < h[l].length; part++) {
        int units = network.parts(l)[part].slice.padded();
        h[l][part] = memory.state(units);
        c[l][part] = cell ? memory.state(units) : 0;
      }
    }
    // Of a text: the hash of an enum constant differs from JVM to JVM.
    fingerprint = sizes.toString().hashCode();
  }

  /** {@code [capacity][P]}. */
  long h(int l, int part) {
    return h[l][part];
  }

  /** {@code [capacity][P]}, or 0 where the cell has no c. */
  long c(int l, int part) {
    return c[l][part];
  }

  /** Sets a stream to the start of a sequence. */
  void start(int row) {
    for (int l = 0; l < h.length; l++) {
      for (int part = 0; part < h[l].length; part++) {
        network.parts(l)[part].start(row(h, l, part, row), row(c, l, part, row));
      }
    }
    ended[row] = false;
  }

  /** Sets the streams whose sequence has ended to the start of another. */
  void startEnded(int rows) {
    for (int row = 0; row < rows; row++) {
      if (ended[row]) {
        start(row);
      }
    }
  }

  /** Marks the ends of the sequences of a bidirectional run. */
  void end(int rows) {
    Arrays.fill(ended, 0, rows, true);
  }

  private long row(long[][] state, int l, int part, int row) {
    int units = network.parts(l)[part].slice.padded();
    return state[l][part] == 0 ? 0 : state[l][part] + 4L * row * units;
  }

  /** Copies a stream of a session of the same model. */
  void copyRow(int to, States other, int from) {
    if (other == this && from == to) {
      return;
    }
    for (int l = 0; l < h.length; l++) {
      for (int part = 0; part < h[l].length; part++) {
        int units = network.parts(l)[part].slice.padded();
        Memory.copy(row(h, l, part, to), other.row(other.h, l, part, from), units);
        if (c[l][part] != 0) {
          Memory.copy(row(c, l, part, to), other.row(other.c, l, part, from), units);
        }
      }
    }
    ended[to] = other.ended[from];
  }

  /** {@code [rows][H]}. */
  float[] get(boolean cell, int l, int d, int rows) {
    float[] values = new float[rows * network.architecture().layers().get(l).hidden()];
    int[] at = {0};
    for (int row = 0; row < rows; row++) {
      visitDirection(
          cell ? c : h,
          l,
          d,
          row,
          (state, units) -> {
            for (int j = 0; j < units; j++) {
              values[at[0]++] = Memory.get(state, j);
            }
          });
    }
    return values;
  }

  /** The opposite of {@link #get}. */
  void set(boolean cell, int l, int d, int rows, float[] values) {
    int hidden = network.architecture().layers().get(l).hidden();
    if (values.length != rows * hidden) {
      throw new IllegalArgumentException(
          "state of layer %d: expected %d values, %d streams of %d units, actual %d"
              .formatted(l, rows * hidden, rows, hidden, values.length));
    }
    int[] at = {0};
    for (int row = 0; row < rows; row++) {
      visitDirection(
          cell ? c : h,
          l,
          d,
          row,
          (state, units) -> {
            for (int j = 0; j < units; j++) {
              Memory.set(state, j, values[at[0]++]);
            }
          });
    }
  }

  /**
   * The states of {@code rows} streams: "CIS1", a hash of the layers' sizes, the number of streams;
   * then float32 values, stream after stream, layer after layer, direction after direction, h
   * {@code [H]} before c {@code [H]}. Little-endian. Of a bidirectional model a byte for each
   * stream comes last: 1 if its sequence has ended.
   */
  byte[] save(int rows) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(stateBytes(rows) + endBytes(rows)))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(MAGIC).putInt(fingerprint).putInt(rows);
    visit(
        rows,
        (state, units) -> {
          for (int j = 0; j < units; j++) {
            bytes.putFloat(Memory.get(state, j));
          }
        });
    for (int row = 0; row < endBytes(rows); row++) {
      bytes.put((byte) (ended[row] ? 1 : 0));
    }
    return bytes.array();
  }

  /**
   * Takes over what {@link #save} gave.
   *
   * @return the number of streams
   */
  int restore(byte[] saved) {
    ByteBuffer bytes = ByteBuffer.wrap(saved).order(ByteOrder.LITTLE_ENDIAN);
    if (saved.length < HEADER || bytes.getInt() != MAGIC) {
      throw new IllegalArgumentException(
          "expected what save() gave, actual %d bytes of something else".formatted(saved.length));
    }
    if (bytes.getInt() != fingerprint) {
      throw new IllegalArgumentException(
          "expected the state of a model with the same layers, actual of another");
    }
    int rows = bytes.getInt();
    if (rows < 0 || rows > ended.length) {
      throw new IllegalArgumentException(
          "expected the state of at most %d streams, actual %d".formatted(ended.length, rows));
    }
    long expected = stateBytes(rows) + endBytes(rows);
    if (saved.length != expected && saved.length != stateBytes(rows)) {
      throw new IllegalArgumentException(
          "expected %d bytes of state, actual %d".formatted(expected, saved.length));
    }
    visit(
        rows,
        (state, units) -> {
          for (int j = 0; j < units; j++) {
            Memory.set(state, j, bytes.getFloat());
          }
        });
    for (int row = 0; row < rows; row++) {
      // Older versions did not write it, and mostly saved what had ended.
      ended[row] = bidirectional && (!bytes.hasRemaining() || bytes.get() != 0);
    }
    return rows;
  }

  private long stateBytes(int rows) {
    long[] floats = {0};
    visit(1, (_, units) -> floats[0] += units);
    return HEADER + 4 * floats[0] * rows;
  }

  private int endBytes(int rows) {
    return bidirectional ? rows : 0;
  }

  private interface Visitor {
    /** Some units of one stream's h or c in one direction of a layer. */
    void visit(long state, int units);
  }

  private void visit(int rows, Visitor visitor) {
    for (int row = 0; row < rows; row++) {
      for (int l = 0; l < h.length; l++) {
        Layer layer = network.architecture().layers().get(l);
        for (int d = 0; d < layer.directions(); d++) {
          visitDirection(h, l, d, row, visitor);
          if (layer.cell().hasCellState()) {
            visitDirection(c, l, d, row, visitor);
          }
        }
      }
    }
  }

  /** The units from first to last, however they are cut into parts. */
  private void visitDirection(long[][] state, int l, int d, int row, Visitor visitor) {
    int parts = network.partsOfDirection(l);
    for (int part = d * parts; part < (d + 1) * parts; part++) {
      visitor.visit(row(state, l, part, row), network.parts(l)[part].slice.size());
    }
  }
}
