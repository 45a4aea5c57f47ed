package io.ciranda.translation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.ModelFileException;
import io.ciranda.kernel.Backend;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Cell;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslationTrainerTest {
  private static final int WORDS = 8;

  @TempDir Path folder;

  private static final TranslationTrainer.Listener SILENT =
      new TranslationTrainer.Listener() {
        @Override
        public void onStep(TranslationTrainer trainer, double loss, int targets) {}

        @Override
        public void onValidation(TranslationTrainer trainer, double nats, boolean best) {}
      };

  /** The other language has the words in reverse: nothing that can be said word by word. */
  private static List<SentencePair> reversals(int n, long seed) {
    var random = new Random(seed);
    var pairs = new ArrayList<SentencePair>();
    for (int i = 0; i < n; i++) {
      int[] source = random.ints(1 + random.nextInt(4), 3, WORDS).toArray();
      int[] target =
          IntStream.range(0, source.length).map(t -> source[source.length - 1 - t]).toArray();
      pairs.add(new SentencePair(source, target));
    }
    return pairs;
  }

  private static TranslationModel model(Architecture architecture, float dropout) {
    return TranslationModel.create(
        TranslationModel.Config.of(architecture, Cell.GRU, 16, 24, dropout),
        Codecs.ofSize(WORDS),
        Codecs.ofSize(WORDS),
        Backend.best(),
        1);
  }

  private static TranslationTrainer.Config config(int epochs, double ownSymbols, int threads) {
    return new TranslationTrainer.Config(
        16,
        epochs,
        new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
        0.01,
        new Clipping.ByNorm(1),
        new Schedule.Cosine(10, 0),
        0.05f,
        ownSymbols,
        10,
        7,
        threads,
        0);
  }

  /** The share of sentences that are translated without a mistake. */
  private static double exact(TranslationModel model, List<SentencePair> pairs) {
    try (var translator = new Translator(model, Decoding.greedy(10), 8, 1)) {
      List<List<Hypothesis>> found =
          translator.decode(pairs.stream().map(SentencePair::source).toList());
      long right =
          IntStream.range(0, pairs.size())
              .filter(
                  i ->
                      java.util.Arrays.equals(pairs.get(i).target(), found.get(i).getFirst().ids()))
              .count();
      return (double) right / pairs.size();
    }
  }

  @ParameterizedTest
  @CsvSource({"ATTENTION, 0, 10", "ATTENTION, 0.3, 10", "ENCODER_DECODER, 0, 40"})
  void aDecoderLearnsToReverse(Architecture architecture, double ownSymbols, int epochs)
      throws IOException {
    try (var model = model(architecture, 0);
        var trainer =
            new TranslationTrainer(
                model, reversals(700, 1), reversals(50, 2), config(epochs, ownSymbols, 2))) {
      assertEquals(TranslationTrainer.End.FINISHED, trainer.run(() -> false, SILENT));
      double exact = exact(model, reversals(100, 3));
      assertTrue(exact >= 0.9, () -> "expected 90 % of unseen sentences, actual " + exact);
    }
  }

  @Test
  void wordByWordDoesNot() throws IOException {
    try (var model = model(Architecture.WORD_BY_WORD, 0);
        var trainer =
            new TranslationTrainer(model, reversals(700, 1), List.of(), config(10, 0, 2))) {
      trainer.run(() -> false, SILENT);
      double exact = exact(model, reversals(100, 3));
      assertTrue(exact < 0.6, () -> "expected no more than the short ones, actual " + exact);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "2, 11", "2, 14"})
  void aResumedRunEndsWithTheSameBits(int threads, int stopAt) throws IOException {
    List<SentencePair> train = reversals(100, 1);
    List<SentencePair> valid = reversals(20, 2);
    float[] whole;
    List<?> curve;
    try (var model = model(Architecture.ATTENTION, 0.2f);
        var trainer = new TranslationTrainer(model, train, valid, config(4, 0.5, threads))) {
      trainer.run(() -> false, SILENT);
      whole = model.parameters().values().toArray();
      curve = trainer.curves().training();
    }
    Path file = folder.resolve("run.checkpoint");
    try (var model = model(Architecture.ATTENTION, 0.2f);
        var trainer = new TranslationTrainer(model, train, valid, config(4, 0.5, threads))) {
      assertEquals(
          TranslationTrainer.End.INTERRUPTED, trainer.run(() -> trainer.step() == stopAt, SILENT));
      trainer.saveCheckpoint(file, "a test");
    }
    try (var model = model(Architecture.ATTENTION, 0.2f);
        var trainer = new TranslationTrainer(model, train, valid, config(4, 0.5, threads))) {
      trainer.resume(file, "a test");
      assertEquals(stopAt, trainer.step());
      trainer.run(() -> false, SILENT);
      assertArrayEquals(whole, model.parameters().values().toArray());
      assertEquals(curve, trainer.curves().training());
    }
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() throws IOException {
    Path file = folder.resolve("run.checkpoint");
    try (var model = model(Architecture.ATTENTION, 0);
        var trainer = new TranslationTrainer(model, reversals(50, 1), List.of(), config(2, 0, 1))) {
      trainer.saveCheckpoint(file, "a test");
    }
    try (var model = model(Architecture.ATTENTION, 0);
        var trainer = new TranslationTrainer(model, reversals(50, 1), List.of(), config(3, 0, 1))) {
      var e = assertThrows(ModelFileException.class, () -> trainer.resume(file, "a test"));
      assertTrue(e.getMessage().contains("epochs=3"), e.getMessage());
    }
  }

  @Test
  void longAndEmptyPairsAreLeftOut() {
    var pairs =
        List.of(
            new SentencePair(new int[] {3, 4}, new int[] {3}),
            new SentencePair(new int[11], new int[] {3}),
            new SentencePair(new int[] {3}, new int[11]),
            new SentencePair(new int[] {}, new int[] {3}));
    try (var model = model(Architecture.ATTENTION, 0)) {
      try (var trainer = new TranslationTrainer(model, pairs, List.of(), config(1, 0, 1))) {
        assertEquals(3, trainer.skipped());
      }
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> new TranslationTrainer(model, pairs.subList(1, 4), List.of(), config(1, 0, 1)));
      assertTrue(e.getMessage().contains("longer than 10"), e.getMessage());
    }
  }
}
