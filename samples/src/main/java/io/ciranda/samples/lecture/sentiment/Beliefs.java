package io.ciranda.samples.lecture.sentiment;

import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.LabelSession;
import io.ciranda.sequence.SequenceClassifier;
import java.util.List;

/** What a classifier believes while it reads, as a picture. */
final class Beliefs {
  private static final int SHOWN = 8; // reviews
  private static final int WORDS_SHOWN = 24; // the last of a review

  private Beliefs() {}

  /** What is believed after each of the last words of a review: praise (blue) or blame (red). */
  static Svg draw(SequenceClassifier model, List<Review> tested) {
    var svg = new Svg(20 + 60 * WORDS_SHOWN, 40 + 50 * Math.min(SHOWN, tested.size()));
    svg.textFrom(10, 14, 14, "Believed after each word: praise (blue), blame (red)");
    try (LabelSession session = model.newSession()) {
      for (int r = 0; r < Math.min(SHOWN, tested.size()); r++) {
        List<String> words = tested.get(r).words();
        int from = Math.max(0, words.size() - WORDS_SHOWN);
        session.reset();
        for (int t = 0; t < words.size(); t++) {
          session.step(words.get(t));
          double praise = session.prediction().probability(Review.PRAISE);
          if (t >= from) {
            int left = 10 + 60 * (t - from);
            svg.cell(left, 50 + 50 * r, 59, 14, 2 * praise - 1);
            svg.text(left + 30, 40 + 50 * r, 12, words.get(t));
          }
        }
      }
    }
    return svg;
  }
}
