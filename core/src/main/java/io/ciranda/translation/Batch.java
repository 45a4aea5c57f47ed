package io.ciranda.translation;

import io.ciranda.autograd.Tape;
import io.ciranda.memory.IntTensor;
import io.ciranda.text.TextCodec;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sentences side by side, padded, in the memory of a tape.
 *
 * @param source {@code [S][B]}, each followed by {@code </s>}
 * @param lengths {@code [B]}, with {@code </s>}
 */
record Batch(IntTensor source, IntTensor lengths) {

  static Batch of(Tape tape, List<int[]> sources, boolean reversed) {
    int batch = sources.size();
    int[] lengths = sources.stream().mapToInt(s -> s.length + 1).toArray();
    int steps = Arrays.stream(lengths).max().orElseThrow();
    int[] ids = new int[steps * batch];
    for (int b = 0; b < batch; b++) {
      int[] sentence = sources.get(b);
      int n = sentence.length;
      for (int j = 0; j < n; j++) {
        ids[j * batch + b] = sentence[reversed ? n - 1 - j : j];
      }
      ids[n * batch + b] = TextCodec.END_ID;
    }
    return new Batch(
        tape.workspace().ints(steps, batch).copyFrom(ids),
        tape.workspace().ints(batch).copyFrom(lengths));
  }

  /**
   * Targets side by side, long ones first, for teacher forcing.
   *
   * @param rows {@code [B]}: which source each belongs to
   * @param lengths {@code [B]}, with {@code </s>}
   * @param inputs {@code [T][B]}: {@code <s> y1 .. yn}, then padding
   * @param outputs {@code [T][B]}: {@code y1 .. yn </s>}, then -1
   */
  record Targets(IntTensor rows, IntTensor lengths, IntTensor inputs, IntTensor outputs) {
    static Targets of(Tape tape, List<int[]> ofSources) {
      int batch = ofSources.size();
      int[] rows =
          IntStream.range(0, batch)
              .boxed()
              .sorted(Comparator.comparingInt(b -> -ofSources.get(b).length))
              .mapToInt(b -> b)
              .toArray();
      List<int[]> targets = Arrays.stream(rows).mapToObj(ofSources::get).toList();
      int steps = 1 + targets.stream().mapToInt(t -> t.length).max().orElseThrow();
      int[] inputs = new int[steps * batch];
      int[] outputs = new int[steps * batch];
      Arrays.fill(outputs, -1);
      for (int b = 0; b < batch; b++) {
        int[] sentence = targets.get(b);
        inputs[b] = TextCodec.BEGIN_ID;
        for (int t = 0; t < sentence.length; t++) {
          inputs[(t + 1) * batch + b] = sentence[t];
          outputs[t * batch + b] = sentence[t];
        }
        outputs[sentence.length * batch + b] = TextCodec.END_ID;
      }
      return new Targets(
          tape.workspace().ints(batch).copyFrom(rows),
          tape.workspace()
              .ints(batch)
              .copyFrom(targets.stream().mapToInt(t -> t.length + 1).toArray()),
          tape.workspace().ints(steps, batch).copyFrom(inputs),
          tape.workspace().ints(steps, batch).copyFrom(outputs));
    }
  }
}
