package io.ciranda.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModelEvaluator.Score;
import io.ciranda.nn.Cell;
import io.ciranda.parallel.Team;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LanguageModelEvaluatorTest {
  private static final int[] IDS = Values.ids("text", 151, 5); // more than two windows

  @AutoClose private final LanguageModel model = model(Cell.LSTM);

  private static LanguageModel model(Cell cell) {
    var config = new LanguageModel.Config(cell, 6, 9, 2, false, 0.5f); // no dropout in evaluation
    var vocabulary = new Vocabulary(Vocabulary.Level.CHAR, List.of("a", "b", "c", "d", "e"));
    return LanguageModel.create(config, vocabulary, Backend.best(), 2, 0.9);
  }

  @ParameterizedTest
  @EnumSource
  void exactIsTheSumOverAllSymbolsButTheFirst(Cell cell) {
    try (var other = model(cell)) {
      Score score = LanguageModelEvaluator.exact(other, IDS, done -> {});
      double expected = new PlainLanguageModel(other, 1).nats(IDS);
      assertEquals(expected, score.nats(), 1e-5 * expected);
      assertEquals(150, score.symbols());
    }
  }

  @Test
  void lanesStartFromZeroAndLeaveOutWhatDoesNotFillThem() {
    int lanes = 4;
    int length = 37; // of 150 symbols to predict
    double expected = 0;
    for (int lane = 0; lane < lanes; lane++) {
      int[] piece = Arrays.copyOfRange(IDS, lane * length, (lane + 1) * length + 1);
      expected += new PlainLanguageModel(model, 1).nats(piece);
    }
    for (int threads = 1; threads <= 3; threads++) {
      try (var team = new Team(threads)) {
        Score score = LanguageModelEvaluator.inLanes(model, IDS, lanes, team, done -> {});
        assertEquals(expected, score.nats(), 1e-5 * expected);
        assertEquals(148, score.symbols());
      }
    }
  }

  @Test
  void moreThreadsThanLanesDoNoHarm() {
    try (var team = new Team(3)) {
      Score score = LanguageModelEvaluator.inLanes(model, IDS, 1, team, done -> {});
      assertEquals(LanguageModelEvaluator.exact(model, IDS, done -> {}), score);
    }
  }

  @Test
  void noLanesAreAnError() {
    try (var team = new Team(1)) {
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> LanguageModelEvaluator.inLanes(model, IDS, 0, team, done -> {}));
      assertEquals("lanes: expected at least 1, actual 0", error.getMessage());
    }
  }

  @Test
  void oneLaneIsTheExactScore() {
    try (var team = new Team(1)) {
      assertEquals(
          LanguageModelEvaluator.exact(model, IDS, done -> {}),
          LanguageModelEvaluator.inLanes(model, IDS, 1, team, done -> {}));
    }
  }

  /** 4 MB for each thread, or those of one step. */
  @ParameterizedTest
  @CsvSource({"5, 16, 64", "50000, 4, 5", "50000, 16, 1", "50000, 32, 1"})
  void logitsOfLargeVocabulariesAreOfFewSteps(int v, int lanes, int steps) {
    var config = new LanguageModel.Config(Cell.RNN, 4, 4, 1, false, 0);
    List<String> symbols = IntStream.range(0, v).mapToObj(i -> "w" + i).toList();
    var vocabulary = new Vocabulary(Vocabulary.Level.WORD, symbols);
    var progress = new ArrayList<Long>();
    try (var large = LanguageModel.create(config, vocabulary, Backend.best(), 1);
        var alone = new Team(1)) {
      int[] ids = Values.ids("text", 1 + 65 * lanes, v);
      LanguageModelEvaluator.inLanes(large, ids, lanes, alone, progress::add);
    }
    assertEquals((long) steps * lanes, progress.getFirst());
  }

  @Test
  void progressRisesToTheNumberOfSymbols() {
    var told = new ArrayList<Long>();
    LanguageModelEvaluator.exact(model, IDS, told::add);
    assertEquals(150, told.getLast());
    assertEquals(told.stream().sorted().distinct().toList(), told);
  }

  @Test
  void twoSymbolsAreEnoughAndOneIsRefused() {
    assertEquals(1, LanguageModelEvaluator.exact(model, new int[] {1, 2}, done -> {}).symbols());
    for (int n = 0; n < 2; n++) {
      int[] ids = new int[n];
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> LanguageModelEvaluator.exact(model, ids, done -> {}));
      assertEquals("expected at least 2 symbols to evaluate, actual " + n, e.getMessage());
    }
  }

  @Test
  void anIdBeyondTheVocabularyIsRefused() {
    for (int bad : new int[] {-1, 5}) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> LanguageModelEvaluator.exact(model, new int[] {0, bad, 1}, done -> {}));
      assertTrue(
          e.getMessage().contains("expected values in [0, 5), actual " + bad), e.getMessage());
    }
  }

  @Test
  void weightsThatHaveChangedArePackedAnew() {
    double before = LanguageModelEvaluator.exact(model, IDS, done -> {}).nats();
    model.parameters().get("rnn.weight_hh_l0").value().zero();
    model.parameters().changed();
    Score score = LanguageModelEvaluator.exact(model, IDS, done -> {});
    double expected = new PlainLanguageModel(model, 1).nats(IDS);
    assertEquals(expected, score.nats(), 1e-5 * expected);
    assertTrue(Math.abs(before - expected) > 1e-3 * expected);
  }

  @Test
  void aScoreIsNatsBitsAndPerplexity() {
    var score = new Score(10 * Math.log(8), 10);
    assertEquals(Math.log(8), score.natsPerSymbol(), 1e-12);
    assertEquals(3, score.bitsPerSymbol(), 1e-12);
    assertEquals(8, score.perplexity(), 1e-12);
  }
}
