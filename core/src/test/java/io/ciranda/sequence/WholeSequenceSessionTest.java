package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.nn.Cell;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of models that need a whole sequence answer as {@code predict} does, bit for bit. */
class WholeSequenceSessionTest {
  private static final SequenceOptions SHORT =
      Tasks.quick().withEpochs(2).withBidirectional(true).withLayers(2);

  /**
   * Two sessions side by side, one of them asked after each step, the other at the end, over one
   * sequence after the other.
   */
  private static <S extends SequenceSession, P> void assertSameBits(
      List<Sequence> sequences,
      Supplier<S> newSession,
      Function<S, P> answer,
      Function<Sequence, P> predict) {
    assertTrue(sequences.stream().mapToInt(Sequence::steps).distinct().count() > 1);
    try (S each = newSession.get();
        S end = newSession.get()) {
      for (int i = 0; i < sequences.size(); i++) {
        Sequence one = sequences.get(i);
        Sequence other = sequences.get((i + 1) % sequences.size());
        each.reset();
        end.reset();
        assertThrows(IllegalStateException.class, () -> answer.apply(each));
        for (int t = 0; t < Math.max(one.steps(), other.steps()); t++) {
          if (t < one.steps()) {
            Tasks.feed(each, one, t, t + 1);
            assertEquals(predict.apply(one.slice(0, t + 1)), answer.apply(each));
          }
          if (t < other.steps()) {
            Tasks.feed(end, other, t, t + 1);
          }
        }
        assertEquals(one.steps(), each.steps());
        assertEquals(predict.apply(other), answer.apply(end));
        assertEquals(predict.apply(other), answer.apply(end));
      }
    }
  }

  private static void assertServed(List<Example<String>> examples, SequenceOptions options) {
    try (var model = SequenceClassifier.fit(examples, options)) {
      assertSameBits(
          Tasks.sequences(examples).subList(0, 6),
          model::newSession,
          session -> {
            LabelPrediction prediction = session.prediction();
            assertEquals(prediction.label(), session.label());
            assertEquals(prediction.probabilities()[1], session.probability(1));
            return prediction;
          },
          model::predict);
    }
  }

  @ParameterizedTest
  @EnumSource(Cell.class)
  void ofClassifiersThatReadFromBothEnds(Cell cell) {
    assertServed(Tasks.waves(30, 3), SHORT.withCell(cell));
    assertServed(Tasks.mixed(30, 3), SHORT.withCell(cell));
    assertServed(Tasks.mixed(30, 3), SHORT.withCell(cell).withSpelled(0, 4));
    assertServed(Tasks.tokens(30, 3, true), SHORT.withCell(cell));
    assertServed(Tasks.tokens(30, 3, false), SHORT.withCell(cell));
  }

  private static void assertServed(SequenceTagger model, List<Sequence> sequences) {
    assertSameBits(
        sequences.subList(0, 6),
        model::newSession,
        session -> {
          List<LabelPrediction> predictions = session.predictions();
          LabelPrediction last = predictions.getLast();
          assertEquals(last, session.prediction());
          assertEquals(last.label(), session.label());
          assertEquals(last.probabilities()[1], session.probability(1));
          return predictions;
        },
        model::predict);
  }

