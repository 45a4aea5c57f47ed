package io.ciranda.samples.infer;

import io.ciranda.network.NetworkFile;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.nn.Cell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say what a network's file leaves open. */
final class NetworkOptions {
  @Option(
      names = "--prefix",
      split = ",",
      paramLabel = "PREFIX",
      description =
          "Of a state_dict's recurrent layers: rnn for rnn.weight_ih_l0; several from the input up, separated by commas.")
  private List<String> prefixes = new ArrayList<>();

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      description =
          "rnn, rnn-relu, lstm or gru (default: what the shapes say; rnn where they leave both).")
  private String cell;

  @Option(
      names = "--embedding",
      paramLabel = "NAME",
      description = "The embedding's tensor, or none (default: what names and shapes say).")
  private String embedding;

  @Option(
      names = "--linear",
      paramLabel = "NAME",
      description =
          "The tensor of the linear layer's weights, or none (default: what names and shapes say).")
  private String linear;

  @Option(
      names = "--softmax",
      description = "Make the linear layer's outputs probabilities, which no state_dict says.")
  private boolean softmax;

  /**
   * What was said of a file.
   *
   * @throws IllegalArgumentException where there is no such cell, or something is said of an ONNX
   *     file
   */
  Overrides overrides(Path file) {
    var overrides =
        new Overrides(prefixes, cell == null ? null : Cell.of(cell), embedding, linear, softmax);
    if (NetworkFile.isOnnx(file) && !overrides.equals(Overrides.NONE)) {
      throw new IllegalArgumentException(
          "--prefix, --cell, --embedding, --linear and --softmax are for a state_dict: an ONNX file says all that itself");
    }
    return overrides;
  }
}
