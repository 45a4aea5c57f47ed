package io.ciranda.network;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.io.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, the answer is a network or one {@link ModelFileException}. */
class OnnxHostileFileTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "'', one graph",
    "3a05, cut short",
    "3affffffff07, cut short",
    "3affffffff0f, damaged",
    "0c, end-group",
    "00, damaged",
    "3a00 3a00, with one graph",
    // A name whose length is a gigabyte.
    "3a0a0a080a8080808004ffff, at most 65536 bytes",
  })
  void bytesThatAreNoMessagesAreRefused(String hex, String message) throws IOException {
    assertRefused(message, HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @Test
  void whereTheFileIsCutDoesNotMatter() throws IOException {
    byte[] file = OnnxBytes.lstm().bytes();
    for (int length = 0; length < file.length; length++) {
      assertRefused("", Arrays.copyOf(file, length));
    }
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertThrows(ModelFileException.class, () -> OnnxFile.read(folder));
    assertThrows(ModelFileException.class, () -> OnnxFile.read(folder.resolve("missing")));
  }

  @Test
  void nestingIsAnErrorNotAStackOverflow() throws IOException {
    byte[] groups = new byte[1 << 20];
    Arrays.fill(groups, (byte) 0x0b);
    assertRefused("damaged", groups);
  }

  @Test
  void manyTinyNodesDoNotFillTheHeap() throws IOException {
    byte[] nodes = new byte[4 << 20];
    for (int i = 0; i < nodes.length; i += 2) {
      nodes[i] = 0x0a;
    }
    assertRefused("nodes and names", OnnxBytes.model(nodes, 17));
  }

  @Test
  void aTensorLargerThanItsBytesIsRefusedBeforeItIsAllocated() throws IOException {
    for (long[] dims :
        List.of(
            new long[] {1, 1 << 30, 1 << 30},
            new long[] {1L << 62, 4, 1},
            new long[] {-1, -1, 4},
            new long[] {1, 8, 4})) {
      byte[] tensor = OnnxBytes.tensor("V", 1, dims, OnnxBytes.field(9, new byte[96]));
      assertRefused(
          "elements of F32 in the file, actual 96",
          OnnxBytes.lstm().constant(tensor).input(1, "V").bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Concat", "Mul"})
  void whatDoublesAtEachNodeStaysSmall(String operator) {
    OnnxBytes graph = OnnxBytes.lstm().graphInput("open", 0, 0).before("Shape", "open", "s0");
    for (int i = 0; i < 60; i++) {
      graph.before(operator, "s%d,s%d".formatted(i, i), "s" + (i + 1));
    }
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          try {
            OnnxFile.read(write(graph.bytes())).close();
          } catch (ModelFileException e) {
            assertTrue(e.getMessage().contains("integers"), e.getMessage());
          }
        });
  }

  /** A layer of the embedding's width after the other, all with the same weights. */
  @Test
  void constantsCannotBeMultiplied() throws IOException {
    OnnxBytes graph = OnnxBytes.rnn().features(600).floats("W600", 1, 600, 600).input(0, "t49");
    String input = "x";
    for (int i = 0; i < 50; i++) {
      graph
          .before("RNN", input + ",W600,W600", "Y" + i)
          .before("Squeeze", "Y%d,one".formatted(i), "t" + i);
      input = "t" + i;
    }
    assertRefused("it uses its constants too often", graph.bytes());
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("hostile.onnx"), bytes);
  }

  private void assertRefused(String message, byte[] bytes) throws IOException {
    Path file = write(bytes);
    var e = assertThrows(ModelFileException.class, () -> OnnxFile.read(file).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
