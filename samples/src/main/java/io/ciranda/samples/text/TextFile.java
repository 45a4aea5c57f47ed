package io.ciranda.samples.text;

import io.ciranda.samples.cli.UserException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads a text file: UTF-8, plain or gzip'ed. */
public final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TextFile() {}

  /**
   * The whole text of {@code file}, unchanged but for a byte order mark, which is dropped. What is
   * gzip'ed is known by its first two bytes, not by its name.
   *
   * @throws UserException where the file is missing, a folder, empty, cut short, binary or not
   *     UTF-8; the message names the place
   * @throws IOException where reading fails
   */
  public static String read(Path file) throws IOException {
    String text = decode(file, readBytes(file, "a text file"));
    if (text.isBlank()) {
      throw new UserException(
          "expected text, but %s holds %s"
              .formatted(file, text.isEmpty() ? "nothing" : "only blanks"));
    }
    return text;
  }

  /**
   * The bytes of a file, unpacked where they are gzip'ed.
   *
   * @param expected what the file should be, for the message: {@code "a text file"}
   */
  static byte[] readBytes(Path file, String expected) throws IOException {
    if (Files.isDirectory(file)) {
      throw new UserException("expected %s, but this is a folder: %s".formatted(expected, file));
    }
    if (!Files.exists(file)) {
      throw new UserException(
          "no such file: %s (looked in %s)".formatted(file, file.toAbsolutePath().getParent()));
    }
    return unzipped(file, Files.readAllBytes(file));
  }

  private static byte[] unzipped(Path file, byte[] bytes) throws IOException {
    if (bytes.length < 2 || bytes[0] != (byte) 0x1f || bytes[1] != (byte) 0x8b) {
      return bytes;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    } catch (EOFException | ZipException e) {
      throw new UserException(
          "the gzip file %s is cut short or damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static String decode(Path file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw new UserException(
          "expected UTF-8 text, but byte %d of %s is 0x%02x.%nIf the text is in another encoding, convert it: iconv -f latin1 -t utf-8 %s"
              .formatted(in.position(), file, bytes[in.position()] & 0xff, file));
    }
    out.flip();
    if (out.length() > 0 && out.charAt(0) == BYTE_ORDER_MARK) {
      out.get();
    }
    String text = out.toString();
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new UserException(
          "expected text, but %s holds a zero byte (character %d): it is binary, or UTF-16."
              .formatted(file, nul));
    }
    return text;
  }
}
