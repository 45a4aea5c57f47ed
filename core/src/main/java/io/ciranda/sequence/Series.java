package io.ciranda.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Series cut into examples for training: pieces whose every step has the steps after it as target.
 * Each step of a series is a target's origin once; a piece begins half a window before the first of
 * its origins, so that the network knows what was before, as it will when it is used.
 */
record Series(Encoder encoder, Targets targets, int window) {

  /**
   * The pieces of a series.
   *
   * @param from the first step that may be a target
   * @param to the step after the last that may be one
   */
  List<Encoded> pieces(Sequence series, int from, int to) {
    int half = window / 2;
    var pieces = new ArrayList<Encoded>();
    int origins;
    // A forecast that begins before the first target reaches it.
    for (int first = Math.max(0, from - targets.steps()); first < to - 1; first += origins) {
      int start = Math.max(0, first - half);
      origins = start == 0 ? window - first : half;
      int end = Math.min(first + origins, to - 1);
      float[] wanted = new float[(end - start) * targets.outputs() / targets.levels()];
      Arrays.fill(wanted, Float.NaN);
      for (int t = first; t < end; t++) {
        fill(wanted, (t - start) * targets.outputs() / targets.levels(), series, t, from, to);
      }
      Encoded piece = encoder.encode(series.slice(start, end), wanted);
      if (piece.places() > 0) {
        pieces.add(piece);
      }
    }
    return pieces;
  }

  /** What is wanted of step {@code t}, {@code [steps][columns]}. */
  private void fill(float[] wanted, int at, Sequence series, int t, int from, int to) {
    int columns = targets.columns().length;
    for (int step = 0; step < targets.steps(); step++) {
      int target = t + 1 + step;
      for (int j = 0; j < columns && target >= from && target < to; j++) {
        float x = series.number(target, targets.columns()[j]);
        wanted[at + step * columns + j] = targets.standardised(x, j);
      }
    }
  }
}
