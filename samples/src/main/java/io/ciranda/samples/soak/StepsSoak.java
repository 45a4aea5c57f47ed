package io.ciranda.samples.soak;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.MemoryCurve;
import io.ciranda.samples.report.StepProgress;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One session for very many steps of one stream. Another one runs the same stream in sequences: the
 * outputs must be the same bits.
 */
final class StepsSoak {
  private static final int CHUNK = 500;
  private static final int SAMPLES = 200;
  private static final int VOCABULARY = SoakModel.VOCABULARY;

  private final Model model;
  private final long seed;

  StepsSoak(Model model, long seed) {
    this.model = model;
    this.seed = seed;
  }

  SoakResult run(Console console, long steps, MemoryCurve memory) throws IOException {
    var random = new SplittableRandom(seed);
    float[] expected = new float[CHUNK * VOCABULARY];
    float[] y = new float[VOCABULARY];
    String difference = null;
    long done = 0;
    memory.sample();
    try (Session stepping = model.newSession();
        Session running = model.newSession();
        StepProgress progress =
            StepProgress.start(console, "steps", 0, steps, ChronoUnit.FOREVER.getDuration())) {
      for (long sampled = 0; done < steps && difference == null; ) {
        int n = (int) Math.min(CHUNK, steps - done);
        int[] ids = SoakModel.symbols(random, n);
        running.run(ids, expected, n);
        for (int t = 0; t < n && difference == null; t++) {
          stepping.step(ids[t], y);
          int from = t * VOCABULARY;
          if (!Arrays.equals(y, 0, VOCABULARY, expected, from, from + VOCABULARY)) {
            difference = "step %,d differs".formatted(done + t);
          }
        }
        done += n;
        if (done * SAMPLES / steps > sampled) {
          sampled = done * SAMPLES / steps;
          memory.sample();
        }
        if (progress.isDue()) {
          progress.show(done, "%,.0f steps/s".formatted(done * 1e9 / progress.elapsed()));
        }
      }
      double minutes = progress.elapsed() / 60e9;
      return new SoakResult("steps", minutes, 1, 2, done, difference, memory.growth());
    }
  }
}
