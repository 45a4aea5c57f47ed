package io.ciranda.samples.lecture.memory;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Figure;
import io.ciranda.samples.lecture.LectureExample;
import io.ciranda.samples.lecture.Lesson;
import io.ciranda.samples.lecture.Network;
import io.ciranda.samples.lecture.Svg;
import io.ciranda.samples.text.BuiltInText;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example gates}. */
@Command(
    name = "gates",
    description = {
      "What the gates of an LSTM do: remember, add, erase, overwrite, forced by hand;",
      "then the gates of a character LSTM as it reads a text."
    })
public final class Gates extends LectureExample {
  private static final int HIDDEN = 64;
  private static final int SHOWN = 70; // characters in the picture

  @Option(
      names = "--characters",
      paramLabel = "N",
      defaultValue = "500000",
      description = "Of the built-in text to learn from (default: ${DEFAULT-VALUE}).")
  private int characters;

  @Override
  public int seconds() {
    return 15;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(characters >= 10_000, "--characters: expected at least 10000, actual " + characters);
    forceGates(lesson);

    BuiltInText corpus = BuiltInText.europarlEnglish();
    var vocabulary = Vocabulary.of(Vocabulary.Level.CHAR, corpus.text(), Integer.MAX_VALUE);
    int[] ids = vocabulary.encode(corpus.text()).ids();
    int[] train = Arrays.copyOf(ids, Math.min(characters, ids.length * 9 / 10));
    int[] valid = Arrays.copyOfRange(ids, train.length, train.length + train.length / 20);
    lesson.data("%,d characters of %s".formatted(train.length, corpus.provenance()));
    try (LanguageModel model =
        LanguageModel.create(CONFIG, vocabulary, lesson.backend(), lesson.seed())) {
      double nats = learn(model, train, valid, lesson);
      lesson.show(
          Figure.of("character LSTM, nats a character of unseen text", nats)
              .beside("2-grams", NgramModel.train(train, 2).meanNats(valid)));
      read(model, Arrays.copyOf(valid, SHOWN), lesson);
    }
  }

  // ---- forced ----

  private record Behaviour(String name, int input, int forget, float expected) {}

  /** With the cell at 2 and the value -1. */
  private static final List<Behaviour> BEHAVIOURS =
      List.of(
          new Behaviour("remember", 0, 1, 2),
          new Behaviour("add", 1, 1, 1),
          new Behaviour("erase", 0, 0, 0),
          new Behaviour("overwrite", 1, 0, -1));

  /**
   * An LSTM of one unit whose inputs are the gates themselves, as bits, and the value 1 or -1. Its
   * weights are so large that the gates are 0 or 1 and tanh is 1 or -1 in float32, exactly.
   */
  private static void forceGates(Lesson lesson) {
    float large = 200;
    int count = BEHAVIOURS.size();
    float[] x = new float[3 * count * 3]; // [T][B][input gate, forget gate, value]
    for (int b = 0; b < count; b++) {
      Behaviour behaviour = BEHAVIOURS.get(b);
      float[][] steps = {{1, 0, 1}, {1, 1, 1}, {behaviour.input, behaviour.forget, -1}};
      for (int t = 0; t < steps.length; t++) {
        System.arraycopy(steps[t], 0, x, 3 * (t * count + b), 3);
      }
    }
    var config = RecurrentStack.Config.of(Cell.LSTM, 3, 1, 1);
    try (var lstm = new Network(lesson.backend(), config, 1, 0);
        var workspace = new Workspace("gates")) {
      lstm.set(
          "rnn.weight_ih_l0",
          new float[] {2 * large, 0, 0, 0, 2 * large, 0, 0, 0, large, 0, 0, 0}); // i f g o
      lstm.set("rnn.weight_hh_l0", 0, 0, 0, 0);
      lstm.set("rnn.bias_ih_l0", -large, -large, 0, large).set("rnn.bias_hh_l0", 0, 0, 0, 0);
      lstm.refresh(0, 1);
      Tape tape = Tape.inference(lesson.backend(), workspace);
      Tensor in = workspace.tensor(3, count, 3).copyFrom(x);
      Tensor cells = lstm.states(tape, tape.constant(in), null).last().c().getFirst().value();
      lesson.print("            input gate  forget gate  cell before  value  cell after");
      double wrong = 0;
      for (int b = 0; b < count; b++) {
        Behaviour behaviour = BEHAVIOURS.get(b);
        float cell = cells.get(b, 0);
        wrong += cell == behaviour.expected ? 0 : 1;
        lesson.print(
            "%-10s  %10d  %11d  %11d  %5d  %10s"
                .formatted(behaviour.name, behaviour.input, behaviour.forget, 2, -1, cell));
      }
      lesson.show(Figure.of("forced gates: rows of the table that are wrong", wrong).atMost(0));
    }
  }

