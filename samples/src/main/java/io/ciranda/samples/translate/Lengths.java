package io.ciranda.samples.translate;

import static java.util.stream.Collectors.joining;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.ScoreLines;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.training.TrainingSession;
import io.ciranda.text.Bleu;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.TranslationTrainer;
import io.ciranda.translation.Translator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda translate lengths}. */
@Command(
    name = "lengths",
    description = {
      "How translations suffer from long sentences, without attention and with it (Bahdanau et al. 2015, figure 2).",
      "Joins consecutive pairs to sentences of 10 words and more; trains both architectures on sentences of up to 30 and of up to 50 words; measures BLEU by length on the test text. Leaves four trainings, a plot and the figures. The same command goes on where it was stopped."
    })
final class Lengths extends CirandaCommand {
  private static final int SHORTEST = 10;
  private static final List<Integer> LIMITS = List.of(30, 50);
  private static final List<Architecture> ARCHITECTURES =
      List.of(Architecture.ATTENTION, Architecture.ENCODER_DECODER);

  /** Of the source's words; the joined test text of each has nearly all test pairs. */
  private static final List<Joiner> BUCKETS =
      List.of(
          new Joiner(10, 20),
          new Joiner(20, 30),
          new Joiner(30, 40),
          new Joiner(40, 50),
          new Joiner(50, 60));

  private static final Joiner ABOUT_FIFTY = new Joiner(45, 55);

  /** Symbols of a translation; words and marks of the longest sentences are fewer than 100. */
  private static final int LONGEST = 200;

  @Mixin private PairOptions pairs;

  @Option(
      names = "--test-source",
      required = true,
      paramLabel = "FILE",
      description = "Sentences to measure on.")
  private Path testSource;

  @Option(
      names = "--test-target",
      required = true,
      paramLabel = "FILE",
      description = "Their translations, line by line.")
  private Path testTarget;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where models, checkpoints, the plot and the figures are kept.")
  private Path out;

  @Option(
      names = "--summary",
      paramLabel = "FILE",
      description = "Where to write what --json prints (default: lengths.json in the folder).")
  private Path summary;

  @Option(
      names = "--joinings",
      paramLabel = "K",
      defaultValue = "5",
      description =
          "How often the training text is joined, each time otherwise; an epoch has them all (default: ${DEFAULT-VALUE}).")
  private int joinings;

  @Option(
      names = "--context",
      description = "The encoder-decoder's last state is an input of every step.")
  private boolean context;

  @Mixin private CodecOptions codec;
  @Mixin private SizeOptions sizes;
  @Mixin private TrainingOptions training;

  /**
   * What {@code --json} prints.
   *
   * @param end INTERRUPTED where a training is missing
   * @param test null before all are trained
   */
  record Result(
      List<String> command,
      TranslationTrainer.End end,
      Test test,
      List<Line> lines,
      Environment environment) {}

  /**
   * What is left of the BLEU of 10-20 words at 45-54 words, of the models trained on up to 50
   * words, in percent.
   *
   * @param fall how many times as much as with attention is lost without; null where attention
   *     loses nothing
   */
  record Test(double attentionKept, double encoderDecoderKept, Double fall) {}

  /** A model's scores. */
  record Line(
      String name,
      Architecture architecture,
      int limit,
      TranslationJob.Summary training,
      List<Score> scores,
      Score aboutFifty) {
    double kept() {
      return 100 * aboutFifty.bleu / scores.getFirst().bleu;
    }
  }

  /**
   * Of sentences of like length.
   *
   * @param words of a source, in the mean
   * @param cut translations that did not end by themselves
   */
  record Score(int from, int to, int sentences, double words, double bleu, int cut) {}

  @Override
  protected Object run(Console console) throws IOException {
    checked(pairs::check);
    require(joinings >= 1, "--joinings: expected at least 1, actual " + joinings);
    CodecOptions.Learner learner = checked(codec::learner);
    TranslationTrainer.Config config = checked(() -> training.config(learner.options().level()));
    checked(() -> ARCHITECTURES.stream().map(this::model).toList());
    ParallelText train = pairs.train(console);
    ParallelText valid = pairs.valid(console);
    ParallelText test = ParallelText.readPairs(testSource, testTarget, console);
    requireEveryLength(test);
    CodecOptions.Codecs codecs = learner.learn(train);
    long start = System.nanoTime();
    var lines = new ArrayList<Line>();
    for (int limit : LIMITS) {
      var joiner = new Joiner(SHORTEST, limit + 1);
      ParallelText longTrain = joiner.join(train, joinings, config.seed());
      ParallelText longValid = joiner.join(valid, config.seed());
      for (Architecture architecture : ARCHITECTURES) {
        String name = "%s-%d".formatted(architecture.label(), limit);
        var files = new ModelFiles(out.resolve(name + ".safetensors"));
        files.prepare();
        String title =
            "%s, up to %d words, %s".formatted(architecture.label(), limit, pairs.title());
        console.narrate(
            "%s: %,d pairs joined to %,d of %d to %d words"
                .formatted(name, train.size(), longTrain.size(), SHORTEST, limit));
        var job =
            new TranslationJob(console, commandLine(), title, files, codecs, longTrain, longValid);
        TranslationJob.Summary trained = job.run(model(architecture), config, session(start));
        if (trained.end() == TranslationTrainer.End.INTERRUPTED) {
          return finish(console, TranslationTrainer.End.INTERRUPTED, lines);
        }
        Line line = measure(console, name, architecture, limit, trained, test, config);
        lines.add(line);
        console.print(
            "%-20s BLEU %s"
                .formatted(
                    name,
                    line.scores.stream()
                        .map(s -> "%d-%d: %.2f".formatted(s.from, s.to, s.bleu))
                        .collect(joining(", "))));
      }
    }
    return finish(console, TranslationTrainer.End.FINISHED, lines);
  }

