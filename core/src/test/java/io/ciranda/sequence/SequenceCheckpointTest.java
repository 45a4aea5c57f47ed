package io.ciranda.sequence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.ModelFileException;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that are interrupted and go on. */
class SequenceCheckpointTest {
  private static final List<Example<String>> EXAMPLES = Tasks.mixed(60, 1);

  /** With everything that has a state: a rate that hangs on validation, dropout, two threads. */
  private static final SequenceOptions OPTIONS =
      Tasks.quick()
          .withCell(Cell.LSTM)
          .withEpochs(12)
          .withDropout(0.3)
          .withThreads(2)
          .withPatience(4);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("waves.checkpoint");
  }

  /** Stops after a number of steps. */
  private static final class Watch implements TrainingListener {
    private final List<Epoch> epochs = new ArrayList<>();
    private int stepsLeft;

    Watch(int stepsLeft) {
      this.stepsLeft = stepsLeft;
    }

    @Override
    public void onEpoch(Epoch epoch) {
      // Time is of no matter.
      epochs.add(
          new Epoch(
              epoch.number(), epoch.of(), epoch.trainLoss(), epoch.validLoss(), epoch.best(), 0));
    }

    @Override
    public boolean stops() {
      stepsLeft--;
      return hasStopped();
    }

    boolean hasStopped() {
      return stepsLeft <= 0;
    }
  }

  private static List<LabelPrediction> predictions(SequenceOptions options) {
    try (var model = SequenceClassifier.fit(EXAMPLES, options)) {
      return model.predict(Tasks.sequences(Tasks.mixed(20, 2)));
    }
  }

  @Test
  void interruptedAgainAndAgainItEndsWithTheSameBits() {
    assertGoesOn(OPTIONS);
  }

  @Test
  void interruptedAgainAndAgainItHasTheSameAverage() {
    assertGoesOn(OPTIONS.withAverage(0.9));
  }

  private void assertGoesOn(SequenceOptions options) {
    var whole = new Watch(Integer.MAX_VALUE);
    List<LabelPrediction> expected = predictions(options.withListener(whole));
    var pieces = new Watch(0);
    List<LabelPrediction> actual = null;
    int pauses = -1;
    do {
      // 17 steps an epoch: stops in the midst of the second epoch of each turn.
      pieces = new Watch(30);
      actual = predictions(options.withListener(pieces).withCheckpoint(file));
      pauses++;
    } while (pieces.hasStopped());
    assertTrue(pauses >= 4, pauses + " interruptions");
    assertEquals(whole.epochs, pieces.epochs);
    assertEquals(expected, actual);
    var over = new Watch(1);
    assertEquals(expected, predictions(options.withListener(over).withCheckpoint(file)));
    assertFalse(over.hasStopped(), "what is over does not take a step more");
  }

  @Test
  void theModelOfAnInterruptedTrainingIsTheBestSoFarAndTheFileIsThere() {
    var watch = new Watch(30);
    predictions(OPTIONS.withListener(watch).withCheckpoint(file));
    assertTrue(Files.exists(file));
    assertEquals(2, watch.epochs.size());
  }

  @Test
  void aTaggerThatSpellsAndHasACrfGoesOnToo() throws IOException {
    SequenceOptions options = OPTIONS.withEpochs(4).withSpelled(0, 4).withCrf(true);
    List<Sequence> asked = Tasks.sequences(Tasks.places(10, 2));
    List<List<LabelPrediction>> expected;
    try (var model = SequenceTagger.fit(Tasks.places(60, 1), options)) {
      expected = model.predict(asked);
    }
    SequenceOptions kept = options.withCheckpoint(file);
    SequenceTagger.fit(Tasks.places(60, 1), kept.withListener(new Watch(30))).close();
    assertTrue(Files.exists(file));
    for (SequenceOptions other : List.of(kept.withCrf(false), kept.withSpelled(0, 5))) {
      assertThrows(
          UncheckedIOException.class, () -> SequenceTagger.fit(Tasks.places(60, 1), other).close());
    }
    try (var model = SequenceTagger.fit(Tasks.places(60, 1), kept)) {
      assertEquals(expected, model.predict(asked));
    }
  }

  @Test
  void aTrainingThatBeganWithAnotherModelGoesOnToo() {
    Beginning beginning;
    Beginning another;
    try (var one = SequenceClassifier.fit(EXAMPLES, OPTIONS.withEpochs(1));
        var two = SequenceClassifier.fit(EXAMPLES, OPTIONS.withEpochs(2))) {
      beginning = one.beginning();
      another = two.beginning();
    }
    SequenceOptions options = OPTIONS.withEpochs(4).withBeginning(beginning);
    List<LabelPrediction> expected = predictions(options);
    SequenceOptions kept = options.withCheckpoint(file);
    predictions(kept.withListener(new Watch(30)));
    assertRefused("another training", kept.withBeginning(another), EXAMPLES);
    assertEquals(expected, predictions(kept));
  }

  private static final String TEXT = "the cat sat on the mat, the hat on the cat; ".repeat(40);

  /** Of which nothing can be learned, so that the first epochs are the best. */
  private static final String NOISE =
      Values.random(3)
          .ints(1700, 'a', 'f')
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();

  private static LabelPrediction following(String text, SequenceOptions options) {
    try (var model = SequenceLanguageModel.fit(text, Vocabulary.Level.CHAR, options)) {
      return model.predict(text.substring(0, 4));
    }
  }

  @Test
  void aLanguageModelThatIsInterruptedAgainAndAgainEndsWithTheSameBits() throws IOException {
    SequenceOptions options = OPTIONS.withWindow(20).withPatience(0).withEpochs(5);
    assertReadingGoesOn(TEXT, options.withAverage(0.9));
    assertReadingGoesOn(TEXT, options.withValidation(0));
    List<TrainingListener.Epoch> epochs =
        assertReadingGoesOn(NOISE, options.withPatience(3).withEpochs(30).withDropout(0));
    assertTrue(epochs.size() < 30, "ends by patience");
  }

  private List<TrainingListener.Epoch> assertReadingGoesOn(String text, SequenceOptions options)
      throws IOException {
    var whole = new Watch(Integer.MAX_VALUE);
    LabelPrediction expected = following(text, options.withListener(whole));
    Watch pieces;
    LabelPrediction actual;
    int pauses = -1;
    do {
      pieces = new Watch(30);
      actual = following(text, options.withListener(pieces).withCheckpoint(file));
      pauses++;
    } while (pieces.hasStopped());
    assertTrue(pauses >= 3, pauses + " interruptions of " + whole.epochs);
    assertEquals(whole.epochs, pieces.epochs);
    assertEquals(expected, actual);
    var over = new Watch(1);
    assertEquals(expected, following(text, options.withListener(over).withCheckpoint(file)));
    assertFalse(over.hasStopped(), "what is over does not take a step more");
    Files.delete(file);
    return whole.epochs;
  }

  @Test
  void aLanguageModelDoesNotGoOnWithAnotherText() throws IOException {
    SequenceOptions options = OPTIONS.withWindow(20).withCheckpoint(file);
    following(TEXT, options.withListener(new Watch(40)));
    byte[] bytes = Files.readAllBytes(file);
    for (var other : List.of(options.withSeed(7), options.withDropout(0.1))) {
      assertRefused("another run", () -> following(TEXT, other));
    }
    for (String other : List.of(TEXT.replace("the hat", "her hat"), TEXT.replace('c', 'C'))) {
      assertRefused("another run", () -> following(other, options));
    }
    assertArrayEquals(bytes, Files.readAllBytes(file), "the file is unharmed");
  }

  @Test
  void anotherTrainingOrADamagedFileIsRefused() throws IOException {
    predictions(OPTIONS.withListener(new Watch(30)).withCheckpoint(file));
    var options = OPTIONS.withCheckpoint(file);
    assertRefused("a checkpoint of another training: expected ", options.withSeed(7), EXAMPLES);
    assertRefused("seed 7", options.withSeed(7), EXAMPLES);
    assertRefused("another training", options, Tasks.mixed(60, 3));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 9));
    assertRefused(file.toString(), options, EXAMPLES);
    Files.writeString(file, "no checkpoint");
    assertRefused(file.toString(), options, EXAMPLES);
  }

  private static void assertRefused(
      String message, SequenceOptions options, List<Example<String>> examples) {
    assertRefused(message, () -> SequenceClassifier.fit(examples, options).close());
  }

  private static void assertRefused(String message, Executable training) {
    var e = assertThrows(UncheckedIOException.class, training);
    assertInstanceOf(ModelFileException.class, e.getCause());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
