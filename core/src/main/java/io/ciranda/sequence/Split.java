package io.ciranda.sequence;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Examples to learn from and examples to validate on, all sequences alike in form.
 *
 * @param <T> their targets
 */
record Split<T>(List<Example<T>> train, List<Example<T>> valid) {

  /** The given examples. */
  static <T> Split<T> of(List<Example<T>> train, List<Example<T>> valid) {
    requireAlike("training", train.stream().map(Example::sequence).toList());
    for (int i = 0; i < valid.size(); i++) {
      requireForm("validation", i, valid.get(i).sequence(), train.getFirst().sequence());
    }
    return new Split<>(List.copyOf(train), List.copyOf(valid));
  }

  /**
   * Keeps a fraction for validation, of each group by itself, at random. One at least of each group
   * stays for training.
   *
   * @param group of an example
   */
  static <T> Split<T> atRandom(
      List<Example<T>> examples, SequenceOptions options, Function<T, String> group) {
    requireAlike("training", examples.stream().map(Example::sequence).toList());
    var wanted = new HashMap<String, Integer>(); // of each group
    examples.forEach(example -> wanted.merge(group.apply(example.target()), 1, Integer::sum));
    wanted.replaceAll((name, n) -> Math.min(n - 1, (int) Math.round(options.validation * n)));
    var shuffled = new ArrayList<>(examples);
    Collections.shuffle(shuffled, new Random(options.seed));
    var split = new Split<>(new ArrayList<Example<T>>(), new ArrayList<Example<T>>());
    for (Example<T> example : shuffled) {
      int left = wanted.merge(group.apply(example.target()), -1, Integer::sum);
      (left >= 0 ? split.valid : split.train).add(example);
    }
    return split;
  }

  List<Sequence> trainSequences() {
    return train.stream().map(Example::sequence).toList();
  }

  static void requireAlike(String what, List<Sequence> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException(
          "no %s examples: expected at least 1, actual 0".formatted(what));
    }
    for (int i = 1; i < sequences.size(); i++) {
      requireForm(what, i, sequences.get(i), sequences.getFirst());
    }
  }

  private static void requireForm(String what, int i, Sequence sequence, Sequence first) {
    if (!sequence.form().equals(first.form())) {
      throw new IllegalArgumentException(
          "%s example %d: expected %s in a step, as in the first training example, actual %s"
              .formatted(what, i, first.form(), sequence.form()));
    }
  }
}
