package io.ciranda.samples.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or a polite kill: asks the work to stop and keeps the JVM alive until it has saved. What
 * a second Ctrl-C does is the system's; a checkpoint is written atomically either way.
 */
public final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stopAndWait, "ciranda-stop");
  private final Runnable announcement;
  private volatile boolean requested;

  /**
   * Begins to listen.
   *
   * @param announcement is run when the signal comes: what was asked for may take a while
   */
  public StopSignal(Runnable announcement) {
    this.announcement = announcement;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void stopAndWait() {
    requested = true;
    announcement.run();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return; // the step hangs: better lose it than the user's patience
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it came. */
  public boolean requested() {
    return requested;
  }

  /** The work is saved: the JVM may end. */
  @Override
  public void close() {
    done.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException alreadyShuttingDown) {
        // Then the hook runs, and finds nothing to wait for.
      }
    }
  }
}
