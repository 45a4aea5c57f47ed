package io.ciranda.samples.lecture.execute;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Programs to learn from without end, and others of the target difficulty to test with: none of
 * these is ever among those to learn from.
 */
final class Programs {
  private final Task task;
  private final Difficulty target;
  private final boolean reversed;
  private final List<Program> test;
  private final Set<Program> tested;

  /**
   * Draws the test.
   *
   * @param reversed whether outputs are told from their last digit on
   */
  Programs(Task task, Difficulty target, boolean reversed, int tests, SplittableRandom random) {
    this.task = task;
    this.target = target;
    this.reversed = reversed;
    test = Stream.generate(() -> write(target, random)).distinct().limit(tests).toList();
    tested = new HashSet<>(test);
  }

  private Program write(Difficulty difficulty, SplittableRandom random) {
    Program program = task.write(difficulty, random);
    return reversed ? program.reversed() : program;
  }

  /** The held-out programs. */
  List<Program> test() {
    return test;
  }

  /**
   * Programs to learn from, long ones first: the engine then leaves out what short ones lack.
   *
   * @param done the share of the training that is done, in [0, 1)
   */
  List<Program> batch(int size, Curriculum curriculum, double done, SplittableRandom random) {
    return Stream.generate(() -> write(curriculum.draw(target, done, random), random))
        .filter(program -> !tested.contains(program))
        .limit(size)
        .sorted(Comparator.comparingInt(program -> -program.length()))
        .toList();
  }
}
