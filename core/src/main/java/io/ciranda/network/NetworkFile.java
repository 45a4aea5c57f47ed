package io.ciranda.network;

import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.network.StateDict.Overrides;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads a network from a file of any format: ONNX where the name ends in .onnx, else safetensors.
 */
public final class NetworkFile {

  /**
   * A network and how it was understood.
   *
   * @param network to be closed by the caller
   * @param sentences for the user: what was found where, and what was left unused
   */
  public record Understood(Network network, List<String> sentences) {}

  private NetworkFile() {}

  /** Whether a file of that name is taken for ONNX. */
  public static boolean isOnnx(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  /**
   * Reads a network.
   *
   * @param overrides for what a state_dict leaves open; an ONNX file leaves nothing open
   * @throws ModelFileException if the file is damaged or holds no network that is understood
   * @throws IllegalArgumentException if there are overrides for an ONNX file
   */
  public static Understood read(Path file, Overrides overrides) throws IOException {
    if (isOnnx(file)) {
      if (!overrides.equals(Overrides.NONE)) {
        throw new IllegalArgumentException(
            "prefix, cell, embedding, linear and softmax are for a state_dict: an ONNX file says all that itself");
      }
      Network network = OnnxFile.read(file);
      return new Understood(network, List.of("ONNX: " + network.architecture()));
    }
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      StateDict understood = StateDict.infer(in, overrides);
      return new Understood(understood.load(), understood.sentences());
    }
  }
}
