package io.ciranda.samples.lecture.execute;

import java.util.Locale;
import java.util.SplittableRandom;

/** How hard the programs to learn from are, on the way (section 4 of the paper). */
enum Curriculum {
  /** As hard as the target, always. */
  BASELINE {
    @Override
    Difficulty draw(Difficulty target, double done, SplittableRandom random) {
      return target;
    }
  },

  /**
   * Step by step: more digits, then one operation more and few digits again. The target is reached
   * after half of the training.
   */
  NAIVE {
    @Override
    Difficulty draw(Difficulty target, double done, SplittableRandom random) {
      int stages = target.digits() * target.nesting();
      int stage = (int) Math.min(stages - 1, 2 * done * stages);
      return new Difficulty(1 + stage % target.digits(), 1 + stage / target.digits());
    }
  },

  /** Anything up to the target. */
  MIXED {
    @Override
    Difficulty draw(Difficulty target, double done, SplittableRandom random) {
      return new Difficulty(
          1 + random.nextInt(target.digits()), 1 + random.nextInt(target.nesting()));
    }
  },

  /** Half naive, half mixed. */
  COMBINED {
    @Override
    Difficulty draw(Difficulty target, double done, SplittableRandom random) {
      return (random.nextBoolean() ? NAIVE : MIXED).draw(target, done, random);
    }
  };

  /**
   * The difficulty of the next program.
   *
   * @param done the share of the training that is done, in [0, 1)
   */
  abstract Difficulty draw(Difficulty target, double done, SplittableRandom random);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
