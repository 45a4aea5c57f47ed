package io.ciranda.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.memory.Tensor;
import io.ciranda.network.Network;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Garbage;
import io.ciranda.testing.Values;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A compiled step makes no garbage: not one byte, on no thread of the JVM. */
class SessionAllocationTest {
  private static final int CALLS = 20;

  private static final int INPUT = 7;
  private static final int VOCABULARY = 12;
  private static final int STEPS = 9;

  @ParameterizedTest
  @EnumSource(Cell.class)
  void stepsAndSequencesOfFeatures(Cell cell) {
    try (Network network = Networks.random(Networks.stack(cell, INPUT, 33, 2, false))) {
      for (int threads = 1; threads <= 2; threads++) {
        var options = Model.Options.standard().withThreads(threads);
        try (Model model = Model.of(network, options)) {
          for (int batch : new int[] {1, 8}) {
            features(model, batch);
          }
        }
      }
    }
  }

  private void features(Model model, int batch) {
    float[] x = Values.floats("x", (long) STEPS * batch * INPUT);
    float[] y = new float[STEPS * batch * model.architecture().output()];
    try (Session session = model.newSession(batch);
        Tensor in = Tensor.allocate(x.length).copyFrom(x);
        Tensor out = Tensor.allocate(y.length)) {
      String name = "%s, batch %d: ".formatted(model, batch);
      MemorySegment from = in.segment();
      MemorySegment to = out.segment();
      assertNoGarbage(name + "a step, native", () -> session.step(from, to));
      assertNoGarbage(name + "a step, arrays", () -> session.step(x, y));
      assertNoGarbage(name + "a sequence, native", () -> session.run(from, to, STEPS));
      assertNoGarbage(name + "a sequence, arrays", () -> session.run(x, y, STEPS));
    }
  }

  @ParameterizedTest
  @EnumSource(Cell.class)
  void stepsAndSequencesOfSymbols(Cell cell) {
    try (Network network = Networks.random(Networks.languageModel(cell, VOCABULARY, 33, 2));
        Model model = Model.of(network)) {
      for (int batch : new int[] {1, 8}) {
        symbols(model, batch);
      }
    }
  }

  private void symbols(Model model, int batch) {
    int[] x = Values.ids("x", STEPS * batch, VOCABULARY);
    float[] y = new float[STEPS * batch * VOCABULARY];
    try (Session session = model.newSession(batch)) {
      String name = "%s, batch %d: ".formatted(model, batch);
      assertNoGarbage(name + "a step, arrays", () -> session.step(x, y));
      assertNoGarbage(name + "a sequence, arrays", () -> session.run(x, y, STEPS));
      if (batch == 1) {
        assertNoGarbage(name + "a step, one symbol", () -> session.step(3, y));
      }
    }
  }

  /** In some round: other threads of the JVM have work of their own. */
  private static void assertNoGarbage(String name, Runnable call) {
    long least =
        Garbage.leastOfAllThreads(
            () -> {
              for (int i = 0; i < CALLS; i++) {
                call.run();
              }
            },
            0);
    assertEquals(0, least, name + ", bytes in %d calls".formatted(CALLS));
  }
}
