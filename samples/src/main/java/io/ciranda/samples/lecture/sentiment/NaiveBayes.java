package io.ciranda.samples.lecture.sentiment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The baseline: each word speaks for a label by how often it occurs in reviews of it, wherever it
 * stands (multinomial naive Bayes, one more of each word counted than there were).
 */
final class NaiveBayes {
  private final Map<String, int[]> counts = new HashMap<>(); // in praise, in blame
  private final int[] words = new int[2];
  private final int[] reviews = new int[2];

  NaiveBayes(List<Review> known) {
    for (Review review : known) {
      int side = side(review);
      reviews[side]++;
      words[side] += review.words().size();
      for (String word : review.words()) {
        counts.computeIfAbsent(word, w -> new int[2])[side]++;
      }
    }
  }

  private static int side(Review review) {
    return review.label().equals(Review.PRAISE) ? 0 : 1;
  }

  double accuracy(List<Review> tested) {
    return tested.stream().filter(r -> (praise(r) > 0 ? 0 : 1) == side(r)).count()
        / (double) tested.size();
  }

  /** The logarithm of how much likelier praise is than blame. */
  private double praise(Review review) {
    double sum = Math.log((reviews[0] + 1.0) / (reviews[1] + 1.0));
    for (String word : review.words()) {
      int[] count = counts.getOrDefault(word, new int[2]);
      sum +=
          Math.log((count[0] + 1.0) / (words[0] + counts.size()))
              - Math.log((count[1] + 1.0) / (words[1] + counts.size()));
    }
    return sum;
  }
}
