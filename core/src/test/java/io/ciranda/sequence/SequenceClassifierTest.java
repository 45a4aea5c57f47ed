package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.nn.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A classifier learns, answers the same in every way that it can be asked, and is kept in files.
 */
class SequenceClassifierTest {
  private static final SequenceOptions SHORT = Tasks.quick().withEpochs(2);

  @Test
  void learnsFromNumbers() {
    try (var model = SequenceClassifier.fit(Tasks.waves(240, 1), Tasks.quick())) {
      ClassificationMetrics metrics = model.evaluate(Tasks.waves(90, 2));
      assertTrue(metrics.accuracy() > 0.9, metrics::toString);
      assertEquals(List.of("fast", "medium", "slow"), model.labels());
    }
  }

  @Test
  void learnsFromNumbersThatAreMissingAndNames() {
    try (var model = SequenceClassifier.fit(Tasks.mixed(240, 1), Tasks.quick())) {
      ClassificationMetrics metrics = model.evaluate(Tasks.mixed(90, 2));
      assertTrue(metrics.accuracy() > 0.85, metrics::toString);
    }
  }

  @Test
  void learnsFromTokensInBothDirections() {
    var options = Tasks.quick().withBidirectional(true);
    try (var model = SequenceClassifier.fit(Tasks.tokens(200, 1, false), options)) {
      ClassificationMetrics metrics = model.evaluate(Tasks.tokens(60, 2, false));
      assertTrue(metrics.accuracy() > 0.95, metrics::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void aStreamABatchAndASequenceAloneHaveTheSameBits(Pooling pooling) {
    var options = SHORT.withPooling(pooling).withCell(Cell.LSTM).withLayers(2);
    assertSameBits(Tasks.waves(40, 3), options);
    assertSameBits(Tasks.mixed(40, 3), options);
    assertSameBits(Tasks.tokens(40, 3, true), options);
    assertSameBits(Tasks.tokens(40, 3, false), options);
  }

  private static void assertSameBits(List<Example<String>> examples, SequenceOptions options) {
    List<Sequence> sequences = Tasks.sequences(examples);
    try (var model = SequenceClassifier.fit(examples, options);
        LabelSession session = model.newSession()) {
      List<LabelPrediction> together = model.predict(sequences);
      for (int i = 0; i < sequences.size(); i++) {
        Sequence sequence = sequences.get(i);
        int half = sequence.steps() / 2;
        assertEquals(together.get(i), model.predict(sequence));
        session.reset();
        if (half > 0) {
          Tasks.feed(session, sequence, 0, half);
          assertEquals(model.predict(sequence.slice(0, half)), session.prediction());
        }
        Tasks.feed(session, sequence, half, sequence.steps());
        assertEquals(together.get(i), session.prediction());
        assertEquals(together.get(i).label(), session.label());
        assertEquals(together.get(i).probabilities()[1], session.probability(1));
      }
    }
  }

  @Test
  void sequencesOfOtherLengthsBesideItChangeNothingInBothDirections() {
    var options = SHORT.withBidirectional(true);
    try (var model = SequenceClassifier.fit(Tasks.waves(40, 3), options)) {
      List<Sequence> sequences = Tasks.sequences(Tasks.waves(30, 4));
      List<LabelPrediction> together = model.predict(sequences);
      for (int i = 0; i < sequences.size(); i++) {
        assertEquals(together.get(i), model.predict(sequences.get(i)));
      }
    }
  }

  private static float[] weights(SequenceOptions options) {
    var curve = new ArrayList<Double>();
    try (var model =
        SequenceClassifier.fit(
            Tasks.mixed(70, 1), options.withListener(e -> curve.add(e.validLoss())))) {
      float[] probabilities =
          model.predict(Tasks.mixed(1, 9).getFirst().sequence()).probabilities();
      float[] all = new float[curve.size() + probabilities.length];
      for (int i = 0; i < all.length; i++) {
        all[i] = i < curve.size() ? curve.get(i).floatValue() : probabilities[i - curve.size()];
      }
      return all;
    }
  }

  @Test
  void theSameSeedAndThreadsGiveTheSameBits() {
    var one = Tasks.quick().withEpochs(3);
    assertArrayEquals(weights(one), weights(one));
    assertArrayEquals(weights(one.withThreads(3)), weights(one.withThreads(3)));
    assertNotEquals(weights(one)[0], weights(one.withSeed(2))[0]);
  }

  @Test
  void aFileHoldsAll(@TempDir Path folder) throws Exception {
    for (List<Example<String>> examples :
        List.of(
            Tasks.waves(40, 1),
            Tasks.mixed(40, 1),
            Tasks.tokens(40, 1, true),
            Tasks.tokens(40, 1, false))) {
      Path file = folder.resolve("model.safetensors");
      List<LabelPrediction> expected;
      try (var model = SequenceClassifier.fit(examples, SHORT)) {
        model.save(file);
        expected = model.predict(Tasks.sequences(examples));
      }
      try (var model = SequenceClassifier.load(file)) {
        assertEquals(expected, model.predict(Tasks.sequences(examples)));
      }
    }
  }

  @Test
  void theBestWeightsArePutBack() {
    var losses = new ArrayList<TrainingListener.Epoch>();
    var train = Tasks.waves(30, 1);
    var valid = Tasks.waves(60, 2);
    // A rate at which the loss goes up again.
    var options = Tasks.quick().withLearningRate(0.05).withPatience(3).withListener(losses::add);
    try (var stopped = SequenceClassifier.fit(train, valid, options)) {
      assertTrue(losses.size() < 30, "stopped early");
      int best = losses.stream().filter(TrainingListener.Epoch::best).toList().getLast().number();
      assertEquals(losses.size(), best + 3);
      try (var again = SequenceClassifier.fit(train, valid, options.withEpochs(best))) {
        List<Sequence> sequences = Tasks.sequences(valid);
        assertEquals(again.predict(sequences), stopped.predict(sequences));
      }
    }
  }

  @Test
  void balancedWeightsFindWhatIsRare() {
    var train = new ArrayList<>(Tasks.tokens(400, 1, true));
    var seen = new AtomicInteger();
    train.removeIf(e -> e.target().equals("with") && seen.getAndIncrement() % 16 != 0);
    var options = Tasks.quick().withEpochs(4).withLearningRate(0.003);
    try (var plain = SequenceClassifier.fit(train, options);
        var balanced =
            SequenceClassifier.fit(train, options.withClassWeights(ClassWeights.BALANCED))) {
      var test = Tasks.tokens(200, 2, true);
      double without = plain.evaluate(test).recall("with");
      double with = balanced.evaluate(test).recall("with");
      assertTrue(with > without, "recall %s, balanced %s".formatted(without, with));
    }
  }

  private static void assertRefused(String message, org.junit.jupiter.api.function.Executable fit) {
    var e = assertThrows(IllegalArgumentException.class, fit);
    assertTrue(
        e.getMessage().contains(message),
        () -> "expected '%s', actual '%s'".formatted(message, e.getMessage()));
  }

  @Test
  void saysWhatIsWrongWithExamples() {
    List<Example<String>> waves = Tasks.waves(9, 1);
    assertRefused(
        "no training examples: expected at least 1",
        () -> SequenceClassifier.fit(List.of(), SHORT));
    var alone = waves.stream().filter(e -> e.target().equals("slow")).toList();
    assertRefused(
        "expected at least 2 different ones in the training examples, actual [slow]",
        () -> SequenceClassifier.fit(alone, SHORT));
    var wider = new ArrayList<>(waves);
    wider.add(7, new Example<>(Sequence.of(new float[3], 3), "slow"));
    assertRefused(
        "training example 7: expected 2 numbers and 0 symbols in a step, as in the first training example, actual 3 numbers and 0 symbols",
        () -> SequenceClassifier.fit(wider, SHORT));
    var unknown = List.of(new Example<>(waves.getFirst().sequence(), "other"));
    assertRefused(
        "validation example 0: expected a label of the training examples [fast, medium, slow], actual 'other'",
        () -> SequenceClassifier.fit(waves, unknown, SHORT));
    assertRefused(
        "pool with Pooling.MEAN",
        () ->
            SequenceClassifier.fit(waves, SHORT.withBidirectional(true).withPooling(Pooling.LAST)));
  }

  @Test
  void aLabelThatIsSeenOnceStaysInTraining() {
    var examples = new ArrayList<>(Tasks.waves(30, 1));
    examples.add(new Example<>(examples.getFirst().sequence(), "once"));
    for (int seed = 1; seed < 5; seed++) {
      try (var model =
          SequenceClassifier.fit(
              examples, SHORT.withValidation(0.9).withEpochs(1).withSeed(seed))) {
        assertEquals(List.of("fast", "medium", "once", "slow"), model.labels());
      }
    }
  }

  @Test
  void aStepOfAnotherFormIsRefusedAndTheStateStays() {
    List<Example<String>> waves = Tasks.waves(20, 1);
    try (var model = SequenceClassifier.fit(waves, SHORT);
        var session = model.newSession()) {
      assertThrows(IllegalStateException.class, session::label);
      Sequence sequence = waves.getFirst().sequence();
      Tasks.feed(session, sequence, 0, 2);
      assertRefused("expected a step of 2 numbers", () -> session.step(new float[3]));
      assertRefused("expected a step of 2 numbers", () -> session.step(4));
      assertRefused("expected a step of 2 numbers", () -> session.step("x"));
      assertRefused(
          "number 1: expected a finite value",
          () -> session.step(new float[] {1, Float.NEGATIVE_INFINITY}));
      Tasks.feed(session, sequence, 2, sequence.steps());
      assertEquals(model.predict(sequence), session.prediction());
      assertRefused("sequence: expected 2 numbers", () -> model.predict(Sequence.ofSymbols(1, 2)));
    }
  }

  @Test
  void aLabelThatTheModelDoesNotKnowCountsAsWrong() {
    try (var model = SequenceClassifier.fit(Tasks.waves(20, 1), SHORT)) {
      var metrics =
          model.evaluate(List.of(new Example<>(Tasks.waves(1, 1).getFirst().sequence(), "new")));
      assertEquals(0, metrics.accuracy());
      assertEquals(1, metrics.support("new"));
    }
  }

  @Test
  void aListenerMayStopARun() {
    var epochs = new ArrayList<TrainingListener.Epoch>();
    var listener =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch) {
            epochs.add(epoch);
          }

          @Override
          public boolean stops() {
            return epochs.size() == 2;
          }
        };
    SequenceClassifier.fit(Tasks.waves(60, 1), Tasks.quick().withListener(listener)).close();
    assertEquals(3, epochs.size());
  }
}
