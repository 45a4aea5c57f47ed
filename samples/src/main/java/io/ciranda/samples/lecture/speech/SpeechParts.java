package io.ciranda.samples.lecture.speech;

import io.ciranda.samples.cli.UserException;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Recordings by their takes: 0 to 4 for the test, the official split, 5 to 9 for validation. */
record SpeechParts(List<Recording> train, List<Recording> valid, List<Recording> test) {
  private static final int FIRST_VALID = 5;
  private static final int FIRST_TRAIN = 10;
  private static final int DIGITS = 10;

  static SpeechParts of(List<Recording> all) {
    return new SpeechParts(
        takes(all, FIRST_TRAIN, Integer.MAX_VALUE),
        takes(all, FIRST_VALID, FIRST_TRAIN),
        takes(all, 0, FIRST_VALID));
  }

  private static List<Recording> takes(List<Recording> all, int from, int to) {
    List<Recording> takes = all.stream().filter(r -> r.take() >= from && r.take() < to).toList();
    var digits =
        takes.stream().map(Recording::digit).collect(Collectors.toCollection(TreeSet::new));
    if (digits.size() < DIGITS) {
      throw new UserException(
          "recordings: expected all ten digits in the takes from %d%s, actual %s"
              .formatted(from, to == Integer.MAX_VALUE ? " on" : " to " + (to - 1), digits));
    }
    return takes;
  }
}
