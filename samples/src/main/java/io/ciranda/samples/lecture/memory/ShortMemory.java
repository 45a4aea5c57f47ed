package io.ciranda.samples.lecture.memory;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.kernel.Precision;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Cell;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.report.LineChart;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example memory}. */
@Command(
    name = "memory",
    description = {
      "The short memory of Markov models: a letter has to be repeated after some others;",
      "how often do n-grams and an LSTM get it right, by the distance?"
    })
public final class ShortMemory extends LectureExample {
  private static final int FARTHEST = 20; // symbols from the letter to its repetition
  private static final int HIDDEN = 64;
  private static final int TESTS = 200; // for each distance
  private static final int[] ORDERS = {2, 4, 6, 8};
  private static final List<String> SYMBOLS = List.of("A", "B", "x", "y", "z", "?", ".");
  private static final int QUESTION = SYMBOLS.indexOf("?");
  private static final int END = SYMBOLS.indexOf(".");

  @Option(
      names = "--symbols",
      paramLabel = "N",
      defaultValue = "400000",
      description = "Length of the text to learn from (default: ${DEFAULT-VALUE}).")
  private int symbols;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "16",
      description = "Passes of the LSTM over the text (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Override
  public int seconds() {
    return 20;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(symbols >= 1000, "--symbols: expected at least 1000, actual " + symbols);
    require(epochs >= 1, "--epochs: expected at least 1, actual " + epochs);
    var random = new SplittableRandom(lesson.seed());
    int[] text = text(symbols, random);
    var vocabulary = new Vocabulary(Vocabulary.Level.CHAR, SYMBOLS);
    lesson.data(
        "made up: %,d symbols like %s"
            .formatted(text.length, vocabulary.decode(Arrays.copyOf(text, 40))));
    List<List<int[]>> questions = new ArrayList<>(); // by distance
    for (int distance = 2; distance <= FARTHEST; distance++) {
      int d = distance;
      questions.add(IntStream.range(0, TESTS).mapToObj(_ -> part(d, random)).toList());
    }
    double[] distances = IntStream.rangeClosed(2, FARTHEST).asDoubleStream().toArray();
    var chart =
        new LineChart(
            "Which letter was it?",
            "distance of the dependency, symbols",
            "share of right answers");
    for (int order : ORDERS) {
      NgramModel ngrams = NgramModel.train(text, order);
      double[] right = accuracies(questions, part -> answer(ngrams, part));
      chart.line(order + "-grams", distances, right);
      // The letter is among the n - 1 symbols that an n-gram sees up to the distance n - 1.
      lesson.show(
          Figure.of(
                  "%d-grams beyond their memory, greatest accuracy".formatted(order),
                  Arrays.stream(right).skip(order - 2).max().orElse(0))
              .atMost(0.65)
              .beside("chance", 0.5));
    }
    try (LanguageModel lstm = learned(text, vocabulary, lesson);
        Model model = lstm.pack(Precision.F32);
        Session session = model.newSession()) {
      double[] right = accuracies(questions, part -> answer(session, part));
      chart.line("LSTM", distances, right);
      lesson.show(
          Figure.of("LSTM, least accuracy at any distance", Arrays.stream(right).min().orElse(0))
              .atLeast(0.99)
              .beside("chance", 0.5));
    }
    chart.dashes("chance", new double[] {2, FARTHEST}, new double[] {0.5, 0.5});
    lesson.picture("memory", chart);
  }

  /** A or B, others, a question mark, the same letter {@code distance} after the first, an end. */
  private static int[] part(int distance, SplittableRandom random) {
    int[] part = new int[distance + 2];
    Arrays.setAll(part, i -> 2 + random.nextInt(3));
    part[0] = random.nextInt(2);
    part[distance - 1] = QUESTION;
    part[distance] = part[0];
    part[distance + 1] = END;
    return part;
  }

  private static int[] text(int symbols, SplittableRandom random) {
    int[] text = new int[symbols];
    int n = 0;
    while (n < symbols) {
      int[] part = part(random.nextInt(2, FARTHEST + 1), random);
      int fits = Math.min(part.length, symbols - n);
      System.arraycopy(part, 0, text, n, fits);
      n += fits;
    }
    return text;
  }

  private LanguageModel learned(int[] text, Vocabulary vocabulary, Lesson lesson)
      throws IOException {
    var config = new LanguageModel.Config(Cell.LSTM, 8, HIDDEN, 1, false, 0);
    LanguageModel model = LanguageModel.create(config, vocabulary, lesson.backend(), lesson.seed());
    // Gates that begin by keeping what there is.
    model.parameters().get("rnn.bias_ih_l0").value().rows(HIDDEN, 2 * HIDDEN).fill(3);
    model.parameters().changed();
    var adam = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
    var training =
        new LanguageModelTrainer.Config(
            32,
            42,
            epochs,
            adam,
            0.01,
            new Clipping.ByNorm(1),
            new Schedule.Cosine(0, 0),
            lesson.seed(),
            1,
            0,
            0);
    try (var trainer = new LanguageModelTrainer(model, text, new int[0], training)) {
      trainer.run(() -> false, new Narrator(lesson));
    }
    return model;
  }

  // ---- answers ----

  private static double[] accuracies(List<List<int[]>> questions, ToIntFunction<int[]> answer) {
    return questions.stream()
        .mapToDouble(
            parts ->
                parts.stream().filter(part -> answer.applyAsInt(part) == part[0]).count()
                    / (double) parts.size())
        .toArray();
  }

  /** The letter that makes the text more likely. */
  private static int answer(NgramModel ngrams, int[] part) {
    int[] withA = Arrays.copyOf(part, part.length - 1);
    int[] withB = withA.clone();
    withA[withA.length - 1] = 0;
    withB[withB.length - 1] = 1;
    return ngrams.meanNats(withA) <= ngrams.meanNats(withB) ? 0 : 1;
  }

  /** The letter with the higher score after the question mark; then the session reads on. */
  private static int answer(Session session, int[] part) {
    float[] scores = new float[SYMBOLS.size()];
    int answer = 0;
    for (int symbol : part) {
      session.step(symbol, scores);
      answer = symbol != QUESTION ? answer : scores[0] >= scores[1] ? 0 : 1;
    }
    return answer;
  }
}
