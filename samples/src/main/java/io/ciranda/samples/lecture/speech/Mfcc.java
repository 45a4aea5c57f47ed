package io.ciranda.samples.lecture.speech;

import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;

/**
 * Sound as frames of numbers: mel-frequency cepstral coefficients (Davis and Mermelstein 1980).
 *
 * <pre>
 * samples - windows of 32 ms - power spectrum - mel filters - logarithm - cosine transform
 * </pre>
 */
final class Mfcc {
  /** Mel filters, the rows of {@link #logMel}. */
  static final int FILTERS = 26;

  /** Samples from one frame to the next: 16 ms. */
  static final int HOP = 128;

  private static final int WINDOW = 256;
  private static final int CEPSTRA = 13;
  private static final int SLOPE = 2; // frames on either side
  private static final double PRE_EMPHASIS = 0.97;
  private static final double FLOOR = 1e-8; // of a filter's power: silence has no logarithm

  private static final double[][] TRIANGLES = triangles();
  private static final double[][] COSINES = cosines();

  private Mfcc() {}

  /** Each frame's 13 coefficients and their slopes over 5 frames, {@code [T][26]}. */
  static float[][] of(float[] samples) {
    double[][] cepstra = new double[frames(samples)][CEPSTRA];
    double[][] mel = logMel(samples);
    for (int t = 0; t < cepstra.length; t++) {
      for (int c = 0; c < CEPSTRA; c++) {
        for (int m = 0; m < FILTERS; m++) {
          cepstra[t][c] += COSINES[c][m] * mel[t][m];
        }
      }
    }
    float[][] frames = new float[cepstra.length][2 * CEPSTRA];
    for (int t = 0; t < cepstra.length; t++) {
      for (int c = 0; c < CEPSTRA; c++) {
        frames[t][c] = (float) cepstra[t][c];
        double slope = 0; // of the line of least squares
        for (int d = 1; d <= SLOPE; d++) {
          double after = cepstra[Math.min(t + d, cepstra.length - 1)][c];
          slope += d * (after - cepstra[Math.max(t - d, 0)][c]) / 10;
        }
        frames[t][CEPSTRA + c] = (float) slope;
      }
    }
    return frames;
  }

  /** T: the windows that begin in the samples, but for the last, of which half may be missing. */
  static int frames(float[] samples) {
    return Math.max(1, samples.length / HOP - 1);
  }

  /** The logarithm of the power that each mel filter lets pass, {@code [T][FILTERS]}. */
  static double[][] logMel(float[] samples) {
    double[][] mel = new double[frames(samples)][FILTERS];
    for (int t = 0; t < mel.length; t++) {
      double[][] spectrum = {window(samples, t * HOP), new double[WINDOW]}; // real, imaginary
      FastFourierTransformer.transformInPlace(
          spectrum, DftNormalization.STANDARD, TransformType.FORWARD);
      for (int m = 0; m < FILTERS; m++) {
        double power = FLOOR;
        for (int k = 0; k <= WINDOW / 2; k++) {
          double re = spectrum[0][k];
          double im = spectrum[1][k];
          power += TRIANGLES[m][k] * (re * re + im * im);
        }
        mel[t][m] = Math.log(power);
      }
    }
    return mel;
  }

  /** A Hamming window over the samples' differences, in which high frequencies are lifted. */
  private static double[] window(float[] samples, int from) {
    double[] window = new double[WINDOW];
    for (int i = 0; i < Math.min(WINDOW, samples.length - from); i++) {
      double before = from + i == 0 ? 0 : samples[from + i - 1];
      double hamming = 0.54 - 0.46 * Math.cos(2 * Math.PI * i / (WINDOW - 1));
      window[i] = hamming * (samples[from + i] - PRE_EMPHASIS * before);
    }
    return window;
  }

  /** The filters' weights of the spectrum's lines: triangles that are equally wide in mel. */
  private static double[][] triangles() {
    double[][] weights = new double[FILTERS][WINDOW / 2 + 1];
    double step = mel(Recording.RATE / 2.0) / (FILTERS + 1);
    for (int m = 0; m < FILTERS; m++) {
      for (int k = 0; k <= WINDOW / 2; k++) {
        double distance = mel((double) k * Recording.RATE / WINDOW) / step - (m + 1);
        weights[m][k] = Math.max(0, 1 - Math.abs(distance));
      }
    }
    return weights;
  }

  private static double[][] cosines() {
    double[][] cosines = new double[CEPSTRA][FILTERS];
    for (int c = 0; c < CEPSTRA; c++) {
      for (int m = 0; m < FILTERS; m++) {
        cosines[c][m] = Math.cos(Math.PI * c * (m + 0.5) / FILTERS);
      }
    }
    return cosines;
  }

  private static double mel(double hertz) {
    return 1127 * Math.log1p(hertz / 700);
  }
}
