package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ciranda.autograd.Parameters;
import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.GradientCheck;
import io.ciranda.testing.Reference;
import io.ciranda.testing.Values;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Words side by side have the vectors, and give the gradients, of each alone in double. */
class SpellingTest {
  private static final int H = 4;
  private static final int V = 6;
  private static final int[][] WORDS = {{3, 1, 5}, {2}, {0, 1, 1, 4, 2}};
  private static final int[] PLACES = {2, 0, 2, 1, 2, 0}; // [3][2]

  private static IntTensor letters(Workspace workspace) {
    IntTensor letters = workspace.ints(5, WORDS.length).copyFrom(new int[5 * WORDS.length]);
    for (int w = 0; w < WORDS.length; w++) {
      for (int i = 0; i < WORDS[w].length; i++) {
        letters.set((long) i * WORDS.length + w, WORDS[w][i]);
      }
    }
    return letters;
  }

  @ParameterizedTest
  @EnumSource
  void aWordIsItsLastStates(Cell cell) {
    var config = new Spelling.Config(cell, V, H);
    try (var check = new GradientCheck(p -> Spelling.declare(p, config, "s."));
        var spelling = new Spelling(config, check.parameters(), Backend.best(), "s.")) {
      spelling.refresh(0, 1);
      check.run(
          e -> {
            Workspace workspace = e.tape().workspace();
            IntTensor lengths = workspace.ints(3).copyFrom(new int[] {3, 1, 5});
            IntTensor places = workspace.ints(3, 2).copyFrom(PLACES);
            e.output("y", spelling.forward(e.tape(), letters(workspace), lengths, places));
          },
          d -> {
            double[] y = new double[PLACES.length * 2 * H];
            for (int i = 0; i < PLACES.length; i++) {
              int[] word = WORDS[PLACES[i]];
              double[] x = Reference.embedding(d.in("s.embedding.weight"), H, word);
              double[][] zeros = {new double[H], new double[H]};
              int[] length = {word.length};
              double[][] last =
                  Reference.recurrent(
                          config.stack(), d::in, "s.rnn.", x, length[0], length, zeros, zeros, null)
                      .hn;
              System.arraycopy(last[0], 0, y, i * 2 * H, H);
              System.arraycopy(last[1], 0, y, (i * 2 + 1) * H, H);
            }
            d.output("y", y);
          });
    }
  }

  @Test
  void refusesAWordThatThereIsNot() {
    var config = new Spelling.Config(Cell.LSTM, V, H);
    var builder = new Parameters.Builder();
    Spelling.declare(builder, config, "");
    try (Parameters parameters = builder.build(Values.random(1));
        var spelling = new Spelling(config, parameters, Backend.best(), "");
        var workspace = new Workspace("spelling")) {
      spelling.refresh(0, 1);
      Tape tape = Tape.inference(Backend.best(), workspace);
      IntTensor lengths = workspace.ints(3).copyFrom(new int[] {3, 1, 5});
      IntTensor places = workspace.ints(1).copyFrom(new int[] {3});
      assertThrows(
          IllegalArgumentException.class,
          () -> spelling.forward(tape, letters(workspace), lengths, places));
    }
  }
}
