package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.nn.Cell;
import io.ciranda.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An estimate is near what a training takes, and a training that cannot fit does not begin. */
class SequenceEstimateTest {

  private static List<Encoded> examples(int n, int steps, int features) {
    var examples = new ArrayList<Encoded>();
    for (int i = 0; i < n; i++) {
      examples.add(
          new Encoded(
              steps, new float[steps * features], new int[0], null, new int[] {i % 2}, null));
    }
    return examples;
  }

  private static Fitting fitting(int steps, int features, SequenceOptions options) {
    var encoder =
        new Encoder(
            new float[features],
            new float[features],
            new float[features],
            new int[0],
            List.of(),
            -1);
    Targets targets = Targets.ofLabels(List.of("a", "b"));
    var sizes =
        Fitting.sizes(encoder, targets, options.pooling(), options.bidirectional(false), options);
    List<Encoded> train = examples(64, steps, features);
    return new Fitting(
        "test", encoder, targets, sizes, train, List.of(), new float[] {1, 1}, options);
  }

  @Test
  void memoryIsWithinAFactorOfWhatATrainingTakes() {
    for (Cell cell : Cell.values()) {
      var standard = SequenceOptions.standard().withCell(cell).withBatch(32);
      for (SequenceOptions options :
          List.of(
              standard.withHidden(128),
              standard.withLayers(2).withBidirectional(true).withThreads(2))) {
        Fitting fitting = fitting(60, 20, options);
        Estimate estimate = Estimate.ofMemory(fitting);
        try (SequenceNetwork network = fitting.newNetwork();
            Trainer trainer = fitting.newTrainer(network)) {
          trainer.step(fitting.train().subList(0, 32), 0.001);
          long gradients = options.threads * 4L * network.parameters().values().size();
          double factor = (double) estimate.activationBytes() / (trainer.memory() - gradients);
          assertTrue(
              factor > 0.8 && factor < 3.5,
              () -> "%s, %s: estimate by actual %.2f".formatted(cell, options, factor));
        }
      }
    }
  }

  @Test
  void secondsAreOfThisMachine() {
    Estimate estimate = SequenceClassifier.estimate(Tasks.waves(100, 1), Tasks.quick());
    assertTrue(estimate.secondsPerEpoch() > 0 && estimate.secondsPerEpoch() < 10);
    assertEquals(17, estimate.stepsPerEpoch()); // 84 examples, 5 a step
    assertTrue(estimate.toString().contains("17 steps an epoch"), estimate::toString);
  }

  @Test
  void aLanguageModelIsEstimatedToo() {
    String text = "the cat sat on the mat. ".repeat(200);
    SequenceOptions options = Tasks.quick().withHidden(16);
    Estimate estimate = SequenceLanguageModel.estimate(text, Vocabulary.Level.CHAR, options);
    assertTrue(estimate.secondsPerEpoch() > 0 && estimate.secondsPerEpoch() < 10);
    assertTrue(estimate.weightBytes() > 0 && estimate.activationBytes() > 0, estimate::toString);
    var huge = options.withHidden(200_000).withLayers(4);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> SequenceLanguageModel.fit(text, Vocabulary.Level.CHAR, huge));
    assertTrue(e.getMessage().startsWith("training needs about"), e.getMessage());
  }

  @Test
  void whatDoesNotFitIsRefusedAndWhatIsTightIsSaid() {
    var warnings = new ArrayList<String>();
    var listener =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch) {}

          @Override
          public void onWarning(String sentence) {
            warnings.add(sentence);
          }
        };
    var estimate = new Estimate(1_000_000_000, 0, 2_000_000_000, 0, 1, 1);
    estimate.requireRoom(7_000_000_000L, listener);
    assertEquals(List.of(), warnings);
    estimate.requireRoom(5_000_000_000L, listener);
    assertEquals(
        List.of(
            "training needs about 3.0 GB, the machine has 5.0 GB; a smaller batch, window or hidden size needs less"),
        warnings);
    assertThrows(
        IllegalArgumentException.class, () -> estimate.requireRoom(2_900_000_000L, listener));
    // Through the front door: 8 layers of 60,000 units.
    var huge = Tasks.quick().withHidden(60_000).withLayers(8);
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> SequenceClassifier.fit(Tasks.waves(20, 1), huge));
    assertTrue(e.getMessage().startsWith("training needs about"), e::getMessage);
  }
}
