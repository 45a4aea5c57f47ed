package io.ciranda.samples.lecture.speech;

import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.SequenceTranscriber;
import io.ciranda.sequence.Transcription;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The picture of one string: CTC is sure of a digit for a moment, and says nothing else. */
final class Spikes {
  private static final int STEP = 6; // pixels of a frame
  private static final int ROW = 5; // pixels of a mel filter
  private static final int SPIKE = 80; // pixels of the probability 1
  private static final int LEFT = 10;

  private Spikes() {}

  /** What the network says above what it hears, and under it where the digits are. */
  static Svg picture(DigitString string, SequenceTranscriber transcriber) {
    Transcription heard = transcriber.predict(string.example().sequence());
    double[][] mel = Mfcc.logMel(string.samples());
    int base = 50 + SPIKE;
    int under = base + ROW * Mfcc.FILTERS;
    var svg = new Svg(2 * LEFT + STEP * mel.length, under + 30);
    svg.text(
        svg.width() / 2.0,
        16,
        15,
        "Said: %s. Heard: %s".formatted(String.join(" ", string.digits()), heard));
    spikes(svg, heard, transcriber.labels(), base - 4);
    double[] all = Arrays.stream(mel).flatMapToDouble(Arrays::stream).sorted().toArray();
    double quiet = all[all.length / 2];
    double loud = all[all.length - 1];
    for (int t = 0; t < mel.length; t++) {
      for (int m = 0; m < Mfcc.FILTERS; m++) {
        if (mel[t][m] > quiet) {
          double shade = (mel[t][m] - quiet) / (loud - quiet);
          svg.cell(LEFT + t * STEP, under - (m + 1) * ROW, STEP, ROW, shade);
        }
      }
    }
    for (int i = 0; i < string.starts().length; i++) {
      double pixels = (double) STEP / Mfcc.HOP;
      double from = LEFT + string.starts()[i] * pixels;
      double width = string.spoken().get(i).samples().length * pixels;
      svg.cell(from, under + 4, width, 2, -1);
      svg.text(from + width / 2, under + 16, 13, string.digits().get(i));
    }
    return svg;
  }

  /** The probability of the likeliest digit, frame by frame; the blank has the rest. */
  private static void spikes(Svg svg, Transcription heard, List<String> digits, int base) {
    String before = SequenceTranscriber.BLANK;
    for (int t = 0; t < heard.steps().size(); t++) {
      LabelPrediction step = heard.steps().get(t);
      String digit =
          digits.stream().max(Comparator.comparingDouble(step::probability)).orElseThrow();
      double height = SPIKE * step.probability(digit);
      double x = LEFT + t * STEP;
      svg.cell(x, base - height, STEP - 1, height, 1);
      if (step.label().equals(digit) && !before.equals(digit)) {
        svg.text(x + STEP / 2.0, base - SPIKE - 10, 14, digit);
      }
      before = step.label();
    }
  }
}
