package io.ciranda.samples.lecture.music;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.sound.midi.InvalidMidiDataException;
import javax.sound.midi.MidiEvent;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.Sequence;
import javax.sound.midi.ShortMessage;
import javax.sound.midi.Track;

/** Writes frames of keys so that any player plays them. */
final class MidiFile {
  private static final int LOWEST = 21; // of a piano's keys
  private static final int FRAMES_A_BEAT = 2; // half a second, as no tempo is told
  private static final int LOUDNESS = 80; // of 127

  private MidiFile() {}

  /** A key that sounds in frames that follow each other is one long note. */
  static void write(Path file, List<int[]> frames) throws IOException {
    try {
      var sequence = new Sequence(Sequence.PPQ, FRAMES_A_BEAT);
      Track track = sequence.createTrack();
      for (int t = 0; t < frames.size(); t++) {
        for (int key : frames.get(t)) {
          if (!sounds(frames, t - 1, key)) {
            track.add(event(ShortMessage.NOTE_ON, key, t));
          }
          if (!sounds(frames, t + 1, key)) {
            track.add(event(ShortMessage.NOTE_OFF, key, t + 1));
          }
        }
      }
      MidiSystem.write(sequence, 0, file.toFile());
    } catch (InvalidMidiDataException e) {
      throw new IllegalStateException("keys are checked where they are read", e);
    }
  }

  private static MidiEvent event(int command, int key, int frame) throws InvalidMidiDataException {
    return new MidiEvent(new ShortMessage(command, LOWEST + key, LOUDNESS), frame);
  }

  private static boolean sounds(List<int[]> frames, int t, int key) {
    return t >= 0 && t < frames.size() && IntStream.of(frames.get(t)).anyMatch(k -> k == key);
  }
}
