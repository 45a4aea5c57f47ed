package io.ciranda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.DType;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.ModelFormat;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.memory.Tensor;
import io.ciranda.network.StateDict;
import io.ciranda.testing.Values;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of all versions of the format are read, and those of the present one are as core/FORMAT.md
 * says. {@link FormatFiles} wrote them.
 */
class FormatTest {
  /** Of the largest answer of a name. The files are from scalar kernels. */
  private static final double TOLERANCE = 1e-5;

  private static final Tensor EMPTY = Tensor.allocate(0, 100_000);

  @TempDir private Path folder;

  private static Path formats() throws URISyntaxException {
    return Path.of(FormatTest.class.getResource("/formats").toURI());
  }

  static List<Path> files() throws IOException, URISyntaxException {
    try (Stream<Path> all = Files.walk(formats())) {
      return all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  private static Path present(FormatFiles kind) throws URISyntaxException {
    return kind.in(formats().resolve(Integer.toString(ModelFormat.VERSION)));
  }

  private Path copy() {
    return folder.resolve("copy.safetensors");
  }

  private static SequencedMap<String, double[]> expected(Path file) throws IOException {
    var expected = new LinkedHashMap<String, double[]>();
    for (String line : Files.readAllLines(FormatFiles.answersOf(file))) {
      int colon = line.lastIndexOf(':');
      String[] numbers = line.substring(colon + 2).split(" ");
      expected.put(
          line.substring(0, colon),
          Arrays.stream(numbers).mapToDouble(Double::parseDouble).toArray());
    }
    return expected;
  }

  @ParameterizedTest
  @MethodSource("files")
  void aModelAnswersAsItDidToTheVersionThatWroteIt(Path file) throws IOException {
    SequencedMap<String, double[]> expected = expected(file);
    SequencedMap<String, double[]> actual = FormatFiles.of(file).answers(file, copy());
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
    for (String name : expected.keySet()) {
      Values.assertClose(name, expected.get(name), actual.get(name), TOLERANCE);
    }
  }

  /** Whoever changes what is written without raising the version fails here. */
  @ParameterizedTest
  @EnumSource
  void thePresentVersionIsWrittenByteForByte(FormatFiles kind) throws Exception {
    kind.answers(present(kind), copy());
    assertArrayEquals(Files.readAllBytes(present(kind)), Files.readAllBytes(copy()));
  }

  @ParameterizedTest
  @EnumSource
  void whatAReaderDoesNotKnowItPassesOver(FormatFiles kind) throws Exception {
    Path file = folder.resolve("more.safetensors");
    rewrite(present(kind), file, writer -> writer.metadata("ciranda.later", "x").add("later.x", 1));
    SequencedMap<String, double[]> expected = kind.answers(present(kind), copy());
    SequencedMap<String, double[]> actual = kind.answers(file, copy());
    for (String name : expected.keySet()) {
      assertArrayEquals(expected.get(name), actual.get(name), name);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNewerVersionIsRefusedWithWhatToDo(FormatFiles kind) throws Exception {
    Path file = folder.resolve("newer.safetensors");
    int newer = ModelFormat.VERSION + 1;
    rewrite(
        present(kind), file, writer -> writer.metadata("ciranda.format", Integer.toString(newer)));
    var e = assertThrows(ModelFileException.class, () -> kind.answers(file, copy()));
    assertEquals(
        "%s: expected format %d, actual %d: it was written by another version of this library; use that one or a newer"
            .formatted(file, ModelFormat.VERSION, newer),
        e.getMessage());
  }

  /** A few bytes must not take gigabytes: what a file claims is compared before. */
  @ParameterizedTest
  @EnumSource
  void noMemoryIsTakenForWhatAFileOnlyClaimsToHave(FormatFiles kind) throws Exception {
    Path file = folder.resolve("claims.safetensors");
    List<String> weights;
    try (SafetensorsFile in = SafetensorsFile.open(present(kind))) {
      weights = in.names().stream().filter(name -> name.endsWith("weight_hh_l0")).toList();
    }
    assertFalse(weights.isEmpty());
    for (String name : weights) {
      rewrite(present(kind), file, Set.of(name), writer -> writer.add(name, EMPTY));
      var e = assertThrows(ModelFileException.class, () -> kind.answers(file, copy()));
      assertTrue(e.getMessage().contains("expected "), e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void allThatIsWrittenIsSpecified(FormatFiles kind) throws Exception {
    String page = Files.readString(Path.of("..", "core", "FORMAT.md"));
    try (SafetensorsFile in = SafetensorsFile.open(present(kind))) {
      var names = new ArrayList<String>(in.metadata().keySet());
      names.addAll(in.names());
      for (String name : names) {
        String specified =
            "`%s`"
                .formatted(
                    name.replaceFirst("_l\\d+", "_lK")
                        .replaceFirst(
                            "^(encoder|decoder|spelling\\.rnn)\\.(weight|bias)_",
                            "rnn.$2_") // as the page says
                        .replaceFirst("^optimizer\\.\\d+\\..*", "optimizer.K.NAME")
                        .replaceFirst("\\.\\d+", ".K"));
        assertTrue(page.contains(specified), specified);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "SEQUENCE_.*")
  void allOfASequenceModelHasItsUse(FormatFiles kind) throws Exception {
    try (SafetensorsFile in = SafetensorsFile.open(present(kind))) {
      for (String sentence : StateDict.infer(in, StateDict.Overrides.NONE).sentences()) {
        assertFalse(sentence.startsWith("unused"), sentence);
      }
    }
  }

  private interface Change {
    SafetensorsWriter to(SafetensorsWriter writer);
  }

  /** The same file with a change. */
  private static void rewrite(Path from, Path to, Change change) throws IOException {
    rewrite(from, to, Set.of(), change);
  }

  private static void rewrite(Path from, Path to, Set<String> without, Change change)
      throws IOException {
    var writer = new SafetensorsWriter();
    var owned = new ArrayList<Tensor>();
    try (SafetensorsFile in = SafetensorsFile.open(from)) {
      in.metadata().forEach(writer::metadata);
      for (String name : in.names()) {
        if (without.contains(name)) {
          continue;
        }
        if (in.dtype(name) == DType.I64) {
          writer.add(name, in.loadLongs(name));
        } else {
          owned.add(in.load(name));
          writer.add(name, owned.getLast());
        }
      }
      change.to(writer).write(to);
    } finally {
      owned.forEach(Tensor::close);
    }
  }
}
