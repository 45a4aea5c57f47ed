package io.ciranda.samples.report;

import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Folders that options name. */
public final class Folders {
  private Folders() {}

  /**
   * Makes a folder, if it is not there.
   *
   * @param option that names it, or a file in it
   * @throws UserException where it cannot be made or written to
   */
  public static void make(String option, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UserException(
          "%s: cannot make the folder %s (%s)%nName another."
              .formatted(option, folder, e.getClass().getSimpleName()),
          e);
    }
    if (!Files.isWritable(folder)) {
      throw new UserException(
          "%s: not allowed to write into the folder %s%nName another.".formatted(option, folder));
    }
  }
}
