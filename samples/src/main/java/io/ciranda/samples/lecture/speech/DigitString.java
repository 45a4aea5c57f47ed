package io.ciranda.samples.lecture.speech;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Digits that one speaker said, one after the other.
 *
 * @param spoken 3 to 7 recordings
 * @param starts of each, in samples
 * @param samples with pauses between and around the recordings, which may be of no length
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DigitString(List<Recording> spoken, int[] starts, float[] samples) {
  private static final int FEWEST = 3;
  private static final int MOST = 7;
  private static final int LONGEST_PAUSE = 3 * Recording.RATE / 10;
  private static final double HISS = 1e-3; // in the pauses; about that of the recordings

  /** So many strings; speakers, digits, recordings and pauses are chosen at random. */
  static List<DigitString> of(List<Recording> recordings, int count, SplittableRandom random) {
    List<List<Recording>> speakers =
        List.copyOf(
            recordings.stream()
                .collect(
                    Collectors.groupingBy(Recording::speaker, TreeMap::new, Collectors.toList()))
                .values());
    return Stream.generate(() -> speakers.get(random.nextInt(speakers.size())))
        .limit(count)
        .map(own -> of(own, random))
        .toList();
  }

  private static DigitString of(List<Recording> ofOneSpeaker, SplittableRandom random) {
    int count = random.nextInt(FEWEST, MOST + 1);
    var spoken = new ArrayList<Recording>();
    int[] starts = new int[count];
    int length = random.nextInt(LONGEST_PAUSE);
    for (int i = 0; i < count; i++) {
      spoken.add(ofOneSpeaker.get(random.nextInt(ofOneSpeaker.size())));
      starts[i] = length;
      length += spoken.get(i).samples().length + random.nextInt(LONGEST_PAUSE);
    }
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (float) (HISS * random.nextGaussian());
    }
    for (int i = 0; i < count; i++) {
      float[] own = spoken.get(i).samples();
      System.arraycopy(own, 0, samples, starts[i], own.length);
    }
    return new DigitString(List.copyOf(spoken), starts, samples);
  }

  List<String> digits() {
    return spoken.stream().map(Recording::digit).toList();
  }

  /** What a transcriber learns from: the frames, and the digits in order. */
  Example<List<String>> example() {
    return new Example<>(Sequence.of(Mfcc.of(samples)), digits());
  }
}
