package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.ciranda.text.Vocabulary;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A compiled step of any session makes no garbage: not one byte. */
class SequenceAllocationTest {
  private static final int CALLS = 20;

  /** Enough for C2 on a loaded machine; most calls are done after a few. */
  private static final int ROUNDS = 20_000;

  private static final SequenceOptions SHORT = Tasks.quick().withEpochs(1);

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void classifiers() {
    try (var model = SequenceClassifier.fit(Tasks.waves(20, 1), SHORT.withPooling(Pooling.MEAN));
        LabelSession session = model.newSession()) {
      float[] numbers = {1, Float.NaN};
      assertNoGarbage("numbers", () -> step(session, numbers));
    }
    try (var model = SequenceClassifier.fit(Tasks.mixed(20, 1), SHORT);
        LabelSession session = model.newSession()) {
      float[] numbers = {1, Float.NaN};
      String[] names = {"n3", "never seen"};
      assertNoGarbage("numbers and names", () -> step(session, numbers, names));
    }
    try (var model = SequenceClassifier.fit(Tasks.tokens(20, 1, false), SHORT);
        LabelSession session = model.newSession()) {
      assertNoGarbage("ids", () -> step(session, 3));
    }
  }

  private static void step(LabelSession session, float[] numbers) {
    session.step(numbers);
    requireAnswer(session);
  }

  private static void step(LabelSession session, float[] numbers, String[] names) {
    session.step(numbers, names);
    requireAnswer(session);
  }

  private static void step(LabelSession session, int id) {
    session.step(id);
    requireAnswer(session);
  }

  private static void requireAnswer(LabelSession session) {
    if (session.label().isEmpty() || !(session.probability(0) >= 0)) {
      throw new AssertionError();
    }
  }

  /** Asking does, and steps beyond the longest sequence so far. */
  @Test
  void stepsOfWholeSequencesThatAreKept() {
    try (var model = SequenceClassifier.fit(Tasks.mixed(20, 1), SHORT.withBidirectional(true));
        LabelSession session = model.newSession()) {
      float[] numbers = {1, Float.NaN};
      String[] names = {"n3", "never seen"};
      assertNoGarbage(
          "numbers and names",
          () -> {
            session.reset();
            for (int t = 0; t < 100; t++) { // each is so short that C2 would come too late for one
              session.step(numbers, names);
            }
          });
    }
  }

  @Test
  void forecasters() {
    var series = List.of(Sequence.of(new float[40], 1));
    try (var model = SequenceForecaster.fitSeries(series, 2, SHORT.withQuantiles(0.1, 0.5, 0.9));
        ForecastSession session = model.newSession()) {
      float[] numbers = {1};
      assertNoGarbage(
          "numbers",
          () -> {
            session.step(numbers);
            if (Float.isNaN(session.value(1, 0))) {
              throw new AssertionError();
            }
          });
    }
  }

  @Test
  void languageModels() {
    String text = "left right ".repeat(50);
    try (var model = SequenceLanguageModel.fit(text, Vocabulary.Level.WORD, SHORT);
        TextSession session = model.newSession()) {
      assertNoGarbage(
          "words",
          () -> {
            session.step("left");
            session.step("never seen");
            if (session.symbol().isEmpty() || !(session.probability(0) >= 0)) {
              throw new AssertionError();
            }
          });
    }
  }

  /** The least of some rounds: the JVM compiles, and its other threads have work of their own. */
  private void assertNoGarbage(String name, Runnable call) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS && least > 0; round++) {
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
    }
    assertEquals(0, least, name + ", bytes in %d calls".formatted(CALLS));
  }
}
