package io.ciranda.samples.lecture;

import io.ciranda.samples.report.Folders;
import io.ciranda.sequence.SequenceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * The option of examples that train for long: an interrupted run goes on where it stopped. A
 * training that is over is not done again either, until the whole example is.
 */
public final class Checkpoints {
  @Option(
      names = "--checkpoints",
      paramLabel = "FOLDER",
      description = {
        "Each training is kept there again and again, so that the same command goes on if it is interrupted;",
        "at the end the files are deleted (default: none)."
      })
  private Path folder;

  private final List<Path> files = new ArrayList<>();

  /** Makes the folder, if one is wanted. */
  public void prepare() {
    if (folder != null) {
      Folders.make("--checkpoints", folder);
    }
  }

  /**
   * Options with a checkpoint, if they are wanted.
   *
   * @param training its name, another one for each training of the example
   */
  public SequenceOptions keep(String training, SequenceOptions options) {
    return folder == null ? options : options.withCheckpoint(file(training));
  }

  /**
   * Where a training keeps itself; null where it need not.
   *
   * @param training its name, as above
   */
  public Path file(String training) {
    if (folder == null) {
      return null;
    }
    Path file = folder.resolve(training + ".checkpoint");
    files.add(file);
    return file;
  }

  /** Of all trainings, when the figures of the example are known. */
  public void delete() throws IOException {
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
