package io.ciranda.samples.lecture.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Frames against their formulas, written down another way. */
class MfccTest {
  private static double mel(double hertz) {
    return 2595 * Math.log10(1 + hertz / 700);
  }

  private static float[] noise(int samples) {
    var random = new SplittableRandom(1);
    float[] noise = new float[samples];
    for (int i = 0; i < samples; i++) {
      noise[i] = (float) random.nextDouble(-1, 1);
    }
    return noise;
  }

  /** Frame t of the logarithms, each line of the spectrum a sum over the window. */
  private static double[] logMel(float[] samples, int t) {
    double[] powers = new double[26];
    Arrays.fill(powers, 1e-8);
    for (int k = 0; k <= 128; k++) {
      double re = 0;
      double im = 0;
      for (int i = 0; i < 256; i++) {
        int at = 128 * t + i;
        double now = at < samples.length ? samples[at] : 0;
        double before = at > 0 && at < samples.length ? samples[at - 1] : 0;
        double x = (0.54 - 0.46 * Math.cos(2 * Math.PI * i / 255)) * (now - 0.97 * before);
        re += x * Math.cos(2 * Math.PI * k * i / 256);
        im += x * Math.sin(2 * Math.PI * k * i / 256);
      }
      for (int m = 0; m < 26; m++) {
        double left = mel(4000) * m / 27;
        double centre = mel(4000) * (m + 1) / 27;
        double right = mel(4000) * (m + 2) / 27;
        double here = mel(31.25 * k);
        double weight =
            here <= centre
                ? Math.max(0, (here - left) / (centre - left))
                : Math.max(0, (right - here) / (right - centre));
        powers[m] += weight * (re * re + im * im);
      }
    }
    return Arrays.stream(powers).map(Math::log).toArray();
  }

  @Test
  void framesAreTheirFormulas() {
    float[] samples = noise(1000);
    double[][] mel = Mfcc.logMel(samples);
    float[][] frames = Mfcc.of(samples);
    assertEquals(6, mel.length);
    assertEquals(6, frames.length);
    double[][] cepstra = new double[6][13];
    for (int t = 0; t < 6; t++) {
      double[] expected = logMel(samples, t);
      for (int m = 0; m < 26; m++) {
        assertEquals(expected[m], mel[t][m], 1e-6);
        for (int c = 0; c < 13; c++) {
          cepstra[t][c] += expected[m] * Math.cos(Math.PI / 26 * c * (m + 0.5));
        }
      }
      for (int c = 0; c < 13; c++) {
        assertEquals(cepstra[t][c], frames[t][c], 1e-3);
      }
    }
    for (int c = 0; c < 13; c++) {
      double slope = (-2 * cepstra[1][c] - cepstra[2][c] + cepstra[4][c] + 2 * cepstra[5][c]) / 10;
      assertEquals(slope, frames[3][13 + c], 1e-3);
    }
  }

  @Test
  void aToneIsLoudestInTheFilterOfItsPitch() {
    for (int m = 5; m < 25; m++) {
      double hertz = 700 * (Math.pow(10, mel(4000) * (m + 1) / 27 / 2595) - 1);
      float[] tone = new float[400];
      for (int i = 0; i < tone.length; i++) {
        tone[i] = (float) Math.sin(2 * Math.PI * hertz * i / 8000);
      }
      double[] frame = Mfcc.logMel(tone)[0];
      int loudest =
          IntStream.range(0, 26).reduce((a, b) -> frame[b] > frame[a] ? b : a).orElseThrow();
      assertEquals(m, loudest, "%.0f Hz".formatted(hertz));
    }
  }

  @Test
  void theShortestRecordingHasAFrame() {
    assertEquals(1, Mfcc.of(new float[1]).length);
    assertEquals(1, Mfcc.of(noise(383)).length);
    assertEquals(2, Mfcc.of(noise(384)).length);
  }
}
