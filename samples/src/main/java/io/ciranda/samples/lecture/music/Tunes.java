package io.ciranda.samples.lecture.music;

import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Pieces of music in three parts. A piece is its frames, a frame the keys that sound in it, from 0,
 * the lowest of a piano (MIDI 21), to 87.
 */
record Tunes(List<int[][]> train, List<int[][]> valid, List<int[][]> test) {
  static final int KEYS = 88;

  /**
   * Reads {@code {"train": [[[key, ...], ...], ...], "valid": ..., "test": ...}}.
   *
   * @throws UserException where the file is missing or holds something else; with the place
   */
  static Tunes read(Path file) throws IOException {
    Tunes tunes = Json.parse(file, TextFile.read(file), Tunes.class);
    check(file, "train", tunes.train);
    check(file, "valid", tunes.valid);
    check(file, "test", tunes.test);
    return tunes;
  }

  private static void check(Path file, String part, List<int[][]> pieces) {
    if (pieces == null || pieces.isEmpty()) {
      throw new UserException("%s: there are no pieces in \"%s\"".formatted(file, part));
    }
    for (int p = 0; p < pieces.size(); p++) {
      int[][] frames = pieces.get(p);
      String place = "%s, \"%s\", piece %d".formatted(file, part, p + 1);
      if (frames == null || frames.length < 2) {
        throw new UserException(place + ": expected at least 2 frames, the second to be expected");
      }
      for (int t = 0; t < frames.length; t++) {
        for (int key : frames[t]) {
          if (key < 0 || key >= KEYS) {
            throw new UserException(
                "%s, frame %d: expected keys from 0 to %d, actual %d"
                    .formatted(place, t + 1, KEYS - 1, key));
          }
        }
      }
    }
  }

  /** Songs in four voices, made up: 400 to learn from, 50 to choose by, 100 to test. */
  static Tunes madeUp(long seed) {
    var random = new SplittableRandom(seed);
    return new Tunes(songs(400, random), songs(50, random), songs(100, random));
  }

  private static List<int[][]> songs(int number, SplittableRandom random) {
    return IntStream.range(0, number).mapToObj(i -> song(random)).toList();
  }

  /** Two phrases as A A B A, in any key: who remembers the first knows the second and the last. */
  private static int[][] song(SplittableRandom random) {
    int tonic = 39 + random.nextInt(-5, 7); // around middle C
    List<int[]> a = phrase(tonic, random);
    List<int[]> b = phrase(tonic, random);
    var song = new ArrayList<>(a);
    song.addAll(a);
    song.addAll(b);
    song.addAll(a);
    return song.toArray(int[][]::new);
  }

  private static final int[] MAJOR = {0, 2, 4, 5, 7, 9, 11};
  private static final int[][] NEXT_CHORD = { // by degree: I, II, III, IV, V, VI, VII
    {3, 4, 5}, {4}, {5, 3}, {4, 0, 1}, {0, 0, 5}, {1, 3}, {0}
  };

  /**
   * Four chords from the tonic on, each for four frames, the melody on one of its notes for two.
   */
  private static List<int[]> phrase(int tonic, SplittableRandom random) {
    var frames = new ArrayList<int[]>();
    int chord = 0;
    for (int c = 0; c < 4; c++) {
      for (int half = 0; half < 2; half++) {
        int melody = note(tonic + 12, chord + 2 * random.nextInt(3));
        int[] frame = {
          note(tonic - 12, chord), note(tonic, chord + 2), note(tonic, chord + 4), melody
        };
        frames.add(frame);
        frames.add(frame);
      }
      chord = NEXT_CHORD[chord][random.nextInt(NEXT_CHORD[chord].length)];
    }
    return frames;
  }

  private static int note(int tonic, int degree) {
    return tonic + MAJOR[degree % MAJOR.length] + 12 * (degree / MAJOR.length);
  }

  /** The nats a frame of the test for who knows how often each key sounds, and nothing else. */
  double natsOfSingleKeys() {
    double[] sounding = new double[KEYS];
    int frames = 0;
    for (int[][] piece : train) {
      frames += piece.length;
      for (int[] frame : piece) {
        for (int key : frame) {
          sounding[key]++;
        }
      }
    }
    double nats = 0;
    int tested = 0;
    for (int[][] piece : test) {
      for (int t = 1; t < piece.length; t++, tested++) {
        boolean[] sounds = new boolean[KEYS];
        for (int key : piece[t]) {
          sounds[key] = true;
        }
        for (int key = 0; key < KEYS; key++) {
          double p = (sounding[key] + 0.5) / (frames + 1);
          nats -= Math.log(sounds[key] ? p : 1 - p);
        }
      }
    }
    return nats / tested;
  }

  /** A piece some keys higher, or lower, as far as the keyboard goes. */
  static int[][] transposed(int[][] piece, int by) {
    int lowest = KEYS;
    int highest = -1;
    for (int[] frame : piece) {
      for (int key : frame) {
        lowest = Math.min(lowest, key);
        highest = Math.max(highest, key);
      }
    }
    int shift = highest < 0 ? 0 : Math.clamp(by, -lowest, KEYS - 1 - highest);
    int[][] moved = new int[piece.length][];
    for (int t = 0; t < piece.length; t++) {
      moved[t] = IntStream.of(piece[t]).map(key -> key + shift).toArray();
    }
    return moved;
  }
}
