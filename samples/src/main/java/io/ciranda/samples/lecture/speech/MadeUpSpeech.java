package io.ciranda.samples.lecture.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * English digits by formant synthesis: pulses of a voice and noise through three resonators side by
 * side, whose frequencies move from sound to sound (Klatt 1980, much simplified). Speakers differ
 * in pitch, length of the vocal tract and pace; takes in all of these a little, in loudness and in
 * noise.
 */
final class MadeUpSpeech {
  private static final int SPEAKERS = 8;
  private static final double[] WIDTHS = {70, 110, 170}; // of the resonators, in Hz
  private static final double[] LOUDNESS = {1, 0.6, 0.4};

  /**
   * A sound of speech.
   *
   * @param formants the resonators, in Hz, of a man's voice
   * @param voice how loud the pulses are
   * @param noise how loud noise through the resonators is
   * @param seconds how long it lasts, about
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sound(double[] formants, double voice, double noise, double seconds) {}

  private static Sound sound(double f1, double f2, double f3, double voice, double noise, int ms) {
    return new Sound(new double[] {f1, f2, f3}, voice, noise, ms / 1000.0);
  }

  /** Vowels after Peterson and Barney (1952); digraphs as in ARPAbet. */
  private static final Map<String, Sound> SOUNDS =
      Map.ofEntries(
          Map.entry("AA", sound(730, 1090, 2440, 1, 0, 110)),
          Map.entry("AH", sound(640, 1190, 2390, 1, 0, 90)),
          Map.entry("AO", sound(570, 840, 2410, 1, 0, 110)),
          Map.entry("EH", sound(530, 1840, 2480, 1, 0, 80)),
          Map.entry("EY", sound(480, 2000, 2550, 1, 0, 90)),
          Map.entry("IH", sound(390, 1990, 2550, 1, 0, 80)),
          Map.entry("IY", sound(270, 2290, 3010, 1, 0, 110)),
          Map.entry("OW", sound(500, 850, 2400, 1, 0, 90)),
          Map.entry("UW", sound(300, 870, 2240, 0.9, 0, 110)),
          Map.entry("R", sound(310, 1060, 1380, 0.7, 0, 70)),
          Map.entry("W", sound(300, 610, 2200, 0.7, 0, 60)),
          Map.entry("N", sound(280, 1700, 2600, 0.35, 0, 80)),
          Map.entry("V", sound(220, 1100, 2080, 0.3, 0.03, 70)),
          Map.entry("Z", sound(240, 1390, 3500, 0.25, 0.06, 80)),
          Map.entry("F", sound(1400, 2300, 3300, 0, 0.03, 90)),
          Map.entry("TH", sound(1400, 1800, 2600, 0, 0.02, 80)),
          Map.entry("S", sound(2200, 3000, 3600, 0, 0.1, 110)),
          Map.entry("gap", sound(400, 1700, 2600, 0, 0, 50)),
          Map.entry("K", sound(400, 1700, 2400, 0, 0.15, 25)),
          Map.entry("T", sound(400, 2600, 3400, 0, 0.15, 25)));

  private static final List<List<String>> DIGITS =
      List.of(
          List.of("Z", "IH", "R", "OW", "UW"),
          List.of("W", "AH", "N"),
          List.of("gap", "T", "UW"),
          List.of("TH", "R", "IY"),
          List.of("F", "AO", "R"),
          List.of("F", "AA", "IH", "V"),
          List.of("S", "IH", "gap", "K", "S"),
          List.of("S", "EH", "V", "AH", "N"),
          List.of("EY", "IY", "gap", "T"),
          List.of("N", "AA", "IH", "N"));

  private final SplittableRandom random;

  MadeUpSpeech(long seed) {
    random = new SplittableRandom(seed);
  }

