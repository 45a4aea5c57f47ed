package com.example.consumer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.infer.Model;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs twice, once on the module path and once on the class path. */
class ConsumerTest {
  private static final String TEXT = "One, two, three, turn around; ".repeat(200);

  @Test
  void runsWhereTheBuildSays() {
    assertEquals(Boolean.getBoolean("consumer.modular"), Consumer.class.getModule().isNamed());
  }

  @Test
  void theVectorKernelsAreChosen() {
    String kernels = Backend.best().kernels().name();
    assertTrue(kernels.startsWith("simd-"), kernels);
  }

  @Test
  void trainsSavesLoadsAndSteps(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("model.safetensors");
    var losses = new ArrayList<Double>();
    try (var trained = Consumer.train(TEXT, 10, losses);
        var packed = trained.pack(Precision.F32)) {
      assertTrue(losses.getLast() < losses.getFirst() / 2, losses::toString);
      trained.save(file);
      try (var loaded = Model.load(file)) {
        int[] ids = trained.vocabulary().encode("One, two, ").ids();
        assertArrayEquals(Consumer.scores(packed, ids), Consumer.scores(loaded, ids));
      }
    }
  }
}
