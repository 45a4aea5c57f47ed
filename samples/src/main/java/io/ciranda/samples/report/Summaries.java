package io.ciranda.samples.report;

import io.ciranda.io.AtomicFile;
import io.ciranda.samples.cli.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The results of runs, as JSON files. */
public final class Summaries {
  private Summaries() {}

  /**
   * Writes {@code summary}, a record or a map; one that is there is replaced at once, or not at
   * all.
   */
  public static void write(Path file, Object summary) throws IOException {
    byte[] json = (Json.text(summary) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, json.length, channel -> channel.write(ByteBuffer.wrap(json)));
  }
}
