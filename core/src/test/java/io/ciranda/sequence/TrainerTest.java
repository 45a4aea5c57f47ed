package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final float[] WEIGHTS = {1, 1};
  private static final float[] MEAN = {};
  private static final int BATCH = 4;

  private static SequenceNetwork network() {
    var sizes =
        new SequenceNetwork.Sizes(
            3, new int[0], new int[0], -1, Cell.GRU, 5, 1, false, Pooling.MEAN, 2, false);
    return SequenceNetwork.create(sizes, SequenceNetwork.Noise.NONE, 0, 1);
  }

  private static List<Encoded> examples(int n) {
    var examples = new ArrayList<Encoded>();
    for (int i = 0; i < n; i++) {
      int steps = 1 + i % 4;
      float[] features = Values.floats("features " + i, 3L * steps);
      examples.add(new Encoded(steps, features, new int[0], null, new int[] {i % 2}, null));
    }
    return examples;
  }

  private static Trainer trainer(SequenceNetwork network, SequenceOptions options) {
    return new Trainer(network, WEIGHTS, MEAN, BATCH, options);
  }

  @Test
  void theAverageOfTheWeightsIsValidatedAndKept() {
    double decay = 0.6;
    List<Encoded> train = examples(20);
    List<Encoded> valid = examples(7);
    var epochs = new ArrayList<TrainingListener.Epoch>();
    SequenceOptions plain = SequenceOptions.standard().withEpochs(1).withThreads(2);
    SequenceOptions averaged = plain.withAverage(decay).withListener(epochs::add);
    try (SequenceNetwork source = network();
        SequenceNetwork result = network()) {
      double[] expected = Values.doubles(source.parameters().values());
      try (Trainer trainer = trainer(source, plain)) {
        int n = 0;
        for (List<Encoded> batch : trainer.batches(train, 0)) {
          trainer.step(batch, plain.rate);
          n++;
          double[] weights = Values.doubles(source.parameters().values());
          double d = Math.min(decay, (1.0 + n) / (10 + n));
          Arrays.setAll(expected, i -> d * expected[i] + (1 - d) * weights[i]);
        }
      }
      try (Trainer trainer = trainer(result, averaged)) {
        trainer.run(train, valid);
      }
      Values.assertClose("average", expected, Values.doubles(result.parameters().values()), 1e-6);
      // What was validated are the weights that were kept: a training that learns nothing says so.
      double loss = epochs.getFirst().validLoss();
      epochs.clear();
      try (Trainer trainer = trainer(result, plain.withListener(epochs::add))) {
        trainer.run(List.of(), valid);
      }
      assertEquals(epochs.getFirst().validLoss(), loss);
    }
  }
}
