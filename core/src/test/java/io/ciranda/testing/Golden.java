package io.ciranda.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.autograd.Parameter;
import io.ciranda.autograd.Parameters;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import io.ciranda.nn.Cell;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A golden file, whose every tensor is to be compared or used, whichever it is. */
public final class Golden implements AutoCloseable {
  private static final double TOLERANCE = 1e-5; // of the largest element

  private final SafetensorsFile file;
  private final List<String> left;
  private final List<Runnable> loaded = new ArrayList<>();

  public Golden(Path path) throws IOException {
    file = SafetensorsFile.open(path);
    left = new ArrayList<>(file.names());
  }

  /** The golden files whose names start so. */
  public static Stream<Path> files(String prefix) throws IOException {
    Path folder;
    try {
      folder = Path.of(Golden.class.getResource("/golden").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    try (var all = Files.list(folder)) {
      return all
          .filter(f -> f.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList()
          .stream();
    }
  }

  public String text(String key) throws IOException {
    return file.metadata(key);
  }

  public boolean flag(String key) throws IOException {
    return Boolean.parseBoolean(text(key));
  }

  public int size(String key) throws IOException {
    return Integer.parseInt(file.metadata(key));
  }

  public float number(String key) throws IOException {
    return Float.parseFloat(file.metadata(key));
  }

  public Cell cell() throws IOException {
    String name = file.metadata("cell");
    return name.equals("rnn_tanh") ? Cell.RNN : Cell.of(name.replace('_', '-'));
  }

  public boolean has(String name) {
    return file.names().contains(name);
  }

  public Tensor tensor(String name) throws IOException {
    left.remove(name);
    Tensor tensor = file.load(name);
    loaded.add(tensor::close);
    return tensor;
  }

  public IntTensor ints(String name) throws IOException {
    left.remove(name);
    IntTensor tensor = file.loadInts(name);
    loaded.add(tensor::close);
    return tensor;
  }

  public void assertClose(String name, double[] actual) throws IOException {
    Values.assertClose(name, Values.doubles(tensor(name)), actual, TOLERANCE);
  }

  public void assertClose(String name, Tensor actual) throws IOException {
    assertClose(name, Values.doubles(actual));
  }

  public void load(Parameters parameters) throws IOException {
    for (Parameter p : parameters.all()) {
      p.value().copyFrom(tensor(p.name()));
    }
    parameters.changed();
  }

  public void assertGradients(Parameters parameters, Parameters.Like gradients) throws IOException {
    for (Parameter p : parameters.all()) {
      assertClose("grad." + p.name(), gradients.of(p));
    }
  }

  public void assertNothingLeft() {
    assertTrue(left.isEmpty(), () -> "not compared: " + left);
  }

  @Override
  public void close() throws IOException {
    loaded.forEach(Runnable::run);
    file.close();
  }
}
