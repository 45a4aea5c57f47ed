package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A classifier learns, answers the same in every way that it can be asked, and is kept in files.
 */
class SequenceClassifierTest {

  @Test
  void learnsWhatCanBeLearned() {
    try (var model = SequenceClassifier.fit(Tasks.waves(240, 1), Tasks.quick())) {
      ClassificationMetrics metrics = model.evaluate(Tasks.waves(90, 2));
      assertTrue(metrics.accuracy() > 0.9, metrics::toString);
      assertEquals(List.of("fast", "medium", "slow"), model.labels());
    }
  }

  @Test
  void aFileHoldsAll(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.safetensors");
    List<Sequence> sequences = Tasks.waves(20, 2).stream().map(Example::sequence).toList();
    List<LabelPrediction> expected;
    try (var model = SequenceClassifier.fit(Tasks.waves(60, 1), Tasks.quick().withEpochs(2))) {
      model.save(file);
      expected = model.predict(sequences);
    }
    try (var model = SequenceClassifier.load(file)) {
      assertEquals(expected, model.predict(sequences));
    }
  }
}
