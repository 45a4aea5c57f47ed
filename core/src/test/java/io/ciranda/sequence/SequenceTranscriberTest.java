package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.nn.Cell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transcriber, and what differs from the other models. */
class SequenceTranscriberTest {
  private static final SequenceOptions OPTIONS = Tasks.quick().withEpochs(12);

  @Test
  void learnsLabelsAndWhereTheyAreFromTheirOrder() {
    List<Example<List<String>>> test = Tasks.pulses(100, 2);
    try (var model = SequenceTranscriber.fit(Tasks.pulses(400, 1), OPTIONS)) {
      assertEquals(List.of("high", "low", "middle"), model.labels());
      TranscriptionMetrics metrics = model.evaluate(test);
      assertTrue(metrics.errorRate() < 0.03, metrics::toString);
      var beam = new TranscriptionMetrics();
      List<Transcription> searched = model.predict(Tasks.sequences(test), 4);
      for (int i = 0; i < test.size(); i++) {
        beam.add(test.get(i).target(), searched.get(i).labels());
      }
      assertTrue(beam.errorRate() < 0.03, beam::toString);

      var rest = new ArrayList<float[]>(List.of(new float[1], new float[1]));
      rest.add(2, new float[] {3});
      rest.add(new float[1]);
      Transcription one = model.predict(Sequence.of(rest.toArray(float[][]::new)));
      assertEquals(List.of("high"), one.labels());
      assertEquals(4, one.steps().size());
      assertTrue(one.steps().getFirst().probability(SequenceTranscriber.BLANK) > 0.5);
    }
  }

  @Test
  void aBatchAndASequenceAloneHaveTheSameBitsAlsoFromAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("transcriber.safetensors");
    List<Sequence> sequences = Tasks.sequences(Tasks.pulses(30, 2));
    List<Transcription> together;
    try (var model = SequenceTranscriber.fit(Tasks.pulses(30, 1), OPTIONS.withEpochs(2))) {
      model.save(file);
      together = model.predict(sequences);
    }
    try (var model = SequenceTranscriber.load(file)) {
      assertEquals(together, model.predict(sequences));
      for (int i = 0; i < sequences.size(); i++) {
        assertEquals(together.get(i), model.predict(sequences.get(i)));
      }
    }
  }

  @Test
  void anInterruptedTrainingEndsWithTheSameBits(@TempDir Path folder) {
    var options = OPTIONS.withEpochs(4).withCell(Cell.LSTM).withThreads(2);
    List<Example<List<String>>> examples = Tasks.pulses(60, 1);
    List<Sequence> sequences = Tasks.sequences(Tasks.pulses(10, 2));
    Path file = folder.resolve("checkpoint");
    List<Transcription> whole;
    try (var model = SequenceTranscriber.fit(examples, options)) {
      whole = model.predict(sequences);
    }
    var epochs = new ArrayList<Integer>();
    var stopping =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch) {
            epochs.add(epoch.number());
          }

          @Override
          public boolean stops() {
            return epochs.size() == 2;
          }
        };
    SequenceTranscriber.fit(examples, options.withCheckpoint(file).withListener(stopping)).close();
    assertTrue(Files.exists(file));
    try (var model = SequenceTranscriber.fit(examples, options.withCheckpoint(file))) {
      assertEquals(whole, model.predict(sequences));
    }
  }

  @Test
  void saysWhichExampleCannotBe() {
    var labels = List.of("a", "b");
    var good = new Example<>(Sequence.ofSymbols(1, 2, 3), labels);
    var many = new Example<>(Sequence.ofSymbols(1, 2, 3), List.of("b", "b", "a"));
    assertRefused(
        "training example 1: expected at least 4 steps for its 3 labels, one more between equal ones, actual 3",
        List.of(good, many),
        List.of());
    assertRefused(
        "validation example 0: expected a label of the training examples [a, b], actual 'c'",
        List.of(good),
        List.of(new Example<>(good.sequence(), List.of("c"))));
    assertRefused(
        "labels: expected names, actual an empty one, which stands for no label",
        List.of(good, new Example<>(good.sequence(), List.of(""))),
        List.of());
  }

  private static void assertRefused(
      String message, List<Example<List<String>>> train, List<Example<List<String>>> valid) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SequenceTranscriber.fit(train, valid, OPTIONS).close());
    assertEquals(message, e.getMessage());
  }
}
