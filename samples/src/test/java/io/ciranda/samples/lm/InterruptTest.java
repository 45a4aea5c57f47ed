package io.ciranda.samples.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.ChildCiranda;
import io.ciranda.samples.Texts;
import io.ciranda.samples.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Trainings in a JVM of their own that are interrupted or killed, and go on. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class InterruptTest {
  @TempDir private static Path folder;

  private static byte[] uninterrupted;

  @BeforeAll
  static void trainWithoutInterruption() throws IOException {
    Files.writeString(folder.resolve("text.txt"), Texts.lines(600, 1));
    Typed.ciranda(words("whole")).done();
    uninterrupted = Files.readAllBytes(folder.resolve("whole.safetensors"));
  }

  private static String[] words(String name, String... more) {
    var words = new ArrayList<String>();
    words.addAll(List.of("lm train --hidden 32 --layers 1 --batch 8 --bptt 32".split(" ", -1)));
    words.addAll(List.of("--epochs 15 --schedule cosine --threads 2".split(" ", -1)));
    words.addAll(List.of("--text", folder.resolve("text.txt").toString()));
    words.addAll(List.of("--model", folder.resolve(name + ".safetensors").toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static ChildCiranda.Running start(String... words) throws IOException {
    return ChildCiranda.asLaunched(folder).start(List.of(words));
  }

  private static void assertResumedEndsAsTheUninterrupted(String name) throws IOException {
    Typed resumed = Typed.ciranda(words(name, "--resume")).done();
    resumed.says("resumed ");
    assertFalse(resumed.err().contains("finished already"), resumed.err());
    assertArrayEquals(
        uninterrupted, Files.readAllBytes(folder.resolve(name + ".safetensors")), resumed.err());
  }

  /**
   * Whether SIGINT is ignored here, and so by every child: a shell starts its background jobs like
   * that, and they are stopped by SIGTERM.
   */
  private static boolean interruptIsIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      String mask = lines.filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
      return (Long.parseUnsignedLong(mask.substring("SigIgn:".length()).strip(), 16) & 2) != 0;
    }
  }

  @Test
  void controlCFinishesTheStepAndSaves() throws Exception {
    boolean ignored = interruptIsIgnored();
    Typed stopped =
        start(words("interrupted")).untilItSays("epoch 2,").signal(ignored ? "TERM" : "INT").end();
    assertEquals(128 + (ignored ? 15 : 2), stopped.exitCode(), stopped.err());
    stopped
        .says("stopping: the step is finished and saved")
        .says("stopped at step ")
        .says("; the same command with --resume goes on");
    assertFalse(stopped.err().contains("\tat "), stopped.err());
    assertTrue(Files.exists(folder.resolve("interrupted.checkpoint")));
    assertTrue(Files.exists(folder.resolve("interrupted.summary.json")));
    assertResumedEndsAsTheUninterrupted("interrupted");
  }

  @Test
  void aKilledRunGoesOnFromItsLastCheckpoint() throws Exception {
    Typed killed =
        start(words("killed", "--checkpoint-seconds", "0"))
            .untilItSays("epoch 2,")
            .signal("KILL")
            .end();
    assertEquals(137, killed.exitCode(), killed.err()); // 128 + SIGKILL
    assertResumedEndsAsTheUninterrupted("killed");
  }
}
