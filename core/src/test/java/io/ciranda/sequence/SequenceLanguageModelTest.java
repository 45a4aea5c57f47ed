package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.infer.Sampling;
import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import io.ciranda.text.Vocabulary.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class SequenceLanguageModelTest {

  /**
   * Visits of a shop, one a line: what is looked at is put into the basket after some pages, so
   * that a first-order model cannot tell it.
   */
  private static String visits(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    var text = new StringBuilder();
    for (int i = 0; i < n; i++) {
      String what = random.nextBoolean() ? "book" : "lamp";
      text.append(what).append(" page".repeat(1 + random.nextInt(3))).append(" put ").append(what);
      text.append('\n');
    }
    return text.toString();
  }

  private static SequenceOptions quick() {
    return Tasks.quick().withWindow(20).withDropout(0);
  }

  @Test
  void tellsTheNextEventByOneFarBack() {
    var options = quick().withEmbedding(8).withEpochs(15).withLearningRate(0.02);
    try (var model = SequenceLanguageModel.fit(visits(400, 1), Level.WORD, options)) {
      LabelPrediction next = model.predict("book page page page put");
      assertEquals("book", next.label());
      assertTrue(next.probability() > 0.9, next.toString());
      assertEquals(List.of("lamp"), model.predict("book page put book\nlamp page put").top(1));
      assertEquals("<eos>", model.predict("lamp page put lamp").label());
      assertEquals(
          Set.of("book", "lamp"), Set.copyOf(model.predict("lamp page put lamp\n").top(2)));
      assertEquals(6, model.predict("lamp").top(99).size());
      try (TextSession session = model.newSession()) {
        assertThrows(
            IllegalStateException.class, () -> session.draw(Sampling.greedy(), Values.random(1)));
        session.read("lamp page put");
        assertEquals("lamp", session.draw(Sampling.greedy(), Values.random(1)));
        assertEquals("lamp", session.symbol(), "what is drawn is not read");
      }
      // A visit has 1 bit of which thing and log2(3) of how many pages, in 6 symbols on average.
      double entropy = (1 + Math.log(3) / Math.log(2)) / 6;
      LanguageModelEvaluator.Score score = model.evaluate(visits(100, 2));
      assertEquals(entropy, score.bitsPerSymbol(), 0.04, score.toString());
    }
  }

  @Test
  void theEndOfTheTextValidatesAndTheBestWeightsArePutBack() {
    RandomGenerator random = Values.random(3);
    String noise =
        random
            .ints(300, 'a', 'f')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    var epochs = new ArrayList<TrainingListener.Epoch>();
    SequenceOptions options = quick().withPatience(3).withListener(epochs::add);
    try (var model = SequenceLanguageModel.fit(noise, Level.CHAR, options)) {
      int best =
          epochs.stream()
              .filter(TrainingListener.Epoch::best)
              .mapToInt(TrainingListener.Epoch::number)
              .max()
              .orElseThrow();
      assertEquals(best + 3, epochs.size(), "patience");
      assertArrayEquals(
          IntStream.rangeClosed(1, best + 3).toArray(),
          epochs.stream().mapToInt(TrainingListener.Epoch::number).toArray());
      // Cut by hand, and no longer trained than to the best: the same weights.
      try (var shorter = SequenceLanguageModel.fit(noise, Level.CHAR, options.withEpochs(best))) {
        assertEquals(shorter.predict("abc"), model.predict("abc"));
      }
      double validLoss =
          model.evaluate(noise.substring(255)).natsPerSymbol(); // not in lanes, so a bit different
      assertEquals(epochs.get(best - 1).validLoss(), validLoss, 0.05);
    }
  }

  @Test
  void theAverageOfTheWeightsIsValidatedAndKept() {
    for (double validation : new double[] {0, 0.2}) {
      var epochs = new ArrayList<TrainingListener.Epoch>();
      SequenceOptions plain = quick().withEpochs(2).withValidation(validation);
      SequenceOptions averaged = plain.withAverage(0.99).withListener(epochs::add);
      String text = visits(100, 1);
      try (var model = SequenceLanguageModel.fit(text, Level.CHAR, averaged);
          var other = SequenceLanguageModel.fit(text, Level.CHAR, plain)) {
        assertNotEquals(other.predict("book"), model.predict("book"));
        if (validation > 0) {
          int cut = (int) Math.round(text.length() * (1 - validation));
          double loss = model.evaluate(text.substring(cut)).natsPerSymbol();
          double last = other.evaluate(text.substring(cut)).natsPerSymbol();
          assertEquals(epochs.getLast().validLoss(), loss, 0.05);
          assertTrue(Math.abs(last - loss) > 0.1, "the average is far behind: " + last);
        }
      }
    }
  }

  @Test
  void withoutValidationEpochsAreToldAllTheSame() {
    var epochs = new ArrayList<TrainingListener.Epoch>();
    var warnings = new ArrayList<String>();
    var listener =
        new TrainingListener() {
          @Override
          public void onEpoch(Epoch epoch) {
            epochs.add(epoch);
          }

          @Override
          public void onWarning(String sentence) {
            warnings.add(sentence);
          }
        };
    var options = quick().withEpochs(4).withValidation(0).withListener(listener);
    try (var model = SequenceLanguageModel.fit("abcd".repeat(50), Level.CHAR, options)) {
      assertEquals(4, epochs.size());
      assertTrue(epochs.stream().allMatch(e -> Double.isNaN(e.validLoss()) && e.best()));
      assertTrue(epochs.getLast().trainLoss() < epochs.getFirst().trainLoss());
      assertEquals(
          List.of("no examples are left for validation: training runs all 4 epochs"), warnings);
      assertEquals("b", model.predict("cda").label());
    }
  }

  @Test
  void aStreamAndATextHaveTheSameBitsAlsoFromAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("visits.safetensors");
    LabelPrediction expected;
    var options = quick().withEpochs(2);
    try (var model = SequenceLanguageModel.fit(visits(30, 1), Level.WORD, options)) {
      expected = model.predict("book page\nlamp page");
      model.save(file);
    }
    try (var model = SequenceLanguageModel.load(file);
        TextSession session = model.newSession()) {
      assertEquals(expected, model.predict("book page\nlamp page"));
      session.read("lamp lamp lamp");
      session.reset();
      for (String symbol : List.of("book", "page", Vocabulary.END, "lamp")) {
        session.step(symbol);
      }
      assertEquals(1, session.read("page"));
      assertEquals(expected, session.prediction());
      assertEquals(expected.label(), session.symbol());
      int page = model.vocabulary().id("page");
      assertEquals(expected.probability("page"), session.probability(page));
    }
    // The command line's language models are these.
    try (var plain = LanguageModel.load(file, Backend.best())) {
      assertEquals(Level.WORD, plain.vocabulary().level());
      assertTrue(plain.vocabulary().symbols().containsAll(List.of("page", "lamp", "<eos>")));
    }
  }

  @Test
  void anAdaptiveSoftmaxLearnsToo(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("visits.safetensors");
    var options = quick().withEmbedding(8).withEpochs(15).withLearningRate(0.02).withCutoffs(2, 4);
    try (var model = SequenceLanguageModel.fit(visits(400, 1), Level.WORD, options)) {
      assertEquals("book", model.predict("book page page page put").label());
      model.save(file);
    }
    try (var plain = LanguageModel.load(file, Backend.best())) {
      assertEquals(List.of(2, 4), plain.config().cutoffs());
    }
    assertRefused(
        "cutoffs: expected one or more, ascending, from 1 on, actual [4, 2]",
        () -> quick().withCutoffs(4, 2));
  }

  @Test
  void aWordThatIsNewIsUnknownACharacterIsRefused() {
    var options = quick().withEpochs(1).withMinCount(5);
    String text = visits(30, 1) + "sofa page put sofa\n" + visits(30, 2);
    try (var words = SequenceLanguageModel.fit(text, Level.WORD, options);
        var letters = SequenceLanguageModel.fit("abcd".repeat(30), Level.CHAR, options);
        TextSession session = letters.newSession()) {
      assertEquals(-1, words.vocabulary().id("sofa"));
      assertEquals(words.predict("sofa page"), words.predict("chair page"));
      assertRefused("text: the model's vocabulary of 4 has no 'x', 'y'", () -> session.read("axy"));
      assertRefused(
          "symbol: expected one of the model's vocabulary of 4, actual 'x'",
          () -> session.step("x"));
      assertThrows(IllegalStateException.class, session::prediction);
      assertRefused("text: expected at least one symbol, actual none", () -> letters.predict(""));
      assertEquals(letters.evaluate("abab"), letters.evaluate("axbyab"));
    }
  }

  @Test
  void whatCannotBeLearnedFromIsRefused() {
    assertRefused(
        "the text is empty", () -> SequenceLanguageModel.fit("", Level.CHAR, quick()).close());
    assertRefused(
        "the training text has 1 symbols, too few for a batch of 1: expected at least 2; take a smaller batch",
        () -> SequenceLanguageModel.fit("a", Level.CHAR, quick()).close());
    assertRefused(
        "a language model cannot read what it is to tell: expected one direction, actual both",
        () ->
            SequenceLanguageModel.fit("abab", Level.CHAR, quick().withBidirectional(true)).close());
  }

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }
}
