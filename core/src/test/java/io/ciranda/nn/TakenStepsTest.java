package io.ciranda.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ciranda.autograd.Tape;
import io.ciranda.kernel.Backend;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Memory;
import io.ciranda.memory.Tensor;
import io.ciranda.memory.Workspace;
import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the definition: row b takes step t where t is below its length. */
class TakenStepsTest {
  private static final int T = 5;
  private static final int WIDTH = 3;

  private static int[] lengths(String lengths) {
    return lengths.chars().map(c -> c - '0').toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "0", "555", "5321", "5531", "1235", "20503", "44"})
  void packedAreThoseThatAreTaken(String of) {
    int[] lengths = lengths(of);
    int batch = lengths.length;
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.inference(Backend.best(), workspace);
      IntTensor steps = workspace.ints(batch).copyFrom(lengths);
      var taken = new TakenSteps(T, batch, steps);
      Tensor x = workspace.tensor(T, batch, WIDTH);
      x.copyFrom(Values.floats("x", x.size()));
      TakenSteps.Packing packing = taken.packing(tape, T, WIDTH);
      for (int from = 0; from < T; from++) {
        for (int n = 1; n <= T - from; n++) {
          List<Float> expected = new ArrayList<>();
          for (int t = from; t < from + n; t++) {
            for (int b = 0; b < batch; b++) {
              for (int i = 0; t < lengths[b] && i < WIDTH; i++) {
                expected.add(x.get(t, b, i));
              }
            }
          }
          long packed = packing.pack(x.address(from), from, n);
          assertEquals(expected.size(), WIDTH * taken.count(from, n));
          for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), Memory.get(packed, i));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "0", "555", "5321", "5531", "1235", "20503", "44"})
  void packedAreAddedToWhereTheyCameFrom(String of) {
    int[] lengths = lengths(of);
    int batch = lengths.length;
    try (var workspace = new Workspace("test")) {
      Tape tape = Tape.inference(Backend.best(), workspace);
      var taken = new TakenSteps(T, batch, workspace.ints(batch).copyFrom(lengths));
      Tensor x = workspace.tensor(T, batch, WIDTH);
      x.copyFrom(Values.floats("x", x.size()));
      int whole = taken.whole();
      Tensor copied = workspace.zeros(T, batch, WIDTH);
      taken.copy(copied.address(), x.address(), WIDTH);
      Tensor twice = workspace.zeros(T, batch, WIDTH).copyFrom(copied.toArray());
      if (whole < T) {
        long packed = taken.packing(tape, T, WIDTH).pack(x.address(whole), whole, T - whole);
        taken.addPacked(tape.kernels(), twice.address(whole), packed, WIDTH, whole);
      }
      float[] once = new float[(int) x.size()];
      float[] doubled = new float[once.length];
      for (int t = 0; t < T; t++) {
        assertEquals(t < whole, taken.areAll(t, 1));
        for (int b = 0; b < batch; b++) {
          assertEquals(t < lengths[b], taken.takes(b, t));
          for (int i = 0; t < lengths[b] && i < WIDTH; i++) {
            int at = (t * batch + b) * WIDTH + i;
            once[at] = x.get(t, b, i);
            doubled[at] = t < whole ? once[at] : 2 * once[at];
          }
        }
        int step = t;
        assertEquals(
            IntStream.range(0, batch)
                .filter(b -> step < lengths[b])
                .map(b -> b + 1)
                .max()
                .orElse(0),
            taken.rows(t));
      }
      assertArrayEquals(once, copied.toArray());
      assertArrayEquals(doubled, twice.toArray());
    }
  }
}
