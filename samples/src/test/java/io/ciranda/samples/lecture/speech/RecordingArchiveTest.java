package io.ciranda.samples.lecture.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in an archive, and what is said of a damaged one. */
class RecordingArchiveTest {
  @TempDir private Path folder;

  private static byte[] wav(float rate, int channels, int... samples) throws IOException {
    byte[] bytes = new byte[2 * samples.length];
    for (int i = 0; i < samples.length; i++) {
      bytes[2 * i] = (byte) samples[i];
      bytes[2 * i + 1] = (byte) (samples[i] >> 8);
    }
    var format = new AudioFormat(rate, 16, channels, true, false);
    var audio =
        new AudioInputStream(new ByteArrayInputStream(bytes), format, samples.length / channels);
    var out = new ByteArrayOutputStream();
    AudioSystem.write(audio, AudioFileFormat.Type.WAVE, out);
    return out.toByteArray();
  }

  /** The header of a file in a tar file. */
  private static byte[] header(String name, int size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, "%011o".formatted(size));
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    var tar = new ByteArrayOutputStream();
    for (var file : files.entrySet()) {
      tar.write(header(file.getKey(), file.getValue().length));
      tar.write(file.getValue());
      tar.write(new byte[-file.getValue().length & 511]);
    }
    tar.write(new byte[1024]);
    return tar.toByteArray();
  }

  private Path zipped(byte[] tar) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(tar);
    }
    return Files.write(folder.resolve("a.tar.gz"), out.toByteArray());
  }

  private static void assertRefused(Path file, String... parts) {
    var e = assertThrows(UserException.class, () -> RecordingArchive.read(file));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("Without --data"), e.getMessage());
  }

  @Test
  void recordingsAreReadAndOtherFilesPassedOver() throws IOException {
    var files = new LinkedHashMap<String, byte[]>();
    files.put("x/recordings/", new byte[0]);
    files.put("x/recordings/7_theo_12.wav", wav(8000, 1, 0, 16384, -32768));
    files.put("x/README.md", new byte[600]);
    files.put("0_ann_0.wav", wav(8000, 1, 1));
    List<Recording> recordings = RecordingArchive.read(zipped(tar(files)));
    assertEquals(2, recordings.size());
    Recording first = recordings.getFirst();
    assertEquals(List.of("7", "theo", 12), List.of(first.digit(), first.speaker(), first.take()));
    assertArrayEquals(new float[] {0, 0.5f, -1}, first.samples());
    assertEquals("0", recordings.get(1).digit());
  }

  @Test
  void damageIsRefusedWithItsPlace() throws IOException {
    byte[] good = wav(8000, 1, 1, 2, 3);
    assertRefused(folder.resolve("none.tar.gz"), "no such file");
    assertRefused(Files.writeString(folder.resolve("b.tar.gz"), "no gzip"), "expected a gzip file");
    assertRefused(
        zipped("x".repeat(600).getBytes(StandardCharsets.US_ASCII)),
        "expected the header of a tar file at byte 0");
    byte[] two = tar(new LinkedHashMap<>(Map.of("0_a_0.wav", good)));
    two[1024] = 'x';
    assertRefused(zipped(two), "at byte 1024");
    assertRefused(zipped(Arrays.copyOf(two, 530)), "cut short or damaged after byte 530");
    Path cut = zipped(tar(Map.of("0_a_0.wav", good)));
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 60));
    assertRefused(cut, "cut short or damaged after byte 512");
    assertRefused(zipped(tar(Map.of("a.txt", good))), "expected files like 7_theo_12.wav");
  }

  @Test
  void anotherFormatOfSoundIsRefusedWithTheFilesName() throws IOException {
    String name = "3_b_4.wav";
    assertRefused(zipped(tar(Map.of(name, wav(16000, 1, 1, 2)))), name, "8000 Hz, actual", "16000");
    assertRefused(zipped(tar(Map.of(name, wav(8000, 2, 1, 2)))), name, "mono", "stereo");
    assertRefused(zipped(tar(Map.of(name, wav(8000, 1)))), name, "at least 1, actual 0");
    assertRefused(zipped(tar(Map.of(name, new byte[100]))), name, "expected a WAV file");
    byte[] whole = wav(8000, 1, 1, 2, 3, 4);
    assertRefused(
        zipped(tar(Map.of(name, Arrays.copyOf(whole, whole.length - 4)))),
        name,
        "expected 4 samples, at least 1, actual 2");
  }
}
