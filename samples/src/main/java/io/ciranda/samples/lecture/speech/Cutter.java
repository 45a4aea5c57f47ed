package io.ciranda.samples.lecture.speech;

import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.Sequence;
import io.ciranda.sequence.SequenceClassifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The baseline for strings: cuts them where it is quiet for 80 ms, and asks a classifier what each
 * piece is. Digits without a pause between them are one piece.
 */
record Cutter(SequenceClassifier classifier) {
  private static final int BLOCK = Recording.RATE / 100;
  private static final int PAUSE = 8; // blocks
  private static final double QUIET = 0.003; // of the power of the loudest block: -25 dB

  List<String> digits(DigitString string) {
    var pieces = new ArrayList<Sequence>();
    float[] samples = string.samples();
    double[] power = power(samples);
    double least = QUIET * Arrays.stream(power).max().orElse(0);
    int from = -1; // the first loud block of the piece, or -1
    int quiet = 0;
    for (int i = 0; i <= power.length + PAUSE; i++) {
      boolean loud = i < power.length && power[i] > least;
      quiet = loud ? 0 : quiet + 1;
      if (loud && from < 0) {
        from = i;
      } else if (from >= 0 && quiet == PAUSE) {
        int to = Math.min(samples.length, (i + 1 - PAUSE) * BLOCK);
        pieces.add(Sequence.of(Mfcc.of(Arrays.copyOfRange(samples, from * BLOCK, to))));
        from = -1;
      }
    }
    return classifier.predict(pieces).stream().map(LabelPrediction::label).toList();
  }

  private static double[] power(float[] samples) {
    double[] power = new double[samples.length / BLOCK];
    for (int i = 0; i < power.length * BLOCK; i++) {
      power[i / BLOCK] += samples[i] * samples[i];
    }
    return power;
  }
}
