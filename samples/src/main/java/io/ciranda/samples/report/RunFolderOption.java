package io.ciranda.samples.report;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import picocli.CommandLine.Option;

/** The option that says where a run leaves its folder. */
public final class RunFolderOption {
  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = ".",
      description = "Where the folder of the run is made (default: here).")
  private Path base;

  /** Makes the folder of a run that begins now, as {@link RunFolder#create}. */
  public RunFolder create(String name) {
    return RunFolder.create(base, name, LocalDateTime.now(ZoneId.systemDefault()));
  }
}
