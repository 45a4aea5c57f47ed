package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in other JVMs end with the bits of a run in this one. */
class KilledRunTest {
  private static final int KILLS = 4;
  private static final int STEPS = TrainingRun.EPOCHS * TrainingRun.WINDOWS;

  @TempDir Path folder;

  private String checkpoint() {
    return folder.resolve("checkpoint").toString();
  }

  private String result() {
    return folder.resolve("result").toString();
  }

  private static float[] averagesAfter(int steps, Backend backend) throws IOException {
    try (var run = new TrainingRun(backend)) {
      run.runTo(steps);
      return run.averages();
    }
  }

  private void assertResult(float[] expected) throws IOException {
    try (var model = LanguageModel.load(folder.resolve("result"), Backend.best())) {
      assertArrayEquals(expected, model.parameters().values().toArray());
    }
  }

  @Test
  void aRunThatIsKilledAgainAndAgainEndsWithTheSameBits() throws Exception {
    var steps = new StringBuilder();
    for (int kill = 0; kill < KILLS; kill++) {
      steps.append(" | ").append(killAtARandomMoment());
      assertTrue(
          Files.notExists(folder.resolve("result")), () -> "it ended before the kill:" + steps);
    }
    new ChildJvm().run(TrainingRun.class, Integer.toString(STEPS), checkpoint(), result());
    assertResult(averagesAfter(STEPS, Backend.best()));
  }

  /** Lets a run do some steps, kills it in the middle of something and returns what it printed. */
  private String killAtARandomMoment() throws IOException, InterruptedException {
    var random = ThreadLocalRandom.current();
    int steps = random.nextInt(4, 11); // with the next checkpoint at most 3 steps away
    var printed = new StringBuilder();
    Process process =
        new ChildJvm()
            .start(
                folder.resolve("err"),
                TrainingRun.class,
                Integer.toString(STEPS),
                checkpoint(),
                result());
    try (BufferedReader reader = process.inputReader()) {
      for (int i = 0; i < steps; i++) {
        String line = reader.readLine();
        if (line == null) {
          throw new AssertionError("the run ended: " + Files.readString(folder.resolve("err")));
        }
        printed.append(line).append(' ');
      }
      // Up to a few milliseconds: in the middle of a step or of writing a checkpoint.
      TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000));
      process.destroyForcibly().waitFor();
    }
    return printed.toString();
  }

  @Test
  void interpretedAndCompiledCodeGiveTheSameBits() throws Exception {
    int steps = 5; // a hundred times slower
    new ChildJvm()
        .option("-Xint")
        .option("-Dciranda.blas.library=none") // the Java code alone, and no interpreted SHA-256
        .run(TrainingRun.class, Integer.toString(steps), checkpoint(), result());
    var withoutBlas = Backend.of(Backend.best().kernels(), false);
    float[] compiled = null;
    for (int i = 0; i < 30; i++) { // at the last, all code that matters is compiled
      compiled = averagesAfter(steps, withoutBlas);
    }
    assertResult(compiled);
  }
}
