package io.ciranda.infer;

import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Network;
import io.ciranda.network.StateDict;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.nn.Cell;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A state_dict gives the numbers that it gave in PyTorch; {@code src/test/python/statedict.py}
 * wrote the files.
 */
class PyTorchTest {
  private static final String RUN = ".run.safetensors";

  static Stream<String> names() throws IOException, URISyntaxException {
    List<String> names;
    try (var files = Files.list(folder())) {
      names = files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(RUN)).toList();
    }
    return names.stream().sorted().map(name -> name.replace(RUN, ""));
  }

  private static Path folder() throws URISyntaxException {
    return Path.of(PyTorchTest.class.getResource("/statedict").toURI());
  }

  @ParameterizedTest
  @MethodSource("names")
  void outputsAndStatesAreTheSame(String name) throws IOException, URISyntaxException {
    try (var file = SafetensorsFile.open(folder().resolve(name + ".safetensors"));
        var run = SafetensorsFile.open(folder().resolve(name + RUN))) {
      Overrides overrides = overrides(run);
      try (Network network = StateDict.infer(file, overrides).load();
          Model model = Model.of(network)) {
        int[] shape = run.shape("x");
        try (Session session = model.newSession(shape[1]);
            Tensor expected = run.load("y");
            Tensor y = Tensor.allocate(expected.shape())) {
          run(session, run, y.segment(), shape[0]);
          Values.assertWithin("y", Values.doubles(expected), Values.doubles(y), 1e-5);
          compareStates(session, run);
        }
      }
    }
  }

  private static Overrides overrides(SafetensorsFile run) throws IOException {
    String prefix = run.metadata("prefix");
    return new Overrides(
        prefix.contains(",") ? List.of(prefix.split(",")) : List.of(),
        Cell.of(run.metadata("cell")),
        null,
        null);
  }

  private static void run(Session session, SafetensorsFile run, MemorySegment y, int steps)
      throws IOException {
    if (session.model().architecture().readsTokens()) {
      try (IntTensor x = run.loadInts("x")) {
        session.run(x.segment(), y, steps);
      }
    } else {
      try (Tensor x = run.load("x")) {
        session.run(x.segment(), y, steps);
      }
    }
  }

  private static void compareStates(Session session, SafetensorsFile run) throws IOException {
    Architecture sizes = session.model().architecture();
    int row = 0;
    for (int l = 0; l < sizes.layers().size(); l++) {
      for (int d = 0; d < sizes.layers().get(l).directions(); d++) {
        if (run.names().contains("hn")) {
          compareState("hn", run, row, session.hidden(l, d));
          if (run.names().contains("cn")) {
            compareState("cn", run, row, session.cell(l, d));
          }
        }
        row++;
      }
    }
  }

  private static void compareState(String name, SafetensorsFile run, int row, float[] actual)
      throws IOException {
    try (Tensor all = run.load(name)) {
      Values.assertWithin(
          name, Values.doubles(all.rows(row, row + 1)), Values.doubles(actual), 1e-5);
    }
  }
}
