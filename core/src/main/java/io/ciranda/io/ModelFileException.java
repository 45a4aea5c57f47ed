package io.ciranda.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * A model file that is not what it should be: damaged, cut short, hostile, or simply of another
 * model. The message says the file, the tensor where there is one, the byte where there is one,
 * what was expected and what was found.
 */
public final class ModelFileException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /** The place is the whole file. */
  public ModelFileException(Path file, String problem) {
    super(printable(file + ": " + problem));
  }

  /** The place is a byte of the file, counted from 0. */
  ModelFileException(Path file, long position, String problem) {
    this(file, "byte " + position + ": " + problem);
  }

  /** The place is a tensor that starts at a byte of the file. */
  ModelFileException(Path file, String tensor, long position, String problem) {
    this(file, "tensor '" + tensor + "' at byte " + position + ": " + problem);
  }

  /**
   * Text to show with all that is not printable replaced: names come from the file and must not
   * steer the terminal that they are shown on.
   */
  public static String printable(String text) {
    return text.replaceAll("\\p{C}", "?");
  }
}
