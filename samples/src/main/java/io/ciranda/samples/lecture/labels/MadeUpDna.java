package io.ciranda.samples.lecture.labels;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Made-up DNA: 60 bases, the junction in the middle. The consensus is that of textbooks (R: A or G,
 * Y: C or T, N: any base); a base keeps to it with probability 0.9, gt and ag always do.
 *
 * <pre>
 * ei  an exon ends:     CAG | gtRAGT
 * ie  an intron ends:   TACTAAC .. YYYYYYYYNCag | G    the branch point TACTAAC 0 to 10 bases before
 * n   neither: chance, or as often what looks like one but has nothing of CAG and RAGT, or no
 *     branch point
 * </pre>
 */
final class MadeUpDna {
  private static final int LENGTH = 60;
  private static final int JUNCTION = 30;
  private static final String END = "YYYYYYYYNCagG";
  private static final String BRANCH = "TACTAAC";
  private static final int MOST_BETWEEN = 10; // bases between the branch point and what follows
  private static final double KEEPS = 0.9;

  private final SplittableRandom random;
  private final char[] bases = new char[LENGTH];

  private MadeUpDna(SplittableRandom random) {
    this.random = random;
    for (int t = 0; t < LENGTH; t++) {
      bases[t] = pick("ACGT");
    }
  }

  static List<Stretch> make(int number, SplittableRandom random) {
    return IntStream.range(0, number).mapToObj(_ -> new MadeUpDna(random).stretch()).toList();
  }

  private Stretch stretch() {
    String label = List.of("ei", "ie", "n", "n").get(random.nextInt(4));
    boolean decoy = label.equals("n") && random.nextBoolean();
    if (label.equals("ei")) {
      write(JUNCTION - 3, "CAGgtRAGT");
    } else if (label.equals("ie") || (decoy && random.nextBoolean())) {
      int end = JUNCTION + 1 - END.length();
      write(end, END);
      if (!decoy) {
        write(end - BRANCH.length() - random.nextInt(MOST_BETWEEN + 1), BRANCH);
      }
    } else if (decoy) {
      write(JUNCTION, "gt");
    }
    return new Stretch(new String(bases), label);
  }

  private void write(int from, String consensus) {
    for (int i = 0; i < consensus.length(); i++) {
      char base = consensus.charAt(i);
      if (Character.isLowerCase(base) || random.nextDouble() < KEEPS) {
        bases[from + i] =
            switch (base) {
              case 'R' -> pick("AG");
              case 'Y' -> pick("CT");
              case 'N' -> pick("ACGT");
              default -> Character.toUpperCase(base);
            };
      }
    }
  }

  private char pick(String some) {
    return some.charAt(random.nextInt(some.length()));
  }
}
