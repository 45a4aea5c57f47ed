package io.ciranda.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.memory.IntTensor;
import io.ciranda.memory.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is what is read, and what other programs write is read as well. */
class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void tensorsComeBackBitForBit() throws IOException {
    Path file = folder.resolve("model.safetensors");
    int large = 3 * SafetensorsFile.CHUNK / Float.BYTES + 5; // several chunks and a part of one
    float[] values = new float[large];
    var random = new Random(1);
    for (int i = 0; i < large; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & 0xffbfffff); // no signalling NaN
    }
    try (var matrix = Tensor.of(new float[] {1, -0f, Float.NaN, 4, 5, Float.MIN_VALUE}, 2, 3);
        var vector = Tensor.of(values, large);
        var empty = Tensor.allocate(0, 7);
        var scalar = Tensor.of(new float[] {42});
        var ints = IntTensor.of(new int[] {7, -8, Integer.MAX_VALUE}, 3, 1)) {
      new SafetensorsWriter()
          .metadata("cell", "lstm")
          .metadata("vocabulary", "\n\"é\u0000\uD83D\uDE00")
          .add("rnn.weight_ih_l0", matrix)
          .add("large", vector)
          .add("empty", empty)
          .add("scalar", scalar)
          .add("ints", ints)
          .add("position", Long.MIN_VALUE, 3)
          .write(file);

      try (var read = SafetensorsFile.open(file)) {
        assertEquals(
            Map.of("cell", "lstm", "vocabulary", "\n\"é\u0000\uD83D\uDE00"), read.metadata());
        assertEquals(
            List.of("position", "rnn.weight_ih_l0", "large", "empty", "scalar", "ints"),
            List.copyOf(read.names()));
        for (var expected :
            Map.of("rnn.weight_ih_l0", matrix, "large", vector, "empty", empty, "scalar", scalar)
                .entrySet()) {
          try (Tensor actual = read.load(expected.getKey())) {
            assertArrayEquals(expected.getValue().shape(), actual.shape());
            assertEquals(-1, expected.getValue().segment().mismatch(actual.segment()));
          }
        }
        try (IntTensor actual = read.loadInts("ints")) {
          assertArrayEquals(new int[] {3, 1}, actual.shape());
          assertEquals(7, actual.get(0));
          assertEquals(-8, actual.get(1));
          assertEquals(Integer.MAX_VALUE, actual.get(2));
        }
        assertArrayEquals(new long[] {Long.MIN_VALUE, 3}, read.loadLongs("position"));
        assertArrayEquals(new long[] {7, -8, Integer.MAX_VALUE}, read.loadLongs("ints"));
        assertEquals(DType.I64, read.dtype("position"));
      }
    }
  }

  @Test
  void aFileWithoutTensorsIsAFile() throws IOException {
    Path file = folder.resolve("empty.safetensors");
    new SafetensorsWriter().write(file);
    try (var read = SafetensorsFile.open(file)) {
      assertTrue(read.names().isEmpty());
      assertTrue(read.metadata().isEmpty());
    }
  }

  /** The sum that {@code golden.py} calls the loss comes out of the tensors beside it. */
  @Test
  void filesOfTheReferenceImplementationAreRead() throws Exception {
    String name = "/golden/lstm-I5-H7-L2-D2-T6-B5-lengths.safetensors";
    try (var read = SafetensorsFile.open(Path.of(getClass().getResource(name).toURI()))) {
      assertEquals("lstm", read.metadata("cell"));
      assertArrayEquals(new int[] {4 * 7, 2 * 7}, read.shape("rnn.weight_ih_l1_reverse"));
      assertArrayEquals(new long[] {3, 1, 6, 2, 6}, read.loadLongs("lengths"));
      double loss = dot(read, "y", "dy") + dot(read, "hn", "dhn") + dot(read, "cn", "dcn");
      try (Tensor expected = read.load("loss")) {
        assertEquals(0, expected.rank());
        assertEquals(expected.get(), loss, 1e-5 * loss);
      }
    }
  }

  private static double dot(SafetensorsFile file, String first, String second) throws IOException {
    try (Tensor x = file.load(first);
        Tensor y = file.load(second)) {
      double sum = 0;
      float[] a = x.toArray();
      float[] b = y.toArray();
      for (int i = 0; i < a.length; i++) {
        sum += (double) a[i] * b[i];
      }
      return sum;
    }
  }

  @Test
  void otherFloatsAreConverted() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putDouble(-3);
    data.putShort(Float.floatToFloat16(1.5f)).putShort((short) 0xfc00); // -infinity
    data.putShort((short) 0x3fc0).putShort((short) 0xc000); // 1.5 and -2
    Path file =
        write(
            "{'d':{'dtype':'F64','shape':[2],'data_offsets':[0,16]},"
                + "'h':{'dtype':'F16','shape':[2],'data_offsets':[16,20]},"
                + "'b':{'dtype':'BF16','shape':[1,2],'data_offsets':[20,24]}}",
            data.array());
    try (var read = SafetensorsFile.open(file);
        Tensor d = read.load("d");
        Tensor h = read.load("h");
        Tensor b = read.load("b")) {
      assertArrayEquals(new float[] {0.1f, -3}, d.toArray());
      assertArrayEquals(new float[] {1.5f, Float.NEGATIVE_INFINITY}, h.toArray());
      assertArrayEquals(new float[] {1.5f, -2}, b.toArray());
    }
  }

  @Test
  void theByteOrderIsTheFormatsAndTheDataIsAligned() throws IOException {
    Path file = folder.resolve("order.safetensors");
    try (var one = Tensor.of(new float[] {1}, 1)) {
      new SafetensorsWriter().add("one", one).add("two", 2).write(file);
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong(0);
    assertEquals(0, header % 8);
    assertEquals(2, bytes.getLong(8 + header));
    assertEquals(0x3f800000, bytes.getInt(16 + header));
    assertEquals(20 + header, bytes.limit());
  }

  @Test
  void aTensorOfAnotherModelIsRefused() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var weights = Tensor.allocate(4, 3);
        var other = Tensor.allocate(3, 4)) {
      new SafetensorsWriter().add("rnn.weight_hh_l0", weights).add("ids", 1L << 40).write(file);
      try (var read = SafetensorsFile.open(file)) {
        assertMessage(
            "tensor 'rnn.weight_hh_l0' at byte ",
            "expected shape [3, 4], actual [4, 3]",
            () -> read.loadInto("rnn.weight_hh_l0", other));
        assertMessage(
            "expected a tensor 'rnn.bias_ih_l0', ",
            "actual [ids, rnn.weight_hh_l0]",
            () -> read.load("rnn.bias_ih_l0"));
        assertMessage("tensor 'ids'", "actual I64", () -> read.load("ids"));
        assertMessage("tensor 'ids'", "actual 1099511627776 at 0", () -> read.loadInts("ids"));
        assertMessage("rnn.weight_hh_l0", "actual F32", () -> read.loadLongs("rnn.weight_hh_l0"));
        assertMessage("expected metadata 'cell'", "actual []", () -> read.metadata("cell"));
      }
    }
  }

  @Test
  void aFileCutShortWhileItIsOpenIsAnErrorNotACrash() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var weights = Tensor.allocate(1000)) {
      new SafetensorsWriter().add("w", weights).write(file);
      try (var read = SafetensorsFile.open(file)) {
        byte[] half = new byte[2000];
        Files.write(file, half);
        assertMessage("byte 2000", "was cut short", () -> read.load("w"));
      }
    }
  }

  @Test
  void anOpenFileIsReadAsItWasWhenItIsReplaced() throws IOException {
    Path file = folder.resolve("model.safetensors");
    try (var before = Tensor.of(new float[] {1}, 1);
        var after = Tensor.of(new float[] {2}, 1)) {
      new SafetensorsWriter().add("w", before).write(file);
      try (var read = SafetensorsFile.open(file)) {
        new SafetensorsWriter().add("w", after).write(file);
        try (Tensor w = read.load("w")) {
          assertEquals(1, w.get(0));
        }
      }
    }
  }

  @Test
  void theWriterRefusesWhatCannotBeReadBack() throws IOException {
    var writer = new SafetensorsWriter().add("taken", 1);
    assertThrows(IllegalArgumentException.class, () -> writer.add("taken", 1));
    assertThrows(IllegalArgumentException.class, () -> writer.add("", 1));
    assertThrows(IllegalArgumentException.class, () -> writer.add("__metadata__", 1));
    assertThrows(IllegalArgumentException.class, () -> writer.metadata("half", "\uD83D"));
    writer.add("n".repeat(5000), 1);
    assertMessage("Name length", "exceeds the maximum", () -> writer.write(folder.resolve("long")));
    assertTrue(Files.notExists(folder.resolve("long")));
  }

  private static void assertMessage(
      String first, String second, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(ModelFileException.class, call).getMessage();
    assertTrue(message.contains(first), message);
    assertTrue(message.contains(second), message);
  }

  private Path write(String json, byte[] data) throws IOException {
    byte[] header = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    var bytes = ByteBuffer.allocate(8 + header.length + data.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).put(data);
    return Files.write(folder.resolve("handmade.safetensors"), bytes.array());
  }
}
