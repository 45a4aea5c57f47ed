package io.ciranda.samples.lecture.activity;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.IdxFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pictures read pixel by pixel, as in sequential MNIST (Le, Jaitly and Hinton 2015, section 4.2).
 */
final class Pictures {
  private static final float WHITE = 255;

  private Pictures() {}

  /**
   * A picture for each example, a pixel a step, row by row.
   *
   * @param file of the pictures, {@code ...images-idx3-ubyte}; beside it lies {@code
   *     ...labels-idx1-ubyte}
   * @throws UserException where one of them is missing or damaged, or they do not belong together
   */
  static List<Example<String>> read(Path file) throws IOException {
    IdxFile pictures = IdxFile.read(file);
    Path labelFile =
        file.resolveSibling(file.getFileName().toString().replace("images-idx3", "labels-idx1"));
    IdxFile labels = IdxFile.read(labelFile);
    if (labels.items() != pictures.items() || labels.size() != 1) {
      throw new UserException(
          "%s: expected a label for each of the %d pictures of %s, actual %d of %d bytes"
              .formatted(labelFile, pictures.items(), file, labels.items(), labels.size()));
    }
    return IntStream.range(0, pictures.items())
        .mapToObj(i -> new Example<>(pixels(pictures, i), String.valueOf(labels.at(i, 0))))
        .toList();
  }

  private static Sequence pixels(IdxFile pictures, int item) {
    float[] steps = new float[pictures.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = pictures.at(item, i) / WHITE;
    }
    return Sequence.of(steps, 1);
  }
}