  // ---- learned ----

  private static final LanguageModel.Config CONFIG =
      new LanguageModel.Config(Cell.LSTM, 32, HIDDEN, 1, false, 0);

  /** Nats a character of {@code valid}. */
  private static double learn(LanguageModel model, int[] train, int[] valid, Lesson lesson)
      throws IOException {
    var adam = new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false);
    var training =
        new LanguageModelTrainer.Config(
            32,
            64,
            3,
            adam,
            0.01,
            new Clipping.ByNorm(1),
            new Schedule.Cosine(0, 0),
            lesson.seed(),
            2,
            0,
            0);
    try (var trainer = new LanguageModelTrainer(model, train, valid, training)) {
      trainer.run(() -> false, new Narrator(lesson));
      return trainer.curves().validation().getLast().loss();
    }
  }

  /** Reads a text with the plain LSTM beside the engine's, and draws the liveliest units' gates. */
  private static void read(LanguageModel model, int[] text, Lesson lesson) throws IOException {
    var byHand = new LstmByHand(model.parameters());
    double[][][] seen = new double[text.length][][]; // [T][input, forget, output, cell, state][H]
    for (int t = 0; t < text.length; t++) {
      Tensor table = model.parameters().get("embedding.weight").value();
      byHand.step(table.rows(text[t], text[t] + 1).toArray());
      seen[t] =
          new double[][] {
            byHand.input.clone(),
            byHand.forget.clone(),
            byHand.output.clone(),
            Arrays.stream(byHand.cell).map(Math::tanh).toArray(),
            byHand.state.clone()
          };
    }
    lesson.show(
        Figure.of(
                "h(t) by hand: greatest difference from the engine's",
                difference(model, text, seen, lesson))
            .atMost(1e-4));
    int[] units =
        IntStream.range(0, HIDDEN)
            .boxed()
            .sorted(Comparator.comparingDouble(unit -> -liveliness(seen, unit)))
            .limit(4)
            .mapToInt(unit -> unit)
            .toArray();
    lesson.picture("gates", picture(model.vocabulary(), text, seen, units));
  }

  private static double difference(
      LanguageModel model, int[] text, double[][][] seen, Lesson lesson) {
    var config = RecurrentStack.Config.of(Cell.LSTM, CONFIG.embedding(), HIDDEN, 1);
    try (var rnn = new RecurrentStack(config, model.parameters(), lesson.backend(), "rnn.");
        var workspace = new Workspace("read")) {
      rnn.refresh(0, 1);
      Tape tape = Tape.inference(lesson.backend(), workspace);
      IntTensor ids = workspace.ints(text.length, 1).copyFrom(text);
      Tensor h =
          rnn.forward(tape, model.parameters().get("embedding.weight"), ids, null, null)
              .y()
              .value();
      double greatest = 0;
      for (int t = 0; t < text.length; t++) {
        for (int j = 0; j < HIDDEN; j++) {
          greatest = Math.max(greatest, Math.abs(h.get(t, 0, j) - seen[t][4][j]));
        }
      }
      return greatest;
    }
  }

  /** How much a unit's forget gate varies over the text. */
  private static double liveliness(double[][][] seen, int unit) {
    double[] gate = Arrays.stream(seen).mapToDouble(step -> step[1][unit]).toArray();
    double mean = Arrays.stream(gate).average().orElseThrow();
    return Arrays.stream(gate).map(g -> (g - mean) * (g - mean)).sum();
  }

  private static Svg picture(Vocabulary vocabulary, int[] text, double[][][] seen, int[] units) {
    int size = 13;
    int block = 5 * size; // four rows and a gap
    var svg = new Svg(110 + text.length * size + 10, 70 + units.length * block);
    svg.text(
        svg.width() / 2.0,
        18,
        15,
        "The four units whose forget gates vary most, as the LSTM reads");
    List<String> rows = List.of("input", "forget", "output", "tanh(cell)");
    for (int u = 0; u < units.length; u++) {
      for (int row = 0; row < rows.size(); row++) {
        double y = 60 + u * block + row * size;
        svg.textFrom(8, y + size / 2.0, 11, rows.get(row) + (row == 0 ? ", unit " + units[u] : ""));
        for (int t = 0; t < text.length; t++) {
          svg.cell(110 + t * size, y, size - 1, size - 1, seen[t][row][units[u]]);
        }
      }
    }
    for (int t = 0; t < text.length; t++) {
      svg.text(110 + (t + 0.5) * size, 45, 13, vocabulary.symbol(text[t]).replace('\n', '¶'));
    }
    return svg;
  }
}
