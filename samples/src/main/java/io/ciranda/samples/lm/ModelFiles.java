package io.ciranda.samples.lm;

import java.nio.file.Path;

/**
 * The files of one training, beside each other under the model's name.
 *
 * @param model the model file, {@code NAME.safetensors}
 */
record ModelFiles(Path model) {
  private Path beside(String ending) {
    String name = model.getFileName().toString();
    String stem = name.endsWith(".safetensors") ? name.substring(0, name.length() - ".safetensors".length()) : name;
    return model.resolveSibling(stem + ending);
  }

  /** All that a resumed run needs. */
  Path checkpoint() {
    return beside(".checkpoint");
  }

  /** The loss curve, without its ending. */
  Path curve() {
    return beside(".loss");
  }

  /** The results. */
  Path summary() {
    return beside(".summary.json");
  }
}
