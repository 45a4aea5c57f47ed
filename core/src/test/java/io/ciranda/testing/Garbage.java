package io.ciranda.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What code allocates once it is compiled. */
public final class Garbage {
  /**
   * C2 compiles in the background. Where it is given little of a CPU, it is seconds behind code
   * that has run a hundred thousand times, and until then vectors are objects.
   */
  private static final long PATIENCE_SECONDS = 60;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Garbage() {}

  /** The bytes that this thread allocates, as {@link #least}. */
  public static long leastOfThisThread(Runnable round, long limit) {
    return least(THREADS::getCurrentThreadAllocatedBytes, round, limit);
  }

  /** The bytes that all threads allocate, as {@link #least}. */
  public static long leastOfAllThreads(Runnable round, long limit) {
    return least(THREADS::getTotalThreadAllocatedBytes, round, limit);
  }

  /**
   * Runs rounds until one allocates no more than {@code limit} bytes or C2 has had its time.
   *
   * @return the least that a round allocated
   */
  private static long least(LongSupplier allocated, Runnable round, long limit) {
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (least > limit && System.nanoTime() < end) {
      long before = allocated.getAsLong();
      round.run();
      least = Math.min(least, allocated.getAsLong() - before);
    }
    return least;
  }
}
