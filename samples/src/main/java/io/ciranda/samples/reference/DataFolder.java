package io.ciranda.samples.reference;

import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The folder in which the user keeps the data sets, in whatever subfolders. */
record DataFolder(Path path) {
  private static final int DEPTH = 4;

  /** The file of that name, gzip'ed or not. */
  Path find(String name) {
    if (!Files.isDirectory(path)) {
      throw new UserException(
          "no such folder: %s%nName the folder with the data sets: --data FOLDER".formatted(path));
    }
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    try (Stream<Path> files = Files.walk(path, DEPTH)) {
      return files
          .filter(
              file ->
                  file.getFileName().toString().equals(name)
                      || file.getFileName().toString().equals(plain))
          .sorted()
          .findFirst()
          .orElseThrow(
              () ->
                  new UserException(
                      "%s has no file %s or %s, in no subfolder either"
                          .formatted(path, name, plain)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
