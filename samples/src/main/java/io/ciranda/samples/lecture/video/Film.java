package io.ciranda.samples.lecture.video;

import io.ciranda.sequence.Example;
import io.ciranda.sequence.Sequence;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A figure that goes round twice, drawn on a noisy sheet.
 *
 * @param motion how it goes
 * @param frames {@code [T][SIZE][SIZE]}, the brightness of pixels, about 0 to 1
 */
record Film(Motion motion, List<float[][]> frames) {
  /** Pixels of a frame's side. */
  static final int SIZE = 24;

  private static final int PATCH = 4;
  private static final int PATCHES = SIZE / PATCH;
  private static final double NOISE = 0.15;
  private static final List<Shape> FIGURES =
      List.of(new Rectangle2D.Double(-1, -1, 2, 2), new Ellipse2D.Double(-1, -1, 2, 2), triangle());

  private static Shape triangle() {
    var triangle = new Path2D.Double();
    triangle.moveTo(-1, 1);
    triangle.lineTo(1, 1);
    triangle.lineTo(0, -1);
    triangle.closePath();
    return triangle;
  }

  /** Films of all motions in turn; figure, size, circle and beginning are by chance. */
  static List<Film> make(int count, Random random) {
    Motion[] motions = Motion.values();
    return IntStream.range(0, count)
        .mapToObj(i -> make(motions[i % motions.length], random))
        .toList();
  }

  private static Film make(Motion motion, Random random) {
    Shape figure = FIGURES.get(random.nextInt(FIGURES.size()));
    double size = random.nextDouble(2, 4);
    double turn = random.nextDouble(2 * Math.PI);
    double radius = random.nextDouble(5, 7);
    double x = random.nextDouble(11, 13);
    double y = random.nextDouble(11, 13);
    int first = random.nextInt(Motion.PLACES);
    var frames = new ArrayList<float[][]>();
    for (int t = 0; t < 2 * Motion.PLACES; t++) {
      double angle = motion.angle(first, t);
      var place =
          AffineTransform.getTranslateInstance(
              x + radius * Math.cos(angle), y + radius * Math.sin(angle));
      place.rotate(turn);
      place.scale(size, size);
      frames.add(draw(place.createTransformedShape(figure), random));
    }
    return new Film(motion, frames);
  }

  private static float[][] draw(Shape figure, Random random) {
    var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    pen.setColor(Color.WHITE);
    pen.fill(figure);
    pen.dispose();
    var pixels = new float[SIZE][SIZE];
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        int brightness = image.getRaster().getSample(column, row, 0);
        pixels[row][column] = (float) (brightness / 255.0 + NOISE * random.nextGaussian());
      }
    }
    return pixels;
  }

  /** The same frames in no order. */
  Film shuffled(Random random) {
    var order = new ArrayList<>(frames);
    Collections.shuffle(order, random);
    return new Film(motion, order);
  }

  /** What is learned from: the features of each frame, and the motion. */
  Example<String> example() {
    return new Example<>(
        Sequence.of(frames.stream().map(Film::features).toArray(float[][]::new)), motion.name());
  }

  /**
   * The mean brightness of each patch of 4 x 4 pixels, and how much brighter its right and its
   * lower half are.
   */
  static float[] features(float[][] frame) {
    var features = new float[3 * PATCHES * PATCHES];
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        int patch = 3 * (row / PATCH * PATCHES + column / PATCH);
        float part = frame[row][column] / (PATCH * PATCH);
        features[patch] += part;
        features[patch + 1] += column % PATCH < PATCH / 2 ? -part : part;
        features[patch + 2] += row % PATCH < PATCH / 2 ? -part : part;
      }
    }
    return features;
  }
}
