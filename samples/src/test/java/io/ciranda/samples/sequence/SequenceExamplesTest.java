package io.ciranda.samples.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.text.LabelledSentence;
import io.ciranda.samples.text.TimeSeriesFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worked examples, on data small enough to be made here. */
class SequenceExamplesTest {
  @TempDir private Path folder;

  @Test
  void aForecastComesNearToTheNoiseAndBeforeTheSimplerOnes() {
    SeasonalLoad.Errors errors = SeasonalForecast.run(3000, 4000, 1);
    assertTrue(errors.rmse() < 1.05 * errors.noise(), errors::toString);
    assertTrue(errors.rmse() < 0.95 * errors.autoregression(), errors::toString);
    assertTrue(errors.autoregression() < errors.asBefore(), errors::toString);
  }

  @Test
  void aForecastIsServedHourByHourAsPredictGivesIt() {
    Sequence series = new SeasonalLoad(400, 1).series();
    try (var model = SeasonalForecast.fit(series.slice(0, 300), 1);
        var session = model.newSession()) {
      for (int t = 0; t < series.steps(); t++) {
        session.step(new float[] {series.number(t, 0)});
        assertEquals(model.predict(series.slice(0, t + 1)), session.forecast());
      }
    }
  }

  @Test
  void speakersAreToldApart() throws IOException {
    Path train = speakers("train.ts", 40, 1);
    Path test = speakers("test.ts", 30, 2);
    try (var model = JapaneseVowelsExample.fit(TimeSeriesFile.read(train), 1)) {
      var metrics = model.evaluate(TimeSeriesFile.read(test));
      assertEquals(30, metrics.total());
      assertTrue(metrics.accuracy() > 0.9, metrics::toString);
    }
  }

  @Test
  void aSpeakerIsToldStepByStepAsPredictTells() throws IOException {
    List<Example<String>> examples = TimeSeriesFile.read(speakers("few.ts", 12, 4));
    try (var model = JapaneseVowelsExample.fit(examples, 1);
        var session = model.newSession()) {
      for (Example<String> example : examples) {
        Sequence utterance = example.sequence();
        session.reset();
        for (int t = 0; t < utterance.steps(); t++) {
          session.step(new float[] {utterance.number(t, 0), utterance.number(t, 1)});
          assertEquals(model.predict(utterance.slice(0, t + 1)), session.prediction());
        }
      }
    }
  }

  @Test
  void crossValidationAsksForEachExampleOnceARound() throws IOException {
    List<Example<String>> examples = TimeSeriesFile.read(speakers("all.ts", 30, 3));
    SequenceOptions options = SequenceOptions.standard().withValidation(0).withPatience(0);
    var learned = CrossValidation.of(examples, options.withEpochs(15), 3, 2);
    assertEquals(60, learned.examples());
    assertTrue(learned.accuracy() > 0.9, learned::toString);
    // One that has learned nothing tells of an example what it tells of any.
    var none = CrossValidation.of(examples, options.withEpochs(1).withLearningRate(1e-9), 3, 1);
    assertTrue(none.accuracy() < 0.8 && none.nats() > 0.5, none::toString);
  }

  /** Two dimensions, of which a speaker shows in the slope of the second. */
  private Path speakers(String name, int n, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var text = new StringBuilder("#a comment\n@dimensions 2\n@data\n");
    for (int i = 0; i < n; i++) {
      int steps = 5 + random.nextInt(5);
      var first = new StringBuilder();
      var second = new StringBuilder();
      for (int t = 0; t < steps; t++) {
        String comma = t == 0 ? "" : ",";
        first.append(comma).append(number(random.nextGaussian()));
        second.append(comma).append(number((i % 2 - 0.5) * t + 0.3 * random.nextGaussian()));
      }
      text.append(first).append(':').append(second).append(':').append(1 + i % 2).append('\n');
    }
    return Files.writeString(folder.resolve(name), text);
  }

  private static String number(double x) {
    return String.format(Locale.ROOT, "%.4f", x);
  }

  @Test
  void diseasesAreFound() throws IOException {
    Path train = sentences("train.tsv", 150, 1);
    Path valid = sentences("valid.tsv", 30, 2);
    Path test = sentences("test.tsv", 30, 3);
    try (var model = DiseaseTagger.fit(train, valid, 1)) {
      var metrics = model.evaluate(LabelledSentence.examples(test));
      assertTrue(metrics.f1() > 0.9, metrics::toString);
    }
  }

  @Test
  void diseasesAreToldWordByWordAsPredictTells() throws IOException {
    Path train = sentences("few-train.tsv", 8, 4);
    Path valid = sentences("few-valid.tsv", 4, 5);
    try (var model = DiseaseTagger.fit(train, valid, 1);
        var session = model.newSession()) {
      for (LabelledSentence sentence : LabelledSentence.read(valid)) {
        Sequence all = sentence.example().sequence();
        session.reset();
        for (String word : sentence.words()) {
          session.step(new float[0], LabelledSentence.symbols(word));
          assertEquals(model.predict(all.slice(0, (int) session.steps())), session.predictions());
        }
      }
    }
  }

  /** "had Xitis" and "had X disease" are diseases, whatever X is. */
  private Path sentences(String name, int n, long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var text = new StringBuilder();
    for (int i = 0; i < n; i++) {
      String part = String.valueOf((char) ('a' + random.nextInt(26))) + random.nextInt(100);
      text.append("The\tO\npatient\tO\nhad\tO\n");
      switch (random.nextInt(3)) {
        case 0 -> text.append(part).append("itis\tB-Disease\n");
        case 1 -> text.append(part).append("\tB-Disease\ndisease\tI-Disease\n");
        default -> text.append(part).append("\tO\nchildren\tO\n");
      }
      text.append(".\tO\n\n");
    }
    return Files.writeString(folder.resolve(name), text);
  }
}
