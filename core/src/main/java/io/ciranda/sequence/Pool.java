package io.ciranda.sequence;

/** The outputs of a sequence's steps on their way to one answer; the same for streams and whole. */
final class Pool {
  private final boolean mean;
  private final double[] sum; // [O]
  private final float[] pooled; // [O]
  private int steps;

  /** Before the first step. */
  Pool(Pooling pooling, int outputs) {
    mean = pooling == Pooling.MEAN;
    sum = new double[outputs];
    pooled = new float[outputs];
  }

  /** Takes the outputs of one more step, which begin at {@code from}. */
  void add(float[] outputs, int from) {
    if (!mean) {
      System.arraycopy(outputs, from, pooled, 0, pooled.length);
      return;
    }
    steps++;
    for (int i = 0; i < sum.length; i++) {
      sum[i] += outputs[from + i];
      pooled[i] = (float) (sum[i] / steps);
    }
  }

  /** What it comes to so far: the pool's own array. */
  float[] pooled() {
    return pooled;
  }

  void reset() {
    steps = 0;
    java.util.Arrays.fill(sum, 0);
    java.util.Arrays.fill(pooled, 0);
  }
}
