package io.ciranda.samples.report;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.samples.cli.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of one training, beside each other under the model's name.
 *
 * @param model the model file, {@code NAME.safetensors}
 */
public record ModelFiles(Path model) {
  private Path beside(String ending) {
    String name = model.getFileName().toString();
    String stem =
        name.endsWith(".safetensors")
            ? name.substring(0, name.length() - ".safetensors".length())
            : name;
    return model.resolveSibling(stem + ending);
  }

  /** All that a resumed run needs. */
  public Path checkpoint() {
    return beside(".checkpoint");
  }

  /** The loss curve, without its ending. */
  public Path curve() {
    return beside(".loss");
  }

  /** The results. */
  public Path summary() {
    return beside(".summary.json");
  }

  /**
   * Makes the folder. What would go wrong at the first save is told before the first step.
   *
   * @throws UserException where the folder cannot be written to, or something that is no model
   *     would be lost
   */
  public void prepare() {
    Folders.make("--model", model.toAbsolutePath().getParent());
    if (Files.exists(model) && !isModel()) {
      throw new UserException(
          "--model: %s is there and is no model: it is not overwritten.%nName another --model, or delete it."
              .formatted(model));
    }
  }

  /**
   * An earlier run could still be resumed.
   *
   * @throws UserException where there is a checkpoint of it
   */
  public void requireNoCheckpoint() {
    if (Files.exists(checkpoint())) {
      throw new UserException(
          "there is a checkpoint of an earlier run: %s%nAdd --resume to go on with it, name another --model, or delete it."
              .formatted(checkpoint()));
    }
  }

  private boolean isModel() {
    try (var _ = SafetensorsFile.open(model)) {
      return true;
    } catch (ModelFileException e) {
      return false;
    } catch (IOException e) {
      throw new UserException("--model: cannot read %s: %s".formatted(model, e.getMessage()), e);
    }
  }
}
