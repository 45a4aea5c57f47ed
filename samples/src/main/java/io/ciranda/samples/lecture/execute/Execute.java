package io.ciranda.samples.lecture.execute;

import io.ciranda.samples.lecture.Checkpoints;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.Learning;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.report.LineChart;
import io.ciranda.samples.report.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda example execute}. */
@Command(
    name = "execute",
    description = {
      "What does a small program print? An LSTM reads it character by character and tells the output;",
      "four curricula side by side (Zaremba and Sutskever 2014)."
    })
public final class Execute extends LectureExample {
  private static final int TESTS = 1000;
  private static final int LOOKS = 20; // at the test, on the way
  private static final int THREADS = 2; // each has half of the batch
  private static final String SIMPLE = "the most frequent in each place";

  @Option(
      names = "--task",
      paramLabel = "TASK",
      defaultValue = "SUM",
      description = {
        "sum: two numbers are added; program: operations, variables, loops and choices",
        "(default: ${DEFAULT-VALUE})."
      })
  private Task task;

  @Option(
      names = "--digits",
      paramLabel = "N",
      defaultValue = "2",
      description = "Digits of the numbers, 2 to 9 (default: ${DEFAULT-VALUE}).")
  private int digits;

  @Option(
      names = "--nesting",
      paramLabel = "N",
      defaultValue = "1",
      description = "Operations of a program, 1 to 5; a sum has one (default: ${DEFAULT-VALUE}).")
  private int nesting;

  @Option(
      names = "--curriculum",
      paramLabel = "NAME",
      defaultValue = "all",
      converter = CurriculumConverter.class,
      description = {
        "How hard the programs are on the way. baseline: as in the test; naive: harder and harder;",
        "mixed: anything up to the test; combined: half naive, half mixed;",
        "all: one after the other, with as many steps each (default: ${DEFAULT-VALUE})."
      })
  private CurriculumConverter.Curricula curricula;

  @Option(
      names = "--reverse",
      description = "Outputs are told from the last digit on, which makes sums much easier.")
  private boolean reverse;

