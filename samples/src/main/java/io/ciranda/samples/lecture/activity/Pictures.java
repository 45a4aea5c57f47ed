package io.ciranda.samples.lecture.activity;

import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.IdxFile;
import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Pictures read pixel by pixel, as in sequential MNIST (Le, Jaitly and Hinton 2015, section 4.2).
 */
final class Pictures {
  private static final float WHITE = 255;

  /** The seed of the random order, not the run's: runs with several seeds solve one task. */
  private static final long ORDER = 784;

  private Pictures() {}

  /**
   * A picture for each example, a pixel a step.
   *
   * @param file of the pictures, {@code ...images-idx3-ubyte}; beside it lies {@code
   *     ...labels-idx1-ubyte}
   * @param permuted the pixels not row by row, but in a random order, always the same one
   * @throws UserException where one of them is missing or damaged, or they do not belong together
   */
  static List<Example<String>> read(Path file, boolean permuted) throws IOException {
    IdxFile pictures = IdxFile.read(file);
    Path labelFile =
        file.resolveSibling(file.getFileName().toString().replace("images-idx3", "labels-idx1"));
    IdxFile labels = IdxFile.read(labelFile);
    if (labels.items() != pictures.items() || labels.size() != 1) {
      throw new UserException(
          "%s: expected a label for each of the %d pictures of %s, actual %d of %d bytes"
              .formatted(labelFile, pictures.items(), file, labels.items(), labels.size()));
    }
    int[] order = order(pictures.size(), permuted);
    return IntStream.range(0, pictures.items())
        .mapToObj(i -> new Example<>(pixels(pictures, i, order), String.valueOf(labels.at(i, 0))))
        .toList();
  }

  private static int[] order(int pixels, boolean permuted) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, pixels).boxed().toList());
    if (permuted) {
      Collections.shuffle(order, new Random(ORDER));
    }
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  private static Sequence pixels(IdxFile pictures, int item, int[] order) {
    float[] steps = new float[order.length];
    for (int t = 0; t < steps.length; t++) {
      steps[t] = pictures.at(item, order[t]) / WHITE;
    }
    return Sequence.of(steps, 1);
  }
}
