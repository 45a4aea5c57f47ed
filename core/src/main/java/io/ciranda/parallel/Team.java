package io.ciranda.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A fixed set of threads that run one task each and wait for each other. The calling thread is
 * worker 0; a team of one has no threads. To be used by one thread at a time.
 */
public final class Team implements AutoCloseable {
  /**
   * About 20 microseconds: the phases of a training step follow each other faster than a thread
   * wakes up.
   */
  private static final int SPINS = 2_000;

  /** For one who waits in vain: another thread has its CPU. */
  private static final long NAP_NANOS = 20_000;

  private final Thread[] threads; // [0] stays empty
  private final boolean maySpin;
  private final AtomicInteger pending = new AtomicInteger();
  private final AtomicInteger round = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger meetings = new AtomicInteger();
  private volatile boolean closed;
  private volatile Throwable failure;
  private volatile Thread caller;
  private IntConsumer task; // published by round

  /**
   * A team of {@code size} workers.
   *
   * @throws IllegalArgumentException if the size is below 1
   */
  public Team(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, actual " + size);
    }
    // Spinning on more threads than CPUs takes the time of those that have work.
    maySpin = Runtime.getRuntime().availableProcessors() >= size;
    threads = new Thread[size];
    for (int i = 1; i < size; i++) {
      int worker = i;
      threads[i] = Thread.ofPlatform().daemon().name("ciranda-" + i).unstarted(() -> serve(worker));
    }
    for (int i = 1; i < size; i++) {
      threads[i].start();
    }
  }

  /** The number of workers. */
  public int size() {
    return threads.length;
  }

  /**
   * Runs {@code task} once for each worker number in [0, size) and returns when all are done. What
   * one of them throws is thrown here, after the others have ended.
   */
  public void run(IntConsumer task) {
    if (closed) {
      throw new IllegalStateException("the team is closed");
    }
    failure = null;
    arrived.set(0);
    this.task = task;
    caller = Thread.currentThread();
    pending.set(threads.length - 1);
    round.incrementAndGet();
    for (int i = 1; i < threads.length; i++) {
      LockSupport.unpark(threads[i]);
    }
    runTask(0);
    for (int spins = 0; pending.get() > 0; spins++) {
      pause(spins);
    }
    this.task = null; // the threads live on: what a task refers to need not
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /**
   * Called by every worker within a task: returns when all have come. What they wrote before, all
   * can read after. Where a CPU is free for each worker this takes some hundred nanoseconds.
   *
   * @throws IllegalStateException if another worker has failed and will never come
   */
  public void meet() {
    int meeting = meetings.get();
    if (arrived.incrementAndGet() == threads.length) {
      arrived.set(0);
      meetings.incrementAndGet();
      return;
    }
    for (int spins = 0; meetings.get() == meeting; spins++) {
      if (failure != null) {
        throw new IllegalStateException("another worker has failed", failure);
      }
      if (maySpin && spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, NAP_NANOS);
      }
    }
  }

  private void serve(int worker) {
    int seen = 0;
    while (true) {
      for (int spins = 0; round.get() == seen && !closed; spins++) {
        pause(spins);
      }
      if (closed) {
        return;
      }
      seen++;
      runTask(worker);
      if (pending.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
    }
  }

  private void pause(int spins) {
    if (maySpin && spins < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.park(this);
    }
  }

  private void runTask(int worker) {
    try {
      task.accept(worker);
    } catch (RuntimeException | Error e) {
      if (failure == null) {
        failure = e; // not the complaint of one who waited for this worker
      }
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (int i = 1; i < threads.length; i++) {
      LockSupport.unpark(threads[i]);
    }
  }
}
