package io.ciranda.samples.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What standard error is connected to.
 *
 * @param interactive whether it is a terminal, so that a line can be drawn over
 * @param columns the terminal's width
 */
record Terminal(boolean interactive, int columns) {
  private static final int DEFAULT_COLUMNS = 80;

  /**
   * Of this process. The JDK only knows about standard input and output, so a shell is asked; where
   * there is none, it is taken for a file.
   */
  static Terminal ofStandardError() {
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", "test -t 2 && stty size <&2")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String size =
          new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      return size.isEmpty()
          ? new Terminal(false, DEFAULT_COLUMNS)
          : new Terminal(true, columns(size));
    } catch (IOException noShell) {
      return new Terminal(false, DEFAULT_COLUMNS);
    }
  }

  /** Of {@code "24 80"}; some terminals say {@code "0 0"}. */
  static int columns(String size) {
    int columns = Integer.parseInt(size.substring(size.indexOf(' ') + 1));
    return columns > 0 ? columns : DEFAULT_COLUMNS;
  }
}
