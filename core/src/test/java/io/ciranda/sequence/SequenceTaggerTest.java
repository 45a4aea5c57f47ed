package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.testing.Values;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tagger, and what differs from a classifier. */
class SequenceTaggerTest {

  @Test
  void learnsWhatTheNextWordDecidesIfItReadsBackwards() {
    var options = Tasks.quick().withEpochs(10);
    var test = Tasks.places(60, 2);
    try (var both = SequenceTagger.fit(Tasks.places(120, 1), options);
        var forward = SequenceTagger.fit(Tasks.places(120, 1), options.withBidirectional(false))) {
      assertTrue(both.evaluate(test).f1() > 0.98, () -> both.evaluate(test).toString());
      assertTrue(forward.evaluate(test).f1() < 0.98, () -> forward.evaluate(test).toString());
    }
  }

  @Test
  void aStreamABatchAndASequenceAloneHaveTheSameBitsAlsoFromAFile(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("tagger.safetensors");
    List<Sequence> sequences = Tasks.sequences(Tasks.places(30, 2));
    List<List<LabelPrediction>> together;
    var options = Tasks.quick().withEpochs(1).withBidirectional(false);
    try (var model = SequenceTagger.fit(Tasks.places(30, 1), options)) {
      model.save(file);
      together = model.predict(sequences);
    }
    try (var model = SequenceTagger.load(file);
        LabelSession session = model.newSession()) {
      assertEquals(together, model.predict(sequences));
      for (int i = 0; i < sequences.size(); i++) {
        session.reset();
        assertEquals(together.get(i), model.predict(sequences.get(i)));
        for (int t = 0; t < sequences.get(i).steps(); t++) {
          session.step(sequences.get(i).names()[t]);
          assertEquals(together.get(i).get(t), session.prediction());
        }
      }
    }
  }

  /** Seen in training or not, what ends in "ville" is a place; of twenty words one is. */
  private static List<Example<List<String>>> villes(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    var examples = new ArrayList<Example<List<String>>>();
    for (int i = 0; i < n; i++) {
      String[] words = new String[4];
      String[] labels = new String[4];
      for (int t = 0; t < words.length; t++) {
        boolean place = random.nextInt(3) == 0;
        words[t] = Integer.toString(random.nextInt(100, 100_000), 36) + (place ? "ville" : "men");
        labels[t] = place ? "B-PLACE" : "O";
      }
      examples.add(new Example<>(Sequence.ofSymbols(words), List.of(labels)));
    }
    return examples;
  }

  @Test
  void wordsThatNobodyHasSeenAreKnownByTheirLetters(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("tagger.safetensors");
    var test = villes(60, 2);
    var options = Tasks.quick().withEpochs(10).withBidirectional(false);
    try (var whole = SequenceTagger.fit(villes(120, 1), options)) {
      assertTrue(whole.evaluate(test).f1() < 0.7, () -> whole.evaluate(test).toString());
    }
    List<LabelPrediction> expected;
    Sequence sequence = Sequence.ofSymbols("xville", "", "\u20acville", "aaaaaaaaaaaaaaaaaaamen");
    try (var spelled = SequenceTagger.fit(villes(120, 1), options.withSpelled(0, 8))) {
      assertTrue(spelled.evaluate(test).f1() > 0.98, () -> spelled.evaluate(test).toString());
      assertTrue(spelled.knows(0, "nemville"));
      assertFalse(spelled.knows(0, "\u20ac"));
      expected = spelled.predict(sequence);
      spelled.save(file);
    }
    try (var model = SequenceTagger.load(file);
        LabelSession session = model.newSession()) {
      assertEquals(expected, model.predict(sequence));
      for (int t = 0; t < sequence.steps(); t++) {
        session.step(sequence.names()[t]);
        assertEquals(expected.get(t), session.prediction());
      }
    }
  }