  /** Told before hours of training. */
  private void requireEveryLength(ParallelText test) {
    for (Joiner bucket : BUCKETS) {
      if (bucket.join(test, 0).size() == 0) {
        throw new UserException(
            "%s: expected text that can be joined to sentences of %d to %d words, actual %,d lines"
                .formatted(testSource, bucket.from(), bucket.to() - 1, test.size()));
      }
    }
  }

  private TranslationModel.Config model(Architecture architecture) {
    return sizes.config(architecture, context && architecture == Architecture.ENCODER_DECODER);
  }

  /** What is left of the time; a training that is finished needs none. */
  private TrainingSession.Options session(long start) {
    TrainingSession.Options whole = training.optimization().session(true);
    Double limit = whole.maxMinutes();
    Double left = limit == null ? null : Math.max(1e-6, limit - (System.nanoTime() - start) / 60e9);
    return new TrainingSession.Options(
        true, left, whole.checkpointSeconds(), "the same command goes on");
  }

  private Line measure(
      Console console,
      String name,
      Architecture architecture,
      int limit,
      TranslationJob.Summary trained,
      ParallelText test,
      TranslationTrainer.Config config)
      throws IOException {
    try (TranslationModel model =
            TranslationModel.load(Path.of(trained.model()), Engine.backend(console));
        var translator =
            new Translator(model, Decoding.greedy(LONGEST), config.batch(), config.threads())) {
      var scores = new ArrayList<Score>();
      for (Joiner bucket : BUCKETS) {
        scores.add(score(translator, bucket, test, config.seed()));
      }
      Score aboutFifty = score(translator, ABOUT_FIFTY, test, config.seed());
      return new Line(name, architecture, limit, trained, scores, aboutFifty);
    }
  }

  /** BLEU, upper and lower case alike. */
  private static Score score(Translator translator, Joiner bucket, ParallelText test, long seed) {
    ParallelText joined = bucket.join(test, seed);
    List<Translation> translations = translator.translate(joined.sources());
    List<String> hypotheses = translations.stream().map(Translation::text).toList();
    return new Score(
        bucket.from(),
        bucket.to(),
        joined.size(),
        joined.sources().stream().mapToInt(Joiner::words).average().orElse(0),
        Bleu.of(hypotheses, List.of(joined.targets()), true).score(),
        (int) translations.stream().filter(one -> !one.isComplete()).count());
  }

  private Result finish(Console console, TranslationTrainer.End end, List<Line> lines)
      throws IOException {
    boolean isFinished = end == TranslationTrainer.End.FINISHED;
    Test test = isFinished ? test(lines) : null;
    var result = new Result(commandLine(), end, test, lines, Environment.current());
    Path numbers = summary == null ? out.resolve("lengths.json") : summary;
    Summaries.write(numbers, result);
    if (!lines.isEmpty()) {
      draw(lines, numbers, console);
    }
    if (isFinished) {
      console.print(
          "of the BLEU of 10-19 words, 45-54 words keep %.1f %% with attention, %.1f %% without%s"
              .formatted(
                  test.attentionKept,
                  test.encoderDecoderKept,
                  test.fall == null ? "" : ": %.1f times the loss".formatted(test.fall)));
    }
    return result;
  }

  private static Test test(List<Line> lines) {
    double attention = kept(lines, Architecture.ATTENTION);
    double without = kept(lines, Architecture.ENCODER_DECODER);
    return new Test(
        attention, without, attention < 100 ? (100 - without) / (100 - attention) : null);
  }

  private static double kept(List<Line> lines, Architecture architecture) {
    return lines.stream()
        .filter(line -> line.architecture == architecture && line.limit == LIMITS.getLast())
        .findFirst()
        .orElseThrow()
        .kept();
  }

  private void draw(List<Line> lines, Path numbers, Console console) throws IOException {
    var picture = new ScoreLines(pairs.title(), "words of the source", "BLEU");
    for (Line line : lines) {
      picture.add(
          "%s, trained on up to %d words".formatted(line.architecture.label(), line.limit),
          ARCHITECTURES.indexOf(line.architecture),
          LIMITS.indexOf(line.limit),
          line.scores.stream().mapToDouble(Score::words).toArray(),
          line.scores.stream().mapToDouble(Score::bleu).toArray());
    }
    picture.write(out.resolve("lengths"), numbers, console);
  }
}
