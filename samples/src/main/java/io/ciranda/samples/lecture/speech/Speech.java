package io.ciranda.samples.lecture.speech;

import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.SequenceTranscriber;
import io.ciranda.sequence.Transcription;
import io.ciranda.sequence.TranscriptionMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
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
  private static final int TEST_TAKES =
      5; // of each digit and speaker, the first: the official split
  private static final int VALID_TAKES = 5; // the next
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
    return 60;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(strings >= 1, "--strings: expected at least 1, actual " + strings);
    List<Recording> all =
        data == null
            ? new MadeUpSpeech(lesson.seed()).recordings(MADE_UP_TAKES)
            : RecordingArchive.read(data);
    List<Recording> test = takes(all, take -> take < TEST_TAKES);
    List<Recording> valid =
        takes(all, take -> take >= TEST_TAKES && take < TEST_TAKES + VALID_TAKES);
    List<Recording> train = takes(all, take -> take >= TEST_TAKES + VALID_TAKES);
    lesson.data(
        "%s: %,d recordings to learn from, %,d for validation, %,d for the test"
            .formatted(
                data == null ? "speech made up by formant synthesis" : data,
                train.size(),
                valid.size(),
                test.size()));
    SequenceOptions options =
        checked(
            () ->
                SequenceOptions.standard()
                    .withHidden(hidden)
                    .withBidirectional(true)
                    .withEpochs(epochs)
                    .withThreads(threads)
                    .withSeed(lesson.seed()));
    try (var classifier =
        SequenceClassifier.fit(
            examples(train), examples(valid), told(options, "one digit", lesson))) {
      lesson.narrate(
          "validation: accuracy %.4f".formatted(classifier.evaluate(examples(valid)).accuracy()));
      lesson.show(
          Figure.of("one digit: accuracy", classifier.evaluate(examples(test)).accuracy())
              .atLeast(0.97)
              .beside(
                  "nearest centroid",
                  new NearestCentroid(examples(train)).accuracy(examples(test))));
      var random = new SplittableRandom(lesson.seed());
      List<DigitString> trainStrings = DigitString.of(train, strings, random);
      List<DigitString> validStrings = DigitString.of(valid, VALID_STRINGS, random);
      List<DigitString> testStrings = DigitString.of(test, TEST_STRINGS, random);
      try (var transcriber =
          SequenceTranscriber.fit(
              strings(trainStrings), strings(validStrings), told(options, "strings", lesson))) {
        lesson.narrate("validation: " + transcriber.evaluate(strings(validStrings)));
        lesson.show(
            Figure.of(
                    "strings: digit error rate",
                    transcriber.evaluate(strings(testStrings)).errorRate())
                .atMost(0.05)
                .beside("cut at pauses", cut(classifier, testStrings).errorRate()));
        lesson.picture("speech", picture(testStrings.getFirst(), transcriber));
      }
    }
  }

  private static List<Recording> takes(List<Recording> all, IntPredicate which) {
    return all.stream().filter(recording -> which.test(recording.take())).toList();
  }

  private static List<Example<String>> examples(List<Recording> recordings) {
    return recordings.stream()
        .map(r -> new Example<>(Sequence.of(Mfcc.of(r.samples())), r.digit()))
        .toList();
  }

  private static List<Example<List<String>>> strings(List<DigitString> strings) {
    return strings.stream().map(DigitString::example).toList();
  }

  private static SequenceOptions told(SequenceOptions options, String what, Lesson lesson) {
    return options.withListener(
        epoch ->
            lesson.narrate(
                "%s, epoch %d of %d: %.4f nats a label, validation %.4f (%.1f s)"
                    .formatted(
                        what,
                        epoch.number(),
                        epoch.of(),
                        epoch.trainLoss(),
                        epoch.validLoss(),
                        epoch.seconds())));
  }

  private static TranscriptionMetrics cut(
      SequenceClassifier classifier, List<DigitString> strings) {
    var cutter = new Cutter(classifier);
    var metrics = new TranscriptionMetrics();
    strings.forEach(string -> metrics.add(string.digits(), cutter.digits(string)));
    return metrics;
  }

  // ---- picture ----

  private static final int STEP = 6; // pixels of a frame
  private static final int ROW = 5; // pixels of a mel filter
  private static final int SPIKE = 80; // pixels of the probability 1
  private static final int LEFT = 10;

  /** What the network says above what it hears, and under it where the digits are. */
  private static Svg picture(DigitString string, SequenceTranscriber transcriber) {
    Transcription heard = transcriber.predict(string.example().sequence());
    double[][] mel = Mfcc.logMel(string.samples());
    int base = 50 + SPIKE;
    int under = base + ROW * Mfcc.FILTERS;
    var svg = new Svg(2 * LEFT + STEP * mel.length, under + 30);
    svg.text(svg.width() / 2.0, 16, 15, "Said: %s. Heard: %s".formatted(spaced(string), heard));
    spikes(svg, heard, transcriber.labels(), base - 4);
    double[] all = Arrays.stream(mel).flatMapToDouble(Arrays::stream).sorted().toArray();
    double quiet = all[all.length / 2];
    double loud = all[all.length - 1];
    for (int t = 0; t < mel.length; t++) {
      for (int m = 0; m < Mfcc.FILTERS; m++) {
        if (mel[t][m] > quiet) {
          double shade = (mel[t][m] - quiet) / (loud - quiet);
          svg.cell(LEFT + t * STEP, under - (m + 1) * ROW, STEP, ROW, shade);
        }
      }
    }
    for (int i = 0; i < string.starts().length; i++) {
      double pixels = (double) STEP / Mfcc.HOP;
      double from = LEFT + string.starts()[i] * pixels;
      double width = string.spoken().get(i).samples().length * pixels;
      svg.cell(from, under + 4, width, 2, -1);
      svg.text(from + width / 2, under + 16, 13, string.digits().get(i));
    }
    return svg;
  }

  private static String spaced(DigitString string) {
    return String.join(" ", string.digits());
  }

  /** The probability of the likeliest digit, frame by frame; the blank has the rest. */
  private static void spikes(Svg svg, Transcription heard, List<String> digits, int base) {
    String before = SequenceTranscriber.BLANK;
    for (int t = 0; t < heard.steps().size(); t++) {
      LabelPrediction step = heard.steps().get(t);
      String digit =
          digits.stream().max(Comparator.comparingDouble(step::probability)).orElseThrow();
      double height = SPIKE * step.probability(digit);
      double x = LEFT + t * STEP;
      svg.cell(x, base - height, STEP - 1, height, 1);
      if (step.label().equals(digit) && !before.equals(digit)) {
        svg.text(x + STEP / 2.0, base - SPIKE - 10, 14, digit);
      }
      before = step.label();
    }
  }
}
