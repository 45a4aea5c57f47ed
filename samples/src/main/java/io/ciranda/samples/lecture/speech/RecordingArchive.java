package io.ciranda.samples.lecture.speech;

import io.ciranda.samples.cli.UserException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/**
 * Reads the recordings in a {@code .tar.gz}, as the Free Spoken Digit Dataset has them: {@code
 * DIGIT_SPEAKER_TAKE.wav}, 16 bits, mono. Other files in it are passed over.
 */
final class RecordingArchive {
  private static final Pattern NAME = Pattern.compile("(?:.*/)?(\\d)_([^_/]+)_(\\d{1,6})\\.wav");
  private static final int BLOCK = 512; // bytes, of which tar files are made
  private static final int LONGEST = 10 << 20; // bytes of a recording

  private final Path file;
  private final InputStream in;
  private final List<Recording> recordings = new ArrayList<>();
  private long position; // in the unzipped file

  private RecordingArchive(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * All recordings, in the order of the archive.
   *
   * @throws UserException where it is missing, damaged, or holds none; the message names the place
   * @throws IOException where reading fails
   */
  static List<Recording> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw refused("no such file: " + file.toAbsolutePath());
    }
    try (InputStream in =
        new GZIPInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      var archive = new RecordingArchive(file, in);
      try {
        archive.readAll();
      } catch (EOFException | ZipException e) {
        throw refused(
            "%s: cut short or damaged after byte %d of what is gzip'ed: %s"
                .formatted(file, archive.position, e.getMessage()));
      }
      return archive.recordings;
    } catch (EOFException | ZipException e) {
      throw refused("%s: expected a gzip file: %s".formatted(file, e.getMessage()));
    }
  }

  private static UserException refused(String what) {
    return new UserException(
        what + "%nWithout --data the example makes up its own recordings.".formatted());
  }

  private void readAll() throws IOException {
    int others = 0;
    for (byte[] header = bytes(BLOCK); header[0] != 0; header = bytes(BLOCK)) {
      requireHeader(header);
      String name = text(header, 0, 100);
      long size = octal(header, 124, 12);
      Matcher matcher = NAME.matcher(name);
      if (size < 0 || (matcher.matches() && size > LONGEST)) {
        throw refused(
            "%s: %s: expected at most %d bytes, actual %s"
                .formatted(file, name, LONGEST, size < 0 ? "no number" : size));
      }
      if (matcher.matches()) {
        float[] samples = samples(name, bytes((int) size));
        int take = Integer.parseInt(matcher.group(3));
        recordings.add(new Recording(matcher.group(1), matcher.group(2), take, samples));
        in.skipNBytes(-size & BLOCK - 1);
        position += -size & BLOCK - 1;
      } else {
        others++;
        long whole = Math.ceilDiv(size, BLOCK) * BLOCK;
        in.skipNBytes(whole);
        position += whole;
      }
    }
    if (recordings.isEmpty()) {
      throw refused(
          "%s: expected files like 7_theo_12.wav, actual %d others".formatted(file, others));
    }
  }

  private byte[] bytes(int n) throws IOException {
    byte[] bytes = in.readNBytes(n);
    position += bytes.length;
    if (bytes.length < n) {
      throw new EOFException("a tar file has an end of its own");
    }
    return bytes;
  }

  /** Throws unless the header's bytes add up to its checksum, which counts as blanks itself. */
  private void requireHeader(byte[] header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (sum != octal(header, 148, 8)) {
      throw refused(
          "%s: expected the header of a tar file at byte %d of what is gzip'ed, actual other data"
              .formatted(file, position - BLOCK));
    }
  }

  private static String text(byte[] header, int from, int length) {
    String field = new String(header, from, length, StandardCharsets.ISO_8859_1);
    int end = field.indexOf('\0');
    return end < 0 ? field : field.substring(0, end);
  }

  /** -1 where there is no such number. */
  private static long octal(byte[] header, int from, int length) {
    String digits = text(header, from, length).strip();
    return digits.matches("[0-7]{1,12}") ? Long.parseLong(digits, 8) : -1;
  }

  private float[] samples(String name, byte[] wav) throws IOException {
    try (AudioInputStream audio = AudioSystem.getAudioInputStream(new ByteArrayInputStream(wav))) {
      AudioFormat format = audio.getFormat();
      if (format.getSampleRate() != Recording.RATE
          || format.getChannels() != 1
          || format.getSampleSizeInBits() != 16
          || format.isBigEndian()) {
        throw refused(
            "%s: %s: expected 16 bits, mono, %d Hz, actual %s"
                .formatted(file, name, Recording.RATE, format));
      }
      byte[] bytes = audio.readAllBytes();
      long expected = audio.getFrameLength();
      if (expected < 1 || bytes.length != 2 * expected) {
        throw refused(
            "%s: %s: expected %d samples, at least 1, actual %d"
                .formatted(file, name, expected, bytes.length / 2));
      }
      float[] samples = new float[bytes.length / 2];
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = buffer.getShort(2 * i) / 32768f;
      }
      return samples;
    } catch (UnsupportedAudioFileException | EOFException e) {
      throw refused("%s: %s: expected a WAV file: %s".formatted(file, name, e.getMessage()));
    }
  }
}
