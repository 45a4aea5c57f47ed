package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example dna}. */
@Command(
    name = "dna",
    description = {
      "Splice junctions from 60 bases: in the middle an exon ends, or an intron, or neither.",
      "A bidirectional GRU beside position weights, and what it looks at."
    })
public final class Dna extends LectureExample {
  private static final String BASES = "ACGT";
  private static final int SHOWN = 40; // examples of a label behind the picture

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = {
        "A label (ei, ie or n), a tab and 60 letters a line, plain or gzip'ed: the StatLog DNA data, which are",
        "in R's package mlbench as DNA, the letters as indicators (default: made-up DNA)."
      })
  private Path data;

  @Option(
      names = "--train",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "Lines to learn from, of which every seventh tells when to stop; the rest is the test (default: ${DEFAULT-VALUE}).")
  private int train;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "At most; fewer where the loss has not fallen for ten (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--goal",
      paramLabel = "ERROR",
      description = "What must be reached (default: 0.055 with --data, else 0.1).")
  private Double goal;

  @Override
  public int seconds() {
    return 30;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(train >= 50, "--train: expected at least 50, actual " + train);
    require(epochs >= 1, "--epochs: expected at least 1, actual " + epochs);
    List<Stretch> all =
        data == null
            ? MadeUpDna.make(train + 1000, new SplittableRandom(lesson.seed()))
            : Stretch.read(data);
    require(
        train < all.size(),
        "--train: expected less than %d, actual %d".formatted(all.size(), train));
    List<Stretch> known = all.subList(0, train);
    List<Stretch> test = all.subList(train, all.size());
    lesson.data(
        "%s: %,d to learn from, %,d to test, such as %s %s"
            .formatted(
                data == null ? "made-up DNA" : data,
                known.size(),
                test.size(),
                all.getFirst().label(),
                all.getFirst().bases()));

    SequenceOptions options =
        SequenceOptions.standard()
            .withBidirectional(true)
            .withHidden(32)
            .withDropout(0.5)
            .withUnknownRate(0.1)
            .withEpochs(epochs)
            .withSeed(lesson.seed())
            .withListener(lesson.epochs("nats a sequence"));
    var weights = new PositionWeights(known);
    String usual = weights.usualLabel();
    double simple = error(test, s -> weights.label(s).equals(s.label()));
    try (var model = SequenceClassifier.fit(examples(known), options)) {
      lesson.show(
          Figure.of("error, position weights", simple)
              .beside("always " + usual, error(test, s -> usual.equals(s.label()))));
      lesson.show(
          Figure.of("error, bidirectional GRU", 1 - model.evaluate(examples(test)).accuracy())
              .atMost(goal != null ? goal : data == null ? 0.1 : 0.055)
              .beside("position weights", simple));
      lesson.picture("dna", picture(model, test));
    }
  }

  private static List<Example<String>> examples(List<Stretch> stretches) {
    return stretches.stream().map(s -> new Example<>(s.sequence(), s.label())).toList();
  }

  private static double error(List<Stretch> test, Predicate<Stretch> isRight) {
    return test.stream().filter(isRight.negate()).count() / (double) test.size();
  }

  // ---- what it looks at ----

  /** How much likelier a label becomes where a base is put at a place. */
  private static Svg picture(SequenceClassifier model, List<Stretch> test) {
    int size = 15;
    int places = test.getFirst().bases().length();
    List<String> labels = model.labels().stream().filter(label -> !label.equals("n")).toList();
    var svg = new Svg(60 + places * size, 40 + labels.size() * 120);
    svg.text(
        svg.width() / 2.0,
        18,
        14,
        "Another base: the label becomes likelier (blue), less likely (red)");
    for (int l = 0; l < labels.size(); l++) {
      double top = 60 + l * 120;
      double[][] changes = changes(model, test, labels.get(l));
      svg.textFrom(10, top - 14, 13, labels.get(l));
      for (int t = 0; t < places; t++) {
        int place = t < places / 2 ? t - places / 2 : t - places / 2 + 1; // there is no place 0
        if (place % 5 == 0 || place == 1 || place == -1) {
          svg.text(40 + (t + 0.5) * size, top - 10, 10, Integer.toString(place));
        }
        for (int b = 0; b < BASES.length(); b++) {
          svg.cell(40 + t * size, top + b * size, size - 1, size - 1, changes[t][b]);
        }
      }
      for (int b = 0; b < BASES.length(); b++) {
        svg.text(28, top + (b + 0.5) * size, 12, BASES.substring(b, b + 1));
      }
    }
    return svg;
  }

  /** {@code [place][base]}: the mean change of a label's probability over examples of it. */
  private static double[][] changes(SequenceClassifier model, List<Stretch> test, String label) {
    List<Stretch> some = test.stream().filter(s -> s.label().equals(label)).limit(SHOWN).toList();
    double before = probability(model, some.stream().map(Stretch::sequence).toList(), label);
    double[][] changes = new double[test.getFirst().bases().length()][BASES.length()];
    for (int t = 0; t < changes.length; t++) {
      for (int b = 0; b < BASES.length(); b++) {
        int place = t;
        char base = BASES.charAt(b);
        List<Sequence> changed = some.stream().map(s -> s.with(place, base).sequence()).toList();
        changes[t][b] = probability(model, changed, label) - before;
      }
    }
    return changes;
  }

  private static double probability(
      SequenceClassifier model, List<Sequence> sequences, String label) {
    return model.predict(sequences).stream()
        .mapToDouble((LabelPrediction prediction) -> prediction.probability(label))
        .average()
        .orElse(0);
  }
}
