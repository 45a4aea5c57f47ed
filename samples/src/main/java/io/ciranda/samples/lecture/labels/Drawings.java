package io.ciranda.samples.lecture.labels;

import io.ciranda.samples.lecture.Svg;
import io.ciranda.samples.text.LabelledSentence;
import io.ciranda.sequence.SequenceTagger;
import java.util.List;
import java.util.Locale;

/** What a tagger has learned, and what it does. */
final class Drawings {
  private static final int MARGIN = 20;
  private static final int SHOWN = 4; // sentences
  private static final int WIDEST = 1000;

  private Drawings() {}

  /** What the CRF adds where one label follows another. */
  static Svg transitions(SequenceTagger model) {
    List<String> labels = model.labels();
    int width = 90;
    int height = 36;
    var svg = new Svg(2 * MARGIN + (labels.size() + 1) * width, 90 + labels.size() * height);
    svg.text(svg.width() / 2.0, 20, 14, "What the CRF adds: row, then column (nats)");
    for (int i = 0; i < labels.size(); i++) {
      double y = 75 + i * height;
      svg.textFrom(MARGIN, y + height / 2.0, 13, labels.get(i));
      svg.text(MARGIN + (i + 1.5) * width, 60, 13, labels.get(i));
      for (int j = 0; j < labels.size(); j++) {
        double x = MARGIN + (j + 1) * width;
        float score = model.transition(labels.get(i), labels.get(j));
        svg.cell(x, y, width - 1, height - 1, score / 6); // the darkest is not yet too dark to read
        svg.text(x + width / 2.0, y + height / 2.0, 13, String.format(Locale.ROOT, "%.1f", score));
      }
    }
    return svg;
  }

  /** The first sentences that the second model labels rightly and the first does not. */
  static Svg sentences(
      List<LabelledSentence> sentences, List<List<String>> first, List<List<String>> second) {
    var svg = new Svg(WIDEST, 50 + SHOWN * 110);
    svg.text(WIDEST / 2.0, 20, 14, "Labels given by two taggers: blue for right, red for wrong");
    int shown = 0;
    for (int i = 0; i < sentences.size() && shown < SHOWN; i++) {
      LabelledSentence sentence = sentences.get(i);
      List<String> wanted = sentence.labels();
      if (width(sentence) < WIDEST
          && second.get(i).equals(wanted)
          && !first.get(i).equals(wanted)) {
        double y = 50 + 110 * shown++;
        row(svg, y, "", sentence, sentence.words());
        row(svg, y + 26, "BiLSTM", sentence, first.get(i));
        row(svg, y + 52, "CRF, letters", sentence, second.get(i));
      }
    }
    return svg;
  }

  /** Words, or labels that are coloured. */
  private static void row(
      Svg svg, double y, String name, LabelledSentence sentence, List<String> texts) {
    svg.textFrom(MARGIN, y + 11, 11, name);
    double x = 100;
    for (int t = 0; t < texts.size(); t++) {
      String text = texts.get(t);
      String wanted = sentence.labels().get(t);
      int width = width(sentence, t);
      if (!name.isEmpty()) {
        double shade = !text.equals(wanted) ? -0.4 : wanted.equals("O") ? 0 : 0.4;
        svg.cell(x, y, width - 2, 22, shade);
      }
      svg.text(x + width / 2.0, y + 11, 11, text);
      x += width;
    }
  }

  private static int width(LabelledSentence sentence) {
    int width = 100;
    for (int t = 0; t < sentence.words().size(); t++) {
      width += width(sentence, t);
    }
    return width;
  }

  private static int width(LabelledSentence sentence, int t) {
    return 14 + 6 * Math.max("B-Disease".length(), sentence.words().get(t).length());
  }
}
