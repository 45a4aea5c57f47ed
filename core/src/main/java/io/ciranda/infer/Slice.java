package io.ciranda.infer;

import io.ciranda.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * Some of the features that a layer gives or takes: those that lie together in memory.
 *
 * @param from the first of them in a row of all features
 * @param size how many they are
 * @param padded the floats from row to row where they lie
 */
record Slice(int from, int size, int padded) {

  /**
   * The H units of a direction of a layer in {@code parts} slices, as even as may be, each padded
   * up to where the gates of its units fill whole panels.
   */
  static List<Slice> units(Kernels kernels, int gates, int hidden, int parts) {
    var slices = new ArrayList<Slice>();
    for (int part = 0; part < parts; part++) {
      int from = part * hidden / parts;
      int size = (part + 1) * hidden / parts - from;
      slices.add(new Slice(from, size, padded(kernels, gates, size)));
    }
    return slices;
  }

  /** All {@code n} features in rows of just these. */
  static Slice whole(int n) {
    return new Slice(0, n, n);
  }

  /** {@code size}, up to where {@code multiple} times as many fill whole panels. */
  static int padded(Kernels kernels, int multiple, int size) {
    int padded = size;
    while (multiple * padded % kernels.panelColumns() != 0) {
      padded++;
    }
    return padded;
  }

  /** The same features further along the row. */
  Slice shifted(int by) {
    return new Slice(from + by, size, padded);
  }
}
