package io.ciranda.samples.lm;

import io.ciranda.model.LanguageModel;
import io.ciranda.nn.Cell;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say what a model is made of. */
final class ModelOptions {
  @Option(
      names = "--cell",
      paramLabel = "CELL",
      defaultValue = "lstm",
      description = "rnn, rnn-relu, lstm or gru (default: ${DEFAULT-VALUE}).")
  String cell;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "256",
      description = "Units of a recurrent layer (default: ${DEFAULT-VALUE}).")
  int hidden;

  @Option(
      names = "--layers",
      paramLabel = "L",
      defaultValue = "2",
      description = "Recurrent layers (default: ${DEFAULT-VALUE}).")
  int layers;

  @Option(
      names = "--embed",
      paramLabel = "E",
      description = "Width of the embedding (default: as --hidden).")
  Integer embed;

  @Option(names = "--tie", description = "The output shares the embedding's weights; needs E = H.")
  boolean tie;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Probability with which a unit is left out in training, between layers and before the output (default: ${DEFAULT-VALUE}).")
  float dropout;

  @Option(
      names = "--cutoffs",
      paramLabel = "N",
      split = ",",
      description = {
        "Adaptive softmax (Grave et al. 2017), for large vocabularies: symbols from the N-th most frequent on stand in a cluster",
        "that is computed where it is needed; with N,M two clusters (default: one softmax over all)."
      })
  List<Integer> cutoffs = List.of();

  @Option(
      names = "--init-range",
      paramLabel = "R",
      defaultValue = "0",
      description =
          "All weights start uniform in [-R, R); 0 for PyTorch's defaults (default: ${DEFAULT-VALUE}).")
  double initRange;

  /** Throws IllegalArgumentException with expected and actual where a value makes no sense. */
  LanguageModel.Config config() {
    if (!(initRange >= 0)) {
      throw new IllegalArgumentException("--init-range: expected 0 or more, actual " + initRange);
    }
    return new LanguageModel.Config(
        Cell.of(cell), embed == null ? hidden : embed, hidden, layers, tie, dropout, cutoffs);
  }
}
