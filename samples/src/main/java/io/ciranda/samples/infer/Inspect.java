package io.ciranda.samples.infer;

import io.ciranda.io.DType;
import io.ciranda.io.ModelFileException;
import io.ciranda.io.SafetensorsFile;
import io.ciranda.memory.Shape;
import io.ciranda.network.Architecture;
import io.ciranda.network.Network;
import io.ciranda.network.NetworkFile;
import io.ciranda.network.OnnxFile;
import io.ciranda.network.StateDict;
import io.ciranda.network.StateDict.Overrides;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ciranda inspect}. */
@Command(
    name = "inspect",
    description =
        "Prints what a model file holds, and the recurrent network that it is understood to be.")
public final class Inspect extends CirandaCommand {
  /** The characters of a metadata value that a person is shown. */
  private static final int SHOWN = 60;

  private static final String SAFETENSORS = "safetensors";

  @Parameters(paramLabel = "FILE", description = "A safetensors file, or an ONNX file: NAME.onnx.")
  private Path file;

  @Mixin private NetworkOptions network;

  /** One tensor of the file. */
  record TensorEntry(String name, DType dtype, List<Integer> shape, long elements, long bytes) {}

  /**
   * What {@code --json} prints.
   *
   * @param tensors those of a safetensors file; an ONNX file's are pieces of its graph
   * @param elements of a safetensors file's tensors, or the weights of an ONNX file's network, 0
   *     where it is not understood
   * @param bytes that they take: in a safetensors file, or as float32
   * @param architecture null where the file is not understood as a recurrent network
   * @param sentences how it was understood, or why it was not
   */
  record Report(
      String file,
      String format,
      Map<String, String> metadata,
      List<TensorEntry> tensors,
      long elements,
      long bytes,
      Architecture architecture,
      List<String> sentences) {}

  @Override
  protected Object run(Console console) throws IOException {
    Overrides overrides = checked(() -> network.overrides(file));
    Report report = NetworkFile.isOnnx(file) ? onnx() : safetensors(overrides);
    print(console, report);
    return report;
  }

  private Report onnx() throws IOException {
    try (OnnxFile in = OnnxFile.open(file)) {
      long weights = 0;
      Architecture architecture = null;
      List<String> sentences = List.of();
      try (Network understood = in.network()) {
        weights = understood.weights();
        architecture = understood.architecture();
      } catch (ModelFileException e) {
        sentences = notUnderstood(e);
      }
      return new Report(
          file.toString(),
          "onnx",
          Map.of("opset", Long.toString(in.opset())),
          List.of(),
          weights,
          Float.BYTES * weights,
          architecture,
          sentences);
    }
  }

  private static List<String> notUnderstood(ModelFileException e) {
    return List.of("not understood as a recurrent network: " + e.getMessage());
  }

  private Report safetensors(Overrides overrides) throws IOException {
    try (SafetensorsFile in = SafetensorsFile.open(file)) {
      var tensors = new ArrayList<TensorEntry>();
      for (String name : in.names()) {
        int[] shape = in.shape(name);
        DType dtype = in.dtype(name);
        long elements = Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
        tensors.add(
            new TensorEntry(
                name,
                dtype,
                Arrays.stream(shape).boxed().toList(),
                elements,
                elements * dtype.bytes()));
      }
      Architecture architecture = null;
      List<String> sentences;
      try {
        StateDict understood = StateDict.infer(in, overrides);
        architecture = understood.architecture();
        sentences = understood.sentences();
      } catch (ModelFileException e) {
        sentences = notUnderstood(e);
      }
      return new Report(
          file.toString(),
          SAFETENSORS,
          in.metadata(),
          tensors,
          tensors.stream().mapToLong(TensorEntry::elements).sum(),
          tensors.stream().mapToLong(TensorEntry::bytes).sum(),
          architecture,
          sentences);
    }
  }

  private static void print(Console console, Report report) {
    console.print("file      %s, %s".formatted(report.file, report.format));
    report.metadata.forEach(
        (key, value) ->
            console.print(
                "metadata  %s = %s"
                    .formatted(ModelFileException.printable(key), shortened(value))));
    for (TensorEntry tensor : report.tensors) {
      console.print(
          "tensor    %s %s %s, %,d bytes"
              .formatted(
                  ModelFileException.printable(tensor.name),
                  tensor.dtype,
                  Shape.text(tensor.shape.stream().mapToInt(Integer::intValue).toArray()),
                  tensor.bytes));
    }
    if (report.format.equals(SAFETENSORS)) {
      console.print(
          "in all    %,d tensors, %,d elements, %,d bytes"
              .formatted(report.tensors.size(), report.elements, report.bytes));
    } else if (report.architecture != null) {
      console.print(
          "in all    %,d weights, %,d bytes as float32".formatted(report.elements, report.bytes));
    }
    if (report.architecture != null) {
      console.print("network   " + report.architecture);
    }
    report.sentences.forEach(sentence -> console.print("          " + sentence));
  }

  private static String shortened(String value) {
    String text = ModelFileException.printable(value);
    return text.length() <= SHOWN
        ? text
        : "%s... (%,d characters)".formatted(text.substring(0, SHOWN), text.length());
  }
}
