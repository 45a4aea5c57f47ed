package io.ciranda.samples.lecture.labels;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The plainest model of a motif: how often each base stands at each place, by label, as if places
 * had nothing to do with each other. {@code score(label) = log p(label) + sum over places of log
 * p(base at place | label)}, each count one higher than it is.
 */
final class PositionWeights {
  private final Map<String, Integer> labels = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>(); // of label, place, base
  private final long alphabet;

  PositionWeights(List<Stretch> train) {
    for (Stretch stretch : train) {
      labels.merge(stretch.label(), 1, Integer::sum);
      for (int t = 0; t < stretch.bases().length(); t++) {
        counts.merge(key(stretch.label(), stretch, t), 1, Integer::sum);
      }
    }
    alphabet = train.stream().flatMapToInt(stretch -> stretch.bases().chars()).distinct().count();
  }

  private static String key(String label, Stretch stretch, int place) {
    return label + place + stretch.bases().charAt(place);
  }

  /** The likeliest label. */
  String label(Stretch stretch) {
    String best = null;
    double most = Double.NEGATIVE_INFINITY;
    for (String label : labels.keySet()) {
      double score = Math.log(labels.get(label));
      for (int t = 0; t < stretch.bases().length(); t++) {
        int count = counts.getOrDefault(key(label, stretch, t), 0);
        score += Math.log((count + 1.0) / (labels.get(label) + alphabet));
      }
      best = score > most ? label : best;
      most = Math.max(score, most);
    }
    return best;
  }

  /** The label of most examples, whatever the bases. */
  String usualLabel() {
    return java.util.Collections.max(labels.entrySet(), Map.Entry.comparingByValue()).getKey();
  }
}
