package io.ciranda.samples.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ciranda.samples.cli.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  private static final String TEXT = "Ciranda – roda, 輪 🎶\r\nend\n";

  @TempDir private Path folder;

  @Test
  void readsPlainAndGzippedAlike() throws IOException {
    byte[] utf8 = TEXT.getBytes(StandardCharsets.UTF_8);
    assertEquals(TEXT, TextFile.read(file("a.txt", utf8)));
    assertEquals(TEXT, TextFile.read(file("a.txt.gz", gzip(utf8))));
    assertEquals(TEXT, TextFile.read(file("zipped-without-the-name", gzip(utf8))));
  }

  @Test
  void dropsAByteOrderMark() throws IOException {
    assertEquals(
        TEXT, TextFile.read(file("bom.txt", ("\uFEFF" + TEXT).getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void namesTheMissingFile() {
    refused(folder.resolve("none.txt"), "no such file: ", "none.txt", "looked in " + folder);
  }

  @Test
  void refusesAFolder() {
    refused(folder, "this is a folder: " + folder);
  }

  @Test
  void refusesNothing() throws IOException {
    refused(file("empty.txt", new byte[0]), "empty.txt holds nothing");
    refused(file("empty.txt.gz", gzip(new byte[0])), "empty.txt.gz holds nothing");
    refused(file("blank.txt", new byte[] {' ', '\n', '\t'}), "holds only blanks");
  }

  @Test
  void refusesBinary() throws IOException {
    refused(file("zero.bin", new byte[] {'a', 'b', 0, 1, 2}), "holds a zero byte (character 2)");
    refused(file("utf16.txt", TEXT.getBytes(StandardCharsets.UTF_16LE)), "expected");
  }

  @Test
  void namesTheByteThatIsNotUtf8() throws IOException {
    refused(
        file("latin1.txt", "ação".getBytes(StandardCharsets.ISO_8859_1)),
        "byte 1 of",
        "0xe7",
        "iconv");
    byte[] cut = "ação".getBytes(StandardCharsets.UTF_8);
    refused(file("cut.txt", Arrays.copyOf(cut, 2)), "byte 1 of", "0xc3");
  }

  @Test
  void refusesADamagedGzipFile() throws IOException {
    byte[] zipped = gzip(TEXT.repeat(100).getBytes(StandardCharsets.UTF_8));
    refused(file("cut.gz", Arrays.copyOf(zipped, zipped.length / 2)), "cut short or damaged");
    zipped[zipped.length - 6] ^= 1; // in the checksum
    refused(file("damaged.gz", zipped), "cut short or damaged");
  }

  private static void refused(Path file, String... parts) {
    var e = assertThrows(UserException.class, () -> TextFile.read(file));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
