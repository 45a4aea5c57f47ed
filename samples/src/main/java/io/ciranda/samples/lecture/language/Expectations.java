package io.ciranda.samples.lecture.language;

import io.ciranda.samples.lecture.Svg;
import io.ciranda.sequence.LabelPrediction;
import io.ciranda.sequence.SequenceLanguageModel;
import io.ciranda.sequence.TextSession;
import io.ciranda.text.Vocabulary;
import java.util.List;

/** Draws what a language model expects next while it reads. */
final class Expectations {
  private static final int CANDIDATES = 5;
  private static final int ROW = 22;

  private final SequenceLanguageModel model;
  private final int width; // of a symbol

  Expectations(SequenceLanguageModel model) {
    this.model = model;
    width = model.vocabulary().level() == Vocabulary.Level.WORD ? 84 : 20;
  }

  /**
   * The first symbols of a text, each above what was expected in its place, the likeliest first and
   * the likelier the darker; what came is written in brackets where it was among them.
   */
  Svg svg(String text, int shown) {
    Vocabulary vocabulary = model.vocabulary();
    int[] ids = vocabulary.encode(text).ids();
    int n = Math.min(shown, ids.length - 1);
    var svg = new Svg(20 + n * width, 70 + CANDIDATES * ROW);
    svg.textFrom(
        10, 16, 14, "What comes (above), and what was expected there, the darker the likelier");
    try (TextSession session = model.newSession()) {
      for (int i = 0; i < n; i++) {
        session.step(vocabulary.symbol(ids[i]));
        double left = 10 + i * width;
        String next = vocabulary.symbol(ids[i + 1]);
        svg.text(left + width / 2.0, 44, 13, visible(next));
        draw(svg, left, session.prediction(), next);
      }
    }
    return svg;
  }

  private void draw(Svg svg, double left, LabelPrediction prediction, String next) {
    List<String> candidates = prediction.top(CANDIDATES);
    for (int k = 0; k < candidates.size(); k++) {
      String candidate = candidates.get(k);
      double y = 60 + k * ROW;
      // Darker than three quarters a cell hides its text.
      svg.cell(left, y, width - 2, ROW - 2, 0.75 * prediction.probability(candidate));
      String marked = candidate.equals(next) ? "[%s]" : "%s";
      svg.text(left + width / 2.0 - 1, y + ROW / 2.0 - 1, 12, marked.formatted(visible(candidate)));
    }
  }

  private static String visible(String symbol) {
    return switch (symbol) {
      case " " -> "␣";
      case "\n", Vocabulary.END -> "¶";
      default -> symbol;
    };
  }
}
