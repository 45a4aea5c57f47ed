package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
