package io.ciranda.samples.lecture.video;

import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example video}. */
@Command(
    name = "video",
    description = {
      "One label for many frames: a figure goes round, clockwise or not, by small steps or by leaps;",
      "a GRU over patches of each frame's pixels tells how. With the frames in no order nobody could."
    })
public final class Video extends LectureExample {
  private static final int TEST_FILMS = 1000;
  private static final String CHANCE = "one of four";

  @Option(
      names = "--films",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Films to learn from (default: ${DEFAULT-VALUE}).")
  private int films;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "64",
      description = "Units (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "15",
      description = "Passes over the films at most (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Override
  public int seconds() {
    return 20;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(films >= 20, "--films: expected at least 20, actual " + films);
    SequenceOptions options =
        checked(
            () ->
                SequenceOptions.standard()
                    .withHidden(hidden)
                    .withEpochs(epochs)
                    .withSeed(lesson.seed())
                    .withListener(lesson.epochs("nats a film")));
    var random = new Random(lesson.seed());
    List<Film> train = Film.make(films, random);
    List<Film> test = Film.make(TEST_FILMS, random);
    lesson.data(
        "films drawn by the example, %d frames of %d x %d pixels: %,d to learn from, %,d to test"
            .formatted(test.getFirst().frames().size(), Film.SIZE, Film.SIZE, films, TEST_FILMS));

    List<Film> shuffled = train.stream().map(film -> film.shuffled(random)).toList();
    List<Film> shuffledTest = test.stream().map(film -> film.shuffled(random)).toList();
    try (var model = SequenceClassifier.fit(examples(shuffled), options)) {
      lesson.show(
          Figure.of(
                  "learned and tested with frames in no order",
                  model.evaluate(examples(shuffledTest)).accuracy())
              .atMost(0.3)
              .beside(CHANCE, 1.0 / Motion.values().length));
    }
    try (var model = SequenceClassifier.fit(examples(train), options)) {
      lesson.show(
          Figure.of("accuracy", model.evaluate(examples(test)).accuracy())
              .atLeast(0.98)
              .beside(CHANCE, 1.0 / Motion.values().length));
      lesson.picture("video", strips(test, model));
    }
  }

  private static List<Example<String>> examples(List<Film> films) {
    return films.stream().map(Film::example).toList();
  }

  /** A film of each motion, and how sure the model is of the motion after each frame. */
  private static Svg strips(List<Film> films, SequenceClassifier model) {
    int pixel = 4;
    int width = Film.SIZE * pixel;
    int shown = Motion.PLACES;
    var svg = new Svg(20 + shown * (width + 8), 20 + Motion.values().length * (width + 54));
    try (LabelSession session = model.newSession()) {
      for (int m = 0; m < Motion.values().length; m++) {
        Film film = films.get(m);
        String motion = film.motion().name();
        int top = 20 + m * (width + 54);
        svg.textFrom(10, top, 14, motion.toLowerCase(Locale.ROOT).replace('_', ' '));
        session.reset();
        for (int t = 0; t < shown; t++) {
          float[][] frame = film.frames().get(t);
          session.step(Film.features(frame));
          int left = 10 + t * (width + 8);
          svg.cell(left, top + 12, width, width, 0.06);
          for (int row = 0; row < Film.SIZE; row++) {
            for (int column = 0; column < Film.SIZE; column++) {
              // Most of the noise is left out: each pixel is an element of the document.
              if (frame[row][column] > 0.25) {
                svg.cell(
                    left + column * pixel,
                    top + 12 + row * pixel,
                    pixel,
                    pixel,
                    frame[row][column]);
              }
            }
          }
          double sure = session.prediction().probability(motion);
          svg.text(
              left + width / 2.0, top + 22 + width, 12, String.format(Locale.ROOT, "%.2f", sure));
        }
      }
    }
    return svg;
  }
}
