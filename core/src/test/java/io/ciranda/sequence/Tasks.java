package io.ciranda.sequence;

import io.ciranda.testing.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Small tasks that a network must be able to learn. */
final class Tasks {
  private Tasks() {}

  /** Options with which a small task is learned within a second or two. */
  static SequenceOptions quick() {
    return SequenceOptions.standard().withHidden(16).withEpochs(30).withLearningRate(0.01);
  }

  /**
   * Two noisy numbers a step, 3 to 12 steps; the label is that of the frequency of the first: slow,
   * medium, fast.
   */
  static List<Example<String>> waves(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    String[] labels = {"slow", "medium", "fast"};
    var examples = new ArrayList<Example<String>>();
    for (int i = 0; i < n; i++) {
      int label = i % labels.length;
      float[][] steps = new float[3 + random.nextInt(10)][2];
      double phase = 0.5 * random.nextDouble();
      for (int t = 0; t < steps.length; t++) {
        double wave = Math.sin(phase + t * (0.3 + 0.6 * label));
        steps[t][0] = (float) (50 + 10 * wave + random.nextGaussian());
        steps[t][1] = (float) (0.01 * random.nextGaussian());
      }
      examples.add(new Example<>(Sequence.of(steps), labels[label]));
    }
    return examples;
  }

  /** Names "a" to "e" and ids; the label is whether the sequence holds an "e". */
  static List<Example<String>> tokens(int n, long seed, boolean named) {
    RandomGenerator random = Values.random(seed);
    var examples = new ArrayList<Example<String>>();
    for (int i = 0; i < n; i++) {
      int[] ids = random.ints(2 + random.nextInt(8), 0, 4).toArray();
      boolean holds = i % 2 == 0;
      if (holds) {
        ids[random.nextInt(ids.length)] = 4;
      }
      String[] names = new String[ids.length];
      java.util.Arrays.setAll(names, t -> String.valueOf((char) ('a' + ids[t])));
      Sequence sequence = named ? Sequence.ofSymbols(names) : Sequence.ofSymbols(ids);
      examples.add(new Example<>(sequence, holds ? "with" : "without"));
    }
    return examples;
  }

  /** Numbers, some of them missing, and two columns of names. */
  static List<Example<String>> mixed(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    var examples = new ArrayList<Example<String>>();
    for (Example<String> wave : waves(n, seed)) {
      float[][] numbers = new float[wave.sequence().steps()][];
      String[][] names = new String[numbers.length][];
      for (int t = 0; t < numbers.length; t++) {
        float second = random.nextInt(4) == 0 ? Float.NaN : wave.sequence().number(t, 1);
        numbers[t] = new float[] {wave.sequence().number(t, 0), second};
        names[t] = new String[] {"n" + random.nextInt(9), random.nextBoolean() ? "x" : "y"};
      }
      examples.add(new Example<>(Sequence.of(numbers).withSymbols(names), wave.target()));
    }
    return examples;
  }

  /** Sentences over a small language in which "new york" is a place and "new" alone is not. */
  static List<Example<List<String>>> places(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    String[] others = {"the", "new", "old", "man", "saw", "a", "dog"};
    var examples = new ArrayList<Example<List<String>>>();
    for (int i = 0; i < n; i++) {
      var words = new ArrayList<String>();
      var labels = new ArrayList<String>();
      for (int length = 3 + random.nextInt(6); words.size() < length; ) {
        if (random.nextInt(4) == 0) {
          words.addAll(List.of("new", "york"));
          labels.addAll(List.of("B-PLACE", "I-PLACE"));
        } else {
          words.add(others[random.nextInt(others.length)]);
          labels.add("O");
        }
      }
      examples.add(
          new Example<>(Sequence.ofSymbols(words.toArray(String[]::new)), List.copyOf(labels)));
    }
    return examples;
  }

  /**
   * Pulses of one of three heights, each of 1 to 4 steps, with 1 to 3 steps of rest around them.
   */
  static List<Example<List<String>>> pulses(int n, long seed) {
    RandomGenerator random = Values.random(seed);
    String[] names = {"low", "middle", "high"};
    var examples = new ArrayList<Example<List<String>>>();
    for (int i = 0; i < n; i++) {
      var steps = new ArrayList<float[]>();
      var labels = new ArrayList<String>();
      int pulses = random.nextInt(5);
      for (int p = 0; p <= pulses; p++) {
        int height = p == 0 ? -1 : random.nextInt(names.length);
        if (height >= 0) {
          labels.add(names[height]);
        }
        for (int length = 1 + random.nextInt(4); height >= 0 && length > 0; length--) {
          steps.add(new float[] {(float) (1 + height + 0.1 * random.nextGaussian())});
        }
        for (int length = 1 + random.nextInt(3); length > 0; length--) {
          steps.add(new float[] {(float) (0.1 * random.nextGaussian())});
        }
      }
      examples.add(new Example<>(Sequence.of(steps.toArray(float[][]::new)), List.copyOf(labels)));
    }
    return examples;
  }

  static <T> List<Sequence> sequences(List<Example<T>> examples) {
    return examples.stream().map(Example::sequence).toList();
  }

  /** Feeds a session all steps of a sequence. */
  static void feed(SequenceSession session, Sequence sequence, int from, int to) {
    for (int t = from; t < to; t++) {
      int n = sequence.features();
      int k = sequence.columns();
      float[] numbers = java.util.Arrays.copyOfRange(sequence.numbers(), t * n, (t + 1) * n);
      if (k == 0) {
        session.step(numbers);
      } else if (sequence.names() != null) {
        session.step(numbers, java.util.Arrays.copyOfRange(sequence.names(), t * k, (t + 1) * k));
      } else {
        session.step(numbers, java.util.Arrays.copyOfRange(sequence.ids(), t * k, (t + 1) * k));
      }
    }
  }
}
