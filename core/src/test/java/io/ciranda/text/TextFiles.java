package io.ciranda.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files that text_golden.py wrote or read. */
final class TextFiles {
  private TextFiles() {}

  static String text(String name) throws IOException {
    try (var in = TextFiles.class.getResourceAsStream("/text/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Only a line feed ends a line. */
  static List<String> lines(String name) throws IOException {
    List<String> lines = List.of(text(name).split("\n", -1));
    return lines.subList(0, lines.size() - 1);
  }
}
