package io.ciranda.model;

import io.ciranda.memory.IntTensor;

/** A long text as lanes side by side: lane b is the b-th piece of a given length. */
final class Lanes {
  private Lanes() {}

  /**
   * Fills one window: {@code x[t][b]} is symbol {@code start + t} of lane {@code firstLane + b},
   * and {@code y[t][b]} the one after it.
   *
   * @param x {@code [T][B]}
   * @param y {@code [T][B]}
   * @param length symbols of a lane
   */
  static void fill(IntTensor x, IntTensor y, int[] ids, int length, int firstLane, int start) {
    int steps = x.dim(0);
    int batch = x.dim(1);
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < batch; b++) {
        int at = (firstLane + b) * length + start + t;
        x.set((long) t * batch + b, ids[at]);
        y.set((long) t * batch + b, ids[at + 1]);
      }
    }
  }
}
