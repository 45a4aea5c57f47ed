package io.ciranda.samples.lecture.execute;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well outputs are told.
 *
 * @param characters the share of right characters, each after the right ones before it
 * @param outputs the share of outputs that are right to the end
 */
record Score(double characters, double outputs) {

  /** The number of scores and they, as a checkpoint keeps them: as many as there may be. */
  static long[] pack(List<Score> scores, int most) {
    long[] longs = new long[1 + 2 * most];
    longs[0] = scores.size();
    for (int i = 0; i < scores.size(); i++) {
      longs[1 + 2 * i] = Double.doubleToRawLongBits(scores.get(i).characters);
      longs[2 + 2 * i] = Double.doubleToRawLongBits(scores.get(i).outputs);
    }
    return longs;
  }

  /** The greatest values that {@link #pack} gives: bits of doubles rise as these do. */
  static long[] bounds(int most) {
    return pack(Collections.nCopies(most, new Score(1, 1)), most);
  }

  /** What {@link #pack} packed. */
  static List<Score> unpack(long[] longs) {
    return IntStream.range(0, (int) longs[0])
        .mapToObj(
            i ->
                new Score(
                    Double.longBitsToDouble(longs[1 + 2 * i]),
                    Double.longBitsToDouble(longs[2 + 2 * i])))
        .toList();
  }

  /** Of {@code told}, as long as the programs' outputs. */
  static Score of(List<Program> programs, List<String> told) {
    long characters =
        IntStream.range(0, told.size())
            .mapToLong(i -> equal(programs.get(i).output(), told.get(i)))
            .sum();
    long outputs =
        IntStream.range(0, told.size())
            .filter(i -> programs.get(i).output().equals(told.get(i)))
            .count();
    return new Score(
        characters / (double) ProgramModel.characters(programs), outputs / (double) told.size());
  }

  private static long equal(String a, String b) {
    return IntStream.range(0, a.length()).filter(i -> a.charAt(i) == b.charAt(i)).count();
  }

  /** The share of characters of whoever tells the most frequent one in each place. */
  static double ofMostFrequent(List<Program> programs) {
    int longest = programs.stream().mapToInt(p -> p.output().length()).max().orElse(0);
    long right =
        IntStream.range(0, longest).mapToLong(place -> mostFrequent(programs, place)).sum();
    return right / (double) ProgramModel.characters(programs);
  }

  private static long mostFrequent(List<Program> programs, int place) {
    int[] counts = new int[128];
    programs.stream()
        .map(Program::output)
        .filter(output -> place < output.length())
        .forEach(output -> counts[output.charAt(place)]++);
    return IntStream.of(counts).max().orElse(0);
  }
}
