package io.ciranda.samples.lecture.speech;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;

/**
 * A digit that somebody said.
 *
 * @param digit {@code "0"} to {@code "9"}
 * @param take tells the recordings of one digit by one speaker apart, from 0
 * @param samples in [-1, 1], 8000 a second
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Recording(String digit, String speaker, int take, float[] samples) {
  /** Samples a second. */
  static final int RATE = 8000;

  /** What a classifier learns from. */
  Example<String> example() {
    return new Example<>(Sequence.of(Mfcc.of(samples)), digit);
  }
}
