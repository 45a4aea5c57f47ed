package io.ciranda.samples.soak;

import io.ciranda.samples.report.MemoryCurve.Growth;

/**
 * What a part of the soak came to.
 *
 * @param name threads or steps
 * @param minutes that it took
 * @param threads at once
 * @param sessions one after the other
 * @param steps of all sessions, each of whose outputs was compared
 * @param difference the first, or null
 * @param growth of the memory
 */
record SoakResult(
    String name,
    double minutes,
    int threads,
    long sessions,
    long steps,
    String difference,
    Growth growth) {
  /** Far below one object a session, far above what one collection leaves more than another. */
  private static final long HEAP_LIMIT = 2 << 20;

  /** What the JVM takes for compiled code, and what malloc keeps, settles within it. */
  private static final long RESIDENT_LIMIT = 24 << 20;

  /** A shorter run says nothing about memory: the JVM is still compiling. */
  private static final double MEANINGFUL_MINUTES = 1;

  /** Every output equal, and the memory flat. */
  public boolean isPassed() {
    boolean flat = growth.heap() <= HEAP_LIMIT && growth.resident() <= RESIDENT_LIMIT;
    return difference == null && (flat || minutes < MEANINGFUL_MINUTES);
  }

  String sentence() {
    return "%s: %,d steps of %,d sessions on %d threads in %.1f minutes, %s; heap %+.2f MB, process %+.2f MB: %s"
        .formatted(
            name,
            steps,
            sessions,
            threads,
            minutes,
            difference == null ? "every output equal bit for bit" : difference,
            growth.heap() / 1048576.0,
            growth.resident() / 1048576.0,
            isPassed() ? "passed" : "failed");
  }
}