  /** Each step's label is its second name. */
  private static List<Example<List<String>>> labelled(List<Example<String>> examples) {
    return examples.stream()
        .map(Example::sequence)
        .map(
            s -> {
              var steps = new String[s.steps()];
              Arrays.setAll(steps, t -> s.names()[t * s.columns() + 1]);
              return new Example<>(s, List.of(steps));
            })
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "true, true"})
  void ofTaggersThatReadFromBothEndsOrHaveACrf(
      boolean bidirectional, boolean crf, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("tagger.safetensors");
    var options = SHORT.withBidirectional(bidirectional).withCrf(crf);
    var words = Tasks.places(30, 1);
    var mixed = labelled(Tasks.mixed(30, 1));
    try (var tokens = SequenceTagger.fit(words, options);
        var letters = SequenceTagger.fit(words, options.withSpelled(0, 4));
        var all = SequenceTagger.fit(mixed, options.withSpelled(1, 4))) {
      assertServed(tokens, Tasks.sequences(words));
      assertServed(letters, Tasks.sequences(words));
      assertServed(all, Tasks.sequences(mixed));
      all.save(file);
    }
    try (var loaded = SequenceTagger.load(file)) {
      assertServed(loaded, Tasks.sequences(mixed));
    }
  }

  @Test
  void ofNumbersOfASequence() {
    List<Example<float[]>> examples =
        Tasks.waves(30, 1).stream()
            .map(e -> new Example<>(e.sequence(), new float[] {e.sequence().number(0, 0), 7}))
            .toList();
    try (var model = SequenceForecaster.fit(examples, SHORT)) {
      assertSameBits(
          Tasks.sequences(examples).subList(0, 6),
          model::newSession,
          ForecastSession::forecast,
          model::predict);
    }
  }

  @Test
  void aLaterStepMayChangeAnEarlierLabel() {
    var options = Tasks.quick().withEpochs(10);
    try (var model = SequenceTagger.fit(Tasks.places(120, 1), options);
        LabelSession session = model.newSession()) {
      session.step("new");
      assertEquals("O", session.label());
      session.step("york");
      assertEquals("I-PLACE", session.label());
      assertEquals("B-PLACE", session.predictions().getFirst().label());
    }
  }

  @Test
  void ofLongSequences() {
    int[] ids = new int[3000];
    Arrays.setAll(ids, t -> t % 7);
    Sequence sequence = Sequence.ofSymbols(ids);
    try (var model = SequenceClassifier.fit(Tasks.tokens(30, 1, false), SHORT);
        LabelSession session = model.newSession()) {
      Tasks.feed(session, sequence, 0, ids.length);
      assertEquals(model.predict(sequence), session.prediction());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theyOutliveTheModelAndEndWhenTheyAreClosed(boolean spelled) {
    var options = SHORT.withCrf(true);
    var model =
        SequenceTagger.fit(Tasks.places(30, 1), spelled ? options.withSpelled(0, 4) : options);
    Sequence sequence = Sequence.ofSymbols("in", "new", "york");
    List<LabelPrediction> expected = model.predict(sequence);
    LabelSession session = model.newSession();
    model.close();
    assertThrows(IllegalStateException.class, model::newSession);
    Tasks.feed(session, sequence, 0, 3);
    assertEquals(expected, session.predictions());
    session.step("again");
    session.close();
    session.close();
    for (Runnable use :
        List.<Runnable>of(
            () -> session.step("more"), session::label, session::predictions, session::reset)) {
      var e = assertThrows(IllegalStateException.class, use::run);
      assertEquals("use after close: the session is closed", e.getMessage());
    }
  }

  @Test
  void aStepThatIsRefusedChangesNothing() {
    var options = SHORT.withCrf(true);
    try (var model = SequenceTagger.fit(labelled(Tasks.mixed(30, 1)), options);
        LabelSession session = model.newSession()) {
      Sequence sequence = Tasks.mixed(1, 2).getFirst().sequence();
      String[] names = {"n1", "x"};
      Tasks.feed(session, sequence, 0, 2);
      float[] infinite = {1, Float.NEGATIVE_INFINITY};
      assertThrows(IllegalArgumentException.class, () -> session.step(infinite, names));
      assertThrows(IllegalArgumentException.class, () -> session.step("x"));
      Tasks.feed(session, sequence, 2, sequence.steps());
      assertEquals(model.predict(sequence), session.predictions());
    }
  }

  @Test
  void onlyTheyTellEarlierLabelsAnew() {
    try (var tagger = SequenceTagger.fit(Tasks.places(30, 1), SHORT.withBidirectional(false));
        var classifier = SequenceClassifier.fit(Tasks.tokens(30, 1, true), SHORT);
        LabelSession ofSteps = tagger.newSession();
        LabelSession ofSequence = classifier.newSession()) {
      for (LabelSession session : List.of(ofSteps, ofSequence)) {
        session.step("a");
        var e = assertThrows(UnsupportedOperationException.class, session::predictions);
        assertTrue(e.getMessage().contains("ask prediction() after each step"), e::getMessage);
      }
    }
  }
}
