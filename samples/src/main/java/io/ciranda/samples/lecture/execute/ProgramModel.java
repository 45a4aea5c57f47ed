package io.ciranda.samples.lecture.execute;

import io.ciranda.autograd.Ops;
import io.ciranda.autograd.Tape;
import io.ciranda.autograd.Variable;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.nn.Cell;
import io.ciranda.nn.RecurrentStack;
import io.ciranda.samples.lecture.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Reads a program and tells its output, a character after the other:
 *
 * <pre>
 * p(next character) = softmax(W h(t) + b)        h(t) = LSTM(x(t), h(t-1))
 * </pre>
 *
 * <p>x(t) is 1 for the character that is read, else 0. Only what comes after the program counts:
 * the output, of which each character is told by one who has read those before.
 */
final class ProgramModel implements AutoCloseable {
  private static final String ALPHABET = "0123456789+-*=<>():. \nabcdefghijklmnopqrstuvwxyz";
  private static final int BATCH = 100; // where nothing is learned
  private static final int LONGEST = 20; // output; a long has 19 digits

  private final Backend backend;
  private final Delivery delivery;
  private final Network network;

  /**
   * A new model with H units in each of L layers.
   *
   * @param memory the steps that gates begin by keeping what they hold for; 0 for a few
   */
  ProgramModel(Backend backend, Delivery delivery, int hidden, int layers, int memory, long seed) {
    this.backend = backend;
    this.delivery = delivery;
    int symbols = ALPHABET.length();
    var config = RecurrentStack.Config.of(Cell.LSTM, symbols, hidden, layers);
    network = new Network(backend, config, symbols, seed);
    if (memory > 0) {
      network.rememberLong(memory, new SplittableRandom(seed));
    }
  }

  Network network() {
    return network;
  }

  /** The characters that count. */
  static int characters(List<Program> programs) {
    return programs.stream().mapToInt(program -> program.output().length()).sum();
  }

  /** The characters that are read: all but the end of the output. */
  int steps(Program program) {
    return read(program).length();
  }

  private String read(Program program) {
    String output = program.output();
    return delivery.of(program.text()) + output.substring(0, output.length() - 1);
  }

  /** The nats of all outputs; {@code scale} is that of the gradient. */
  double loss(Tape tape, List<Program> programs, float scale) {
    IntTensor targets = tape.workspace().ints(characters(programs));
    int n = 0;
    for (Program program : programs) {
      for (char c : program.output().toCharArray()) {
        targets.set(n++, ALPHABET.indexOf(c));
      }
    }
    return Ops.crossEntropy(tape, logits(tape, programs), targets, scale);
  }

  /** The scores of the characters of all outputs, one output after the other, {@code [..][V]}. */
  private Variable logits(Tape tape, List<Program> programs) {
    int batch = programs.size();
    int steps = programs.stream().mapToInt(this::steps).max().orElseThrow();
    Workspace workspace = tape.workspace();
    Tensor x = workspace.zeros(steps, batch, ALPHABET.length());
    IntTensor lengths = workspace.ints(batch);
    IntTensor places = workspace.ints(characters(programs));
    int n = 0;
    for (int b = 0; b < batch; b++) {
      Program program = programs.get(b);
      String read = read(program);
      lengths.set(b, read.length());
      for (int t = 0; t < read.length(); t++) {
        x.set(1, t, b, ALPHABET.indexOf(read.charAt(t)));
      }
      for (int t = read.length() - program.output().length(); t < read.length(); t++) {
        places.set(n++, t * batch + b);
      }
    }
    Variable h = network.states(tape, tape.constant(x), lengths).y();
    return network.output(tape, Ops.rows(tape, h, places));
  }

  /**
   * The likeliest character in each place of the outputs, given the right ones before it. Where all
   * of an output are right, so is {@link #answer}.
   */
  List<String> told(List<Program> programs) {
    network.refresh(0, 1);
    var told = new ArrayList<String>();
    try (var workspace = new Workspace("told")) {
      Tape tape = Tape.inference(backend, workspace);
      for (int from = 0; from < programs.size(); from += BATCH) {
        List<Program> some = programs.subList(from, Math.min(from + BATCH, programs.size()));
        tape.begin(0);
        Tensor logits = logits(tape, some).value();
        int n = 0;
        for (Program program : some) {
          var output = new StringBuilder();
          for (int i = 0; i < program.output().length(); i++) {
            output.append(ALPHABET.charAt(likeliest(logits, n++)));
          }
          told.add(output.toString());
        }
      }
    }
    return told;
  }

  private static int likeliest(Tensor logits, int row) {
    int best = 0;
    for (int v = 1; v < ALPHABET.length(); v++) {
      best = logits.get(row, v) > logits.get(row, best) ? v : best;
    }
    return best;
  }

  /** The output as the model alone tells it: it reads its own characters. */
  String answer(String text) {
    String answer = "";
    while (answer.length() < LONGEST && answer.indexOf(Program.END) < 0) {
      // From the beginning each time: programs are short.
      String told = told(List.of(new Program(text, answer + Program.END))).getFirst();
      answer += told.charAt(answer.length());
    }
    return answer;
  }

  @Override
  public void close() {
    network.close();
  }
}
