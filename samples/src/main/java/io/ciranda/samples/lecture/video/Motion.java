package io.ciranda.samples.lecture.video;

/**
 * How a figure goes round: from each of its eight places to another. Eight steps of any motion come
 * to every place once, so that frames in no order say nothing of it.
 */
enum Motion {
  CLOCKWISE(1),
  ANTICLOCKWISE(-1),
  CLOCKWISE_BY_LEAPS(3),
  ANTICLOCKWISE_BY_LEAPS(-3);

  /** Places on the circle. */
  static final int PLACES = 8;

  private final int step;

  Motion(int step) {
    this.step = step;
  }

  /** The angle at a time, in radians, clockwise from the right. */
  double angle(int first, int time) {
    return 2 * Math.PI * Math.floorMod(first + step * time, PLACES) / PLACES;
  }
}
