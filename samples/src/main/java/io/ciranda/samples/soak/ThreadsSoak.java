package io.ciranda.samples.soak;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.MemoryCurve;
import io.ciranda.samples.report.StepProgress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Many threads with sessions of their own on one model. Each opens a session, steps through a
 * stream, compares every output with that of one thread alone, closes the session, and begins
 * again.
 */
final class ThreadsSoak {
  private static final int STREAMS = 16;
  private static final int STEPS = 400;
  private static final int VOCABULARY = SoakModel.VOCABULARY;

  private final Model model;
  private final int[][] ids = new int[STREAMS][];
  private final float[][] expected = new float[STREAMS][STEPS * VOCABULARY];
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong sessions = new AtomicLong();
  private final AtomicReference<String> difference = new AtomicReference<>();
  private volatile boolean stopped;

  ThreadsSoak(Model model, long seed) {
    this.model = model;
    var random = new SplittableRandom(seed);
    for (int stream = 0; stream < STREAMS; stream++) {
      ids[stream] = SoakModel.symbols(random, STEPS);
      try (Session session = model.newSession()) {
        session.run(ids[stream], expected[stream], STEPS);
      }
    }
  }

  SoakResult run(Console console, int threads, Duration time, MemoryCurve memory)
      throws IOException, InterruptedException {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int first = i;
      workers.add(Thread.ofPlatform().name("soak-" + i).start(() -> work(first)));
    }
    long interval = Soak.sampleMillis(time);
    memory.sample();
    try (StepProgress progress = StepProgress.start(console, "threads", 0, Long.MAX_VALUE, time)) {
      do {
        TimeUnit.MILLISECONDS.sleep(interval);
        memory.sample();
        if (progress.isDue() && steps.get() > 0) {
          progress.show(steps.get(), speed(progress));
        }
      } while (progress.elapsed() < time.toNanos() && difference.get() == null);
      stopped = true;
      for (Thread worker : workers) {
        worker.join();
      }
      double minutes = progress.elapsed() / 60e9;
      return new SoakResult(
          "threads",
          minutes,
          threads,
          sessions.get(),
          steps.get(),
          difference.get(),
          memory.growth());
    }
  }

  private String speed(StepProgress progress) {
    return "%,.0f steps/s, %,d sessions"
        .formatted(steps.get() * 1e9 / progress.elapsed(), sessions.get());
  }

  private void work(int first) {
    try {
      float[] y = new float[VOCABULARY];
      for (int stream = first; !stopped; stream++) {
        try (Session session = model.newSession()) {
          compare(session, stream % STREAMS, y);
        }
        sessions.incrementAndGet();
      }
    } catch (RuntimeException | Error e) {
      difference.compareAndSet(null, e.toString());
    }
  }

  private void compare(Session session, int stream, float[] y) {
    for (int t = 0; t < STEPS && !stopped; t++) {
      session.step(ids[stream][t], y);
      int from = t * VOCABULARY;
      if (!Arrays.equals(y, 0, VOCABULARY, expected[stream], from, from + VOCABULARY)) {
        difference.compareAndSet(null, "stream %d differs at step %d".formatted(stream, t));
      }
      steps.incrementAndGet();
    }
  }
}