  /** So many takes of each digit by each of the speakers. */
  List<Recording> recordings(int takes) {
    var recordings = new ArrayList<Recording>();
    for (int speaker = 0; speaker < SPEAKERS; speaker++) {
      double pitch = 90 * Math.pow(2.4, random.nextDouble()); // Hz
      double tract = 0.9 + 0.25 * random.nextDouble(); // times a man's formants
      double pace = 0.85 + 0.35 * random.nextDouble();
      for (int digit = 0; digit < DIGITS.size(); digit++) {
        for (int take = 0; take < takes; take++) {
          float[] samples =
              say(DIGITS.get(digit), about(pitch, 0.08), about(tract, 0.03), about(pace, 0.1));
          String name = String.valueOf((char) ('a' + speaker));
          recordings.add(new Recording(Integer.toString(digit), name, take, samples));
        }
      }
    }
    return recordings;
  }

  private double about(double value, double deviation) {
    return value * Math.exp(deviation * random.nextGaussian());
  }

  private float[] say(List<String> names, double pitch, double tract, double pace) {
    List<Sound> sounds =
        names.stream()
            .map(SOUNDS::get)
            .map(
                s ->
                    sound(
                        about(s.formants[0], 0.06) * tract,
                        about(s.formants[1], 0.06) * tract,
                        about(s.formants[2], 0.06) * tract,
                        s.voice,
                        s.noise,
                        (int) (1000 * about(s.seconds, 0.15) * pace)))
            .toList();
    double[] resonated = new double[samples(sounds)];
    double[][] memory = new double[WIDTHS.length][2];
    double phase = 0;
    int at = 0;
    for (int i = 0; i < sounds.size(); i++) {
      Sound now = sounds.get(i);
      Sound next = sounds.get(Math.min(i + 1, sounds.size() - 1));
      int length = (int) (now.seconds * Recording.RATE);
      for (int n = 0; n < length; n++, at++) {
        // The first half of a sound stands, in the second it turns into the next.
        double turned = Math.max(0, 2.0 * n / length - 1);
        double fall = 1.1 - 0.3 * at / resonated.length; // of the pitch, to the end
        phase += pitch * fall / Recording.RATE;
        double pulse = phase >= 1 ? 1 : 0;
        phase -= pulse;
        double x =
            mixed(now.voice, next.voice, turned) * (pulse - 0.01)
                + mixed(now.noise, next.noise, turned) * random.nextGaussian();
        for (int f = 0; f < WIDTHS.length; f++) {
          double hertz = mixed(now.formants[f], next.formants[f], turned);
          resonated[at] += LOUDNESS[f] * resonator(x, Math.min(hertz, 3800), WIDTHS[f], memory[f]);
        }
      }
    }
    return recorded(resonated);
  }

  private static int samples(List<Sound> sounds) {
    return sounds.stream().mapToInt(s -> (int) (s.seconds * Recording.RATE)).sum();
  }

  private static double mixed(double now, double next, double turned) {
    return now + turned * (next - now);
  }

  /**
   * A pole pair: {@code y(n) = a x(n) + b y(n-1) + c y(n-2)}, with a gain of about 1 at its peak.
   */
  private static double resonator(double x, double hertz, double width, double[] memory) {
    double radius = Math.exp(-Math.PI * width / Recording.RATE);
    double angle = 2 * Math.PI * hertz / Recording.RATE;
    double a = (1 - radius * radius) * Math.sin(angle);
    double y = a * x + 2 * radius * Math.cos(angle) * memory[0] - radius * radius * memory[1];
    memory[1] = memory[0];
    memory[0] = y;
    return y;
  }

  /** Louder or softer, in noise of a hundredth to a tenth of the loudest sample. */
  private float[] recorded(double[] samples) {
    double loudest = 0;
    for (double sample : samples) {
      loudest = Math.max(loudest, Math.abs(sample));
    }
    double gain = about(0.3, 0.3) / loudest;
    double noise = 0.3 * 0.01 * Math.pow(10, random.nextDouble());
    float[] recorded = new float[samples.length];
    for (int i = 0; i < samples.length; i++) {
      recorded[i] = (float) (gain * samples[i] + noise * random.nextGaussian());
    }
    return recorded;
  }
}