  @Option(
      names = "--delivery",
      paramLabel = "NAME",
      defaultValue = "FORWARD",
      description = {
        "How a program is read. forward: as it is written; reversed: from its end; doubled: twice",
        "(default: ${DEFAULT-VALUE})."
      })
  private Delivery delivery;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "128",
      description = "Units of a layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "1",
      description = "Layers, two in the paper (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--memory",
      paramLabel = "T",
      defaultValue = "0",
      description = "Gates begin by keeping what they hold for 1 to T steps (default: for a few).")
  private int memory;

  @Option(
      names = "--batch",
      paramLabel = "B",
      defaultValue = "40",
      description = "Programs in a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Updates of the weights with each curriculum (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.005",
      description = "Learning rate at the beginning, which falls to 0 (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--goal",
      paramLabel = "SHARE",
      defaultValue = "0.75",
      description = {
        "Of characters that must be right, with the curriculum that is named or the combined one of all",
        "(default: ${DEFAULT-VALUE})."
      })
  private double goal;

  @Mixin private Checkpoints checkpoints;

  @Override
  public int seconds() {
    return 90;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(digits >= 2 && digits <= 9, "--digits: expected 2 to 9, actual " + digits);
    int most = task == Task.SUM ? 1 : 5;
    require(
        nesting >= 1 && nesting <= most,
        "--nesting: expected 1 to %d, actual %d".formatted(most, nesting));
    require(hidden >= 1, "--hidden: expected at least 1, actual " + hidden);
    require(layers >= 1, "--layers: expected at least 1, actual " + layers);
    require(memory == 0 || memory > 2, "--memory: expected 0 or at least 3, actual " + memory);
    require(batch >= THREADS, "--batch: expected at least %d, actual %d".formatted(THREADS, batch));
    require(steps >= 1, "--steps: expected at least 1, actual " + steps);
    require(rate > 0, "--lr: expected above 0, actual " + rate);
    checkpoints.prepare();
    var target = new Difficulty(digits, nesting);
    var random = new SplittableRandom(lesson.seed());
    var programs = new Programs(task, target, reverse, TESTS, random);
    lesson.data(
        "made up, %s: %,d to learn from, %,d others to test"
            .formatted(task.describe(target), (long) steps * batch, TESTS));
    double simple = Score.ofMostFrequent(programs.test());
    var chart =
        new LineChart(
            "Told by an LSTM: what is printed by " + task.describe(target),
            "programs learned from",
            "share of right characters");
    for (Curriculum curriculum : curricula.each()) {
      try (var model =
          new ProgramModel(lesson.backend(), delivery, hidden, layers, memory, lesson.seed())) {
        List<Score> scores = learn(model, curriculum, programs, lesson);
        chart.line(curriculum.toString(), learned(), characters(scores));
        Score last = scores.getLast();
        lesson.show(Figure.of(curriculum + ": outputs right to the end", last.outputs()));
        Figure right =
            Figure.of(curriculum + ": right characters", last.characters()).beside(SIMPLE, simple);
        boolean asked = curriculum == curricula.each().getLast();
        lesson.show(asked ? right.atLeast(goal) : right);
        if (asked) {
          new Answers(model, programs.test()).show(lesson);
        }
      }
    }
    chart.dashes(SIMPLE, learned(), filled(simple));
    lesson.picture("execute", chart);
    checkpoints.delete();
  }

  /** The programs learned from when the test is looked at. */
  private double[] learned() {
    return IntStream.rangeClosed(0, looks())
        .mapToDouble(look -> (double) stepsAt(look) * batch)
        .toArray();
  }

  private static double[] characters(List<Score> scores) {
    return scores.stream().mapToDouble(Score::characters).toArray();
  }

  private double[] filled(double value) {
    return DoubleStream.generate(() -> value).limit(looks() + 1).toArray();
  }

  private int looks() {
    return Math.min(LOOKS, steps);
  }

  /** The steps that are done when the test is looked at. */
  private int stepsAt(int look) {
    return (int) ((long) steps * look / looks());
  }

  /** How well the test is told before, on the way and at the end. */
  private List<Score> learn(
      ProgramModel model, Curriculum curriculum, Programs programs, Lesson lesson)
      throws IOException {
    var random = new SplittableRandom(lesson.seed() + 1);
    var network = model.network();
    long read = 0;
    try (var learning =
        new Learning(lesson.backend(), network.parameters(), network::refresh, THREADS)) {
      Path file = checkpoints.file(curriculum.toString());
      String training = training(curriculum, lesson.seed());
      var scores = new ArrayList<Score>();
      if (file != null && Files.exists(file)) {
        scores.addAll(Score.unpack(learning.restore(file, training, Score.bounds(looks() + 1))));
      }
      if (scores.isEmpty()) {
        scores.add(Score.of(programs.test(), model.told(programs.test())));
      }
      int done = stepsAt(scores.size() - 1);
      try (TrainingProgress progress = lesson.progress(curriculum.toString(), done, steps)) {
        for (int step = 0; step < steps; step++) {
          List<Program> some = programs.batch(batch, curriculum, (double) step / steps, random);
          if (step < done) {
            continue; // drawn all the same, so that the next ones are as if never interrupted
          }
          float scale = 1f / ProgramModel.characters(some);
          double loss =
              learning.step(
                  step, steps, rate, (worker, tape) -> model.loss(tape, part(some, worker), scale));
          read += some.stream().mapToInt(model::steps).sum();
          progress.step(step + 1, read, loss * scale);
          if (step + 1 == stepsAt(scores.size())) {
            Score score = Score.of(programs.test(), model.told(programs.test()));
            progress.say(
                "%s, %,d programs: %.4f of the characters, %.4f of the outputs"
                    .formatted(
                        curriculum, (step + 1L) * batch, score.characters(), score.outputs()));
            scores.add(score);
            if (file != null) {
              learning.save(file, training, Score.pack(scores, looks() + 1));
            }
          }
        }
      }
      return scores;
    }
  }

  /** What a training that goes on must have in common with the one before. */
  private String training(Curriculum curriculum, long seed) {
    return "%s, %d digits, nesting %d, %s, reversed %s, %s, %d units, %d layers, memory %d, batch %d, %d steps, rate %s, seed %d"
        .formatted(
            task,
            digits,
            nesting,
            curriculum,
            reverse,
            delivery,
            hidden,
            layers,
            memory,
            batch,
            steps,
            rate,
            seed);
  }

  /** Every second program, so that threads have about as much to do. */
  private static List<Program> part(List<Program> programs, int worker) {
    return IntStream.range(0, programs.size())
        .filter(i -> i % THREADS == worker)
        .mapToObj(programs::get)
        .toList();
  }
}
