package io.ciranda.samples.training;

import io.ciranda.samples.report.ModelFiles;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say where a training leaves its model, and whether it goes on. */
public final class OutputOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "OUT",
      description = "The model file to write, NAME.safetensors.")
  private Path model;

  @Option(
      names = "--resume",
      description = "Go on from the checkpoint beside the model, if there is one.")
  private boolean resume;

  /** Go on from the checkpoint, where there is one. */
  public boolean resume() {
    return resume;
  }

  /**
   * The files of the training, which can be written.
   *
   * @throws io.ciranda.samples.cli.UserException where they cannot be, or something would be lost
   */
  public ModelFiles prepare() {
    var files = new ModelFiles(model);
    files.prepare();
    if (!resume) {
      files.requireNoCheckpoint();
    }
    return files;
  }
}
