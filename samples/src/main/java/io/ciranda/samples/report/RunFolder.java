package io.ciranda.samples.report;

import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The folder in which one run leaves what it made. Each run has its own: nothing is overwritten.
 *
 * @param path the folder
 */
public record RunFolder(Path path) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  /**
   * Makes {@code base/ciranda-NAME-STAMP}, and {@code base} where it is missing.
   *
   * @param base where the folders of runs lie
   * @param name of what is trained, such as {@code "lstm-256"}: letters, digits, dots and hyphens
   * @param start of the run, local time
   * @throws UserException where {@code base} cannot be written to
   */
  public static RunFolder create(Path base, String name, LocalDateTime start) {
    String stamped = "ciranda-%s-%s".formatted(name, STAMP.format(start));
    try {
      Files.createDirectories(base);
      for (int attempt = 1; ; attempt++) {
        Path path = base.resolve(attempt == 1 ? stamped : stamped + "-" + attempt);
        try {
          return new RunFolder(Files.createDirectory(path));
        } catch (FileAlreadyExistsException taken) {
          // Another run of the same second: the next name is tried.
        }
      }
    } catch (IOException e) {
      throw new UserException(
          "cannot make a folder for the run in %s: %s%nName another with --out FOLDER."
              .formatted(base.toAbsolutePath(), e),
          e);
    }
  }

  /** Where the trained model belongs; curve, checkpoint and summary stand beside it. */
  public Path model() {
    return path.resolve("model.safetensors");
  }
}
