package io.ciranda.samples.infer;

import io.ciranda.infer.Session;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Shape;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a network is to run on, in a safetensors file: x, and the states to start from. */
final class Sequences {
  private final SafetensorsFile file;
  private final Architecture sizes;
  private final int[] shape;
  private final List<StateTensor> states = new ArrayList<>();
  private final List<String> unread;

  /**
   * Checks the file's shapes.
   *
   * @throws ModelFileException if x is not there, a shape is not the network's, or there are states
   *     that it does not have
   */
  Sequences(SafetensorsFile file, Architecture sizes) throws ModelFileException {
    this.file = file;
    this.sizes = sizes;
    shape = file.shape("x");
    boolean fits =
        sizes.readsTokens() ? shape.length == 2 : shape.length == 3 && shape[2] == sizes.input();
    if (!fits || steps() == 0 || batch() == 0) {
      throw bad(
          "x",
          sizes.readsTokens()
              ? "[T][B], symbols of at least 1 step and 1 sequence"
              : "[T][B][%d], features of at least 1 step and 1 sequence".formatted(sizes.input()),
          Shape.text(shape));
    }
    unread = new ArrayList<>(file.names());
    unread.remove("x");
    checkStates();
  }

  private void checkStates() throws ModelFileException {
    List<StateTensor> possible = StateTensor.of(sizes);
    for (StateTensor state : possible) {
      String name = state.name('0');
      if (unread.remove(name)) {
        if (!Arrays.equals(file.shape(name), state.shape(batch()))) {
          throw bad(name, Shape.text(state.shape(batch())), Shape.text(file.shape(name)));
        }
        states.add(state);
      }
    }
    for (String name : unread) {
      if (name.matches("[hc]0(\\..*)?")) {
        String names = String.join(", ", possible.stream().map(s -> s.name('0')).toList());
        throw bad(name, "no states but " + names, "this one");
      }
    }
  }

  private ModelFileException bad(String tensor, String expected, String actual) {
    return new ModelFileException(
        file.path(), "tensor '%s': expected %s, actual %s".formatted(tensor, expected, actual));
  }

  /** {@code [T][B]} symbols, or {@code [T][B][I]} features. */
  int[] shape() {
    return shape;
  }

  /** T. */
  int steps() {
    return shape[0];
  }

  /** B. */
  int batch() {
    return shape[1];
  }

  /** The tensors that are nothing to a run. */
  List<String> unread() {
    return unread;
  }

  /**
   * Runs them.
   *
   * @param session of B streams, at the start of their sequences
   * @param y out {@code [T][B][O]}
   * @return the seconds that the run took, without reading
   * @throws ModelFileException if a tensor has another type
   * @throws UserException if a symbol is outside the vocabulary
   */
  double run(Session session, Tensor y) throws IOException {
    for (StateTensor state : states) {
      state.set(session, file);
    }
    if (sizes.readsTokens()) {
      try (IntTensor x = file.loadInts("x")) {
        requireSymbols(x);
        return run(session, x.segment(), y);
      }
    }
    try (Tensor x = file.load("x")) {
      return run(session, x.segment(), y);
    }
  }

  private void requireSymbols(IntTensor x) {
    try {
      x.requireRange("tensor 'x'", 0, sizes.vocabulary());
    } catch (IllegalArgumentException e) {
      throw new UserException(file.path() + ": " + e.getMessage(), e);
    }
  }

  private double run(Session session, MemorySegment x, Tensor y) {
    long start = System.nanoTime();
    session.run(x, y.segment(), steps());
    return Infer.secondsSince(start);
  }
}