  @Test
  void spelledColumnsAreOfNames() {
    var options = Tasks.quick().withSpelled(1, 8);
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> SequenceTagger.fit(villes(10, 1), options));
    assertEquals(
        "spelled column: expected one of names, actual column 1 of steps with 0 numbers and 1 symbols (names)",
        e.getMessage());
  }

  /** x and y take turns; three words in four say which it is. */
  private static List<Example<List<String>>> alternations(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    var examples = new ArrayList<Example<List<String>>>();
    for (int i = 0; i < n; i++) {
      boolean odd = random.nextBoolean();
      String[] words = new String[5 + random.nextInt(4)];
      String[] labels = new String[words.length];
      for (int t = 0; t < words.length; t++) {
        boolean first = (t % 2 == 0) == odd;
        words[t] = random.nextInt(4) == 0 ? "?" : first ? "a" : "b";
        labels[t] = first ? "x" : "y";
      }
      examples.add(new Example<>(Sequence.ofSymbols(words), List.of(labels)));
    }
    return examples;
  }

  @Test
  void aCrfTellsTheLabelsOfASequenceTogether(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("tagger.safetensors");
    // A network too narrow to count, so that transitions have to.
    var options = Tasks.quick().withHidden(1).withBidirectional(false).withEpochs(20);
    var test = alternations(100, 2);
    List<List<LabelPrediction>> together;
    try (var alone = SequenceTagger.fit(alternations(200, 1), options);
        var model = SequenceTagger.fit(alternations(200, 1), options.withCrf(true))) {
      double steps = alone.evaluate(test).accuracy();
      double sequences = model.evaluate(test).accuracy();
      assertTrue(sequences > 0.98 && sequences > steps, sequences + " beside " + steps);
      assertTrue(model.transition("x", "y") > model.transition("x", "x") + 1);
      assertThrows(IllegalStateException.class, () -> alone.transition("x", "y"));
      assertThrows(IllegalArgumentException.class, () -> model.transition("x", "z"));
      together = model.predict(Tasks.sequences(test));
      model.save(file);
    }
    try (var model = SequenceTagger.load(file)) {
      assertEquals(together, model.predict(Tasks.sequences(test)));
      assertEquals(together.get(3), model.predict(test.get(3).sequence()));
    }
    for (LabelPrediction step : together.getFirst()) {
      assertEquals(1, step.probability("x") + step.probability("y"), 1e-6);
    }
  }

  @Test
  void aCrfHasNoClassWeights() {
    var options = Tasks.quick().withCrf(true).withClassWeights(ClassWeights.BALANCED);
    assertThrows(
        IllegalArgumentException.class, () -> SequenceTagger.fit(Tasks.places(10, 1), options));
  }

  @Test
  void saysWhichExampleHasNotAsManyLabelsAsSteps() {
    var examples = new ArrayList<>(Tasks.places(10, 1));
    examples.add(3, new Example<>(Sequence.ofSymbols("a", "b"), List.of("O")));
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> SequenceTagger.fit(examples, Tasks.quick()));
    assertEquals(
        "training example 3: expected 2 labels, one for each step, actual 1", e.getMessage());
  }

  @Test
  void aLabelThatIsTheSameEverywhereIsNothingToLearn() {
    var examples = List.of(new Example<>(Sequence.ofSymbols("a", "b"), List.of("O", "O")));
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> SequenceTagger.fit(examples, Tasks.quick()));
    assertEquals(
        "labels: expected at least 2 different ones in the training examples, actual [O]",
        e.getMessage());
  }

  @Test
  void anExampleWithALabelThatNoOtherHasStaysInTraining() {
    var examples = new ArrayList<>(Tasks.places(10, 1));
    examples.add(new Example<>(Sequence.ofSymbols("a"), List.of("B-ONCE")));
    for (int seed = 0; seed < 5; seed++) {
      var options = Tasks.quick().withEpochs(1).withValidation(0.9).withSeed(seed);
      try (var model = SequenceTagger.fit(examples, options)) {
        assertTrue(model.labels().contains("B-ONCE"), () -> model.labels().toString());
      }
    }
  }
}
