package io.ciranda.samples.infer;

import io.ciranda.infer.Model;
import io.ciranda.infer.Session;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.io.SafetensorsWriter;
import io.ciranda.kernel.Precision;
import io.ciranda.memory.Shape;
import io.ciranda.memory.Tensor;
import io.ciranda.network.Architecture;
import io.ciranda.network.Network;
import io.ciranda.network.NetworkFile;
import io.ciranda.network.NetworkFile.Understood;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda infer}. */
@Command(
    name = "infer",
    description = {
      "Runs a network on sequences.",
      "",
      "The input file has x: float [T][B][I], or integers [T][B] where the network has an embedding; T steps, B sequences, I features. It may have h0 and, for LSTM, c0: float [L*D][B][H], for L layers of D directions and H units; without them a sequence starts from zeros, or from what the model has learned.",
      "",
      "The output file has y, float [T][B][O], and the states after the last step, hn and cn, as h0 and c0.",
      "",
      "Where the layers differ in size or kind, each direction's state is a tensor of its own, [B][H]: h0.0, h0.1 ... from the input up, a layer's forward direction first; so are c0, hn and cn."
    })
public final class Infer extends CirandaCommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "Safetensors of a PyTorch state_dict or of lm train, or ONNX: NAME.onnx.")
  private Path model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "The safetensors file to read x from.")
  private Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The safetensors file to write.")
  private Path output;

  @Mixin private NetworkOptions network;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      defaultValue = "f32",
      description = "Of the weights: f32, bf16 or int8 (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Threads that share the units of each layer, never more than there are processors (default: ${DEFAULT-VALUE}).")
  private int threads;

  /**
   * What {@code --json} prints.
   *
   * @param sentences how the model was understood
   * @param modelBytes that the weights take in memory
   * @param seconds of the run alone, without reading and writing
   * @param outputs the tensors of the output file and their shapes
   */
  record Result(
      String model,
      String input,
      String output,
      Architecture architecture,
      List<String> sentences,
      String precision,
      int threads,
      long modelBytes,
      int steps,
      int sequences,
      double loadSeconds,
      double seconds,
      Map<String, int[]> outputs) {}

  @Override
  protected Object run(Console console) throws IOException {
    Overrides overrides = checked(() -> network.overrides(model));
    require(threads >= 1, "--threads: expected at least 1, actual " + threads);
    requireOther("--output", output, model, input);
    var options = new Model.Options(precision, threads, Engine.backend(console));
    try (SafetensorsFile file = SafetensorsFile.open(input)) {
      return run(console, overrides, options, file);
    }
  }

  private Result run(
      Console console, Overrides overrides, Model.Options options, SafetensorsFile file)
      throws IOException {
    long start = System.nanoTime();
    Understood understood = NetworkFile.read(model, overrides);
    try (Model packed = pack(understood.network(), options)) {
      double loadSeconds = secondsSince(start);
      understood.sentences().forEach(console::narrate);
      console.narrate(packed.toString());
      var sequences = new Sequences(file, packed.architecture());
      if (!sequences.unread().isEmpty()) {
        console.narrate(
            ModelFileException.printable("not read: " + String.join(", ", sequences.unread())));
      }
      try (Session session = packed.newSession(sequences.batch());
          Tensor y =
              Tensor.allocate(
                  sequences.steps(), sequences.batch(), packed.architecture().output())) {
        double seconds = sequences.run(session, y);
        Map<String, int[]> outputs = write(session, y);
        console.print(
            "x %s in %.3f s; the model was loaded in %.3f s"
                .formatted(Shape.text(sequences.shape()), seconds, loadSeconds));
        outputs.forEach((name, shape) -> console.print(name + " " + Shape.text(shape)));
        return new Result(
            model.toString(),
            input.toString(),
            output.toString(),
            packed.architecture(),
            understood.sentences(),
            precision.label(),
            threads,
            packed.bytes(),
            sequences.steps(),
            sequences.batch(),
            loadSeconds,
            seconds,
            outputs);
      }
    }
  }

  private static Model pack(Network network, Model.Options options) {
    try (network) {
      return Model.of(network, options);
    }
  }

  static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Gives the names and shapes of what was written. */
  private Map<String, int[]> write(Session session, Tensor y) throws IOException {
    var states = new LinkedHashMap<String, Tensor>();
    try {
      for (StateTensor state : StateTensor.of(session.model().architecture())) {
        states.put(state.name('n'), state.get(session));
      }
      var writer = new SafetensorsWriter().add("y", y);
      states.forEach(writer::add);
      writer.write(output);
      var shapes = new LinkedHashMap<>(Map.of("y", y.shape()));
      states.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
      return shapes;
    } finally {
      states.values().forEach(Tensor::close);
    }
  }
}
