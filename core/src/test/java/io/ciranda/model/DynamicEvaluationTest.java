package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModelEvaluator.Score;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.DivergedException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicEvaluationTest {
  private static final int[] IDS = Values.ids("text", 151, 5); // a last window of its own length
  private static final DynamicEvaluation.Config LEARNING = new DynamicEvaluation.Config(0.01, 20);

  @AutoClose private final LanguageModel model = model(Cell.LSTM);

  private static LanguageModel model(Cell cell) {
    var config = new LanguageModel.Config(cell, 6, 9, 2, false, 0.5f); // no dropout in evaluation
    var vocabulary = new Vocabulary(Vocabulary.Level.CHAR, List.of("a", "b", "c", "d", "e"));
    return LanguageModel.create(config, vocabulary, Backend.best(), 2, 0.4);
  }

  private Score score(int[] ids, DynamicEvaluation.Config config) {
    return DynamicEvaluation.score(model, ids, config, done -> {});
  }

  @ParameterizedTest
  @EnumSource
  void withAlmostNoRateItIsThePlainScore(Cell cell) {
    try (var other = model(cell)) {
      Score plain = LanguageModelEvaluator.exact(other, IDS, done -> {});
      var config = new DynamicEvaluation.Config(1e-12, 20);
      Score score = DynamicEvaluation.score(other, IDS, config, done -> {});
      assertEquals(plain.natsPerSymbol(), score.natsPerSymbol(), 1e-6);
      assertEquals(plain.symbols(), score.symbols());
    }
  }

  @Test
  void aWindowIsScoredBeforeItIsLearned() {
    int[] first = Arrays.copyOf(IDS, 21);
    Score plain = LanguageModelEvaluator.exact(model, first, done -> {});
    assertEquals(plain.natsPerSymbol(), score(first, LEARNING).natsPerSymbol(), 1e-6);
  }

  @Test
  void whatComesAgainIsLearned() {
    int[] ids = new int[4001];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i % 3;
    }
    double plain = LanguageModelEvaluator.exact(model, ids, done -> {}).natsPerSymbol();
    double learned = score(ids, LEARNING).natsPerSymbol();
    assertTrue(learned < 0.5 * plain, learned + " after " + plain);
  }

  @Test
  void theModelStaysAsItIsAndTheScoreIsTheSameAgain() {
    byte[] before = bytes();
    Score score = score(IDS, LEARNING);
    assertArrayEquals(before, bytes());
    assertEquals(score, score(IDS, LEARNING));
  }

  private byte[] bytes() {
    return model.parameters().values().segment().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void progressRisesToTheNumberOfSymbols() {
    var told = new ArrayList<Long>();
    DynamicEvaluation.score(model, IDS, LEARNING, told::add);
    assertEquals(List.of(20L, 40L, 60L, 80L, 100L, 120L, 140L, 150L), told);
  }

  @Test
  void anInfiniteLossIsRefused() {
    model.parameters().get("output.bias").value().set(Float.NaN, 0);
    model.parameters().changed();
    assertThrows(DivergedException.class, () -> score(IDS, LEARNING));
  }

  @Test
  void oneSymbolIsRefused() {
    var e = assertThrows(IllegalArgumentException.class, () -> score(new int[] {1}, LEARNING));
    assertEquals("expected at least 2 symbols to evaluate, actual 1", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 5})
  void anIdBeyondTheVocabularyIsRefused(int bad) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> score(new int[] {0, bad, 1}, LEARNING));
    assertTrue(e.getMessage().contains("expected values in [0, 5), actual " + bad), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aRateMustBePositiveAndFinite(double rate) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> new DynamicEvaluation.Config(rate, 20));
    assertEquals(
        "dynamic: expected a finite learning rate above 0, actual " + rate, e.getMessage());
  }
}
