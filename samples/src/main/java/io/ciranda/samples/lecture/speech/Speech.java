package io.ciranda.samples.lecture.speech;

import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTranscriber;
import io.ciranda.sequence.TranscriptionMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example speech}. */
@Command(
    name = "speech",
    description = {
      "Spoken digits from the frames of their sound: which one is it;",
      "then strings of 3 to 7 digits, learned by CTC from their order alone."
    })
public final class Speech extends LectureExample {
  private static final int MADE_UP_TAKES = 30;
  private static final int TEST_STRINGS = 300;
  private static final int VALID_STRINGS = 150;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "Recordings in a .tar.gz, files like 7_theo_12.wav (digit, speaker, take), 8000 Hz, 16 bits, mono:",
        "the folder 'recordings' of the Free Spoken Digit Dataset, github.com/Jakobovski/free-spoken-digit-dataset.",
        "Takes 0 to 4 are the test, 5 to 9 for validation (default: made-up speech)."
      })
  private Path data;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "96",
      description = "Units of each direction (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "25",
      description = "Passes over the examples at most (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--strings",
      paramLabel = "N",
      defaultValue = "1500",
      description = "Strings of digits to learn from (default: ${DEFAULT-VALUE}).")
  private int strings;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that learn (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Override
  public int seconds() {
    return 70;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(strings >= 1, "--strings: expected at least 1, actual " + strings);
    SequenceOptions options =
        checked(
            () ->
                SequenceOptions.standard()
                    .withHidden(hidden)
                    .withBidirectional(true)
                    .withEpochs(epochs)
                    .withThreads(threads)
                    .withSeed(lesson.seed())
                    .withListener(lesson.epochs("nats a label")));
    SpeechParts parts =
        SpeechParts.of(
            data == null
                ? new MadeUpSpeech(lesson.seed()).recordings(MADE_UP_TAKES)
                : RecordingArchive.read(data));
    lesson.data(
        "%s: %,d recordings to learn from, %,d for validation, %,d for the test"
            .formatted(
                data == null ? "speech made up by formant synthesis" : data,
                parts.train().size(),
                parts.valid().size(),
                parts.test().size()));
    try (SequenceClassifier classifier = oneDigit(parts, options, lesson)) {
      digitStrings(parts, options, classifier, lesson);
    }
  }

  private static SequenceClassifier oneDigit(
      SpeechParts parts, SequenceOptions options, Lesson lesson) {
    List<Example<String>> train = parts.train().stream().map(Recording::example).toList();
    List<Example<String>> valid = parts.valid().stream().map(Recording::example).toList();
    List<Example<String>> test = parts.test().stream().map(Recording::example).toList();
    lesson.narrate("one digit");
    var classifier = SequenceClassifier.fit(train, valid, options);
    lesson.narrate("validation: accuracy %.4f".formatted(classifier.evaluate(valid).accuracy()));
    lesson.show(
        Figure.of("one digit: accuracy", classifier.evaluate(test).accuracy())
            .atLeast(0.97)
            .beside("nearest centroid", new NearestCentroid(train).accuracy(test)));
    return classifier;
  }

  private void digitStrings(
      SpeechParts parts, SequenceOptions options, SequenceClassifier classifier, Lesson lesson)
      throws IOException {
    var random = new SplittableRandom(lesson.seed());
    List<DigitString> test = DigitString.of(parts.test(), TEST_STRINGS, random);
    List<Example<List<String>>> valid =
        examples(DigitString.of(parts.valid(), VALID_STRINGS, random));
    List<Example<List<String>>> train = examples(DigitString.of(parts.train(), strings, random));
    lesson.narrate("strings of digits");
    try (var transcriber = SequenceTranscriber.fit(train, valid, options)) {
      lesson.narrate("validation: " + transcriber.evaluate(valid));
      TranscriptionMetrics heard = transcriber.evaluate(examples(test));
      var cutter = new Cutter(classifier);
      var cut = new TranscriptionMetrics();
      test.forEach(string -> cut.add(string.digits(), cutter.digits(string)));
      lesson.show(
          Figure.of("strings: digit error rate", heard.errorRate())
              .atMost(0.05)
              .beside("cut at pauses", cut.errorRate()));
      lesson.picture("speech", Spikes.picture(test.getFirst(), transcriber));
    }
  }

  private static List<Example<List<String>>> examples(List<DigitString> strings) {
    return strings.stream().map(DigitString::example).toList();
  }
}
