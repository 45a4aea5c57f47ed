package io.ciranda.samples.lecture.language;

import io.ciranda.samples.lecture.Lesson;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example lm-word}. */
@Command(
    name = "lm-word",
    description = {
      "A language model by word: an LSTM beside n-grams, what it writes at several temperatures,",
      "and what a step costs by the size of the vocabulary: the full and the adaptive softmax."
    })
public final class LmWord extends NextSymbol {
  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "256",
      description = "Units of a layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.65",
      description = "Of what every layer hands on (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "8",
      description = "Passes over the text (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--min-count",
      paramLabel = "N",
      defaultValue = "3",
      description = "Words that occur less often are unknown (default: ${DEFAULT-VALUE}).")
  private int minCount;

  @Option(
      names = "--goal",
      paramLabel = "PERPLEXITY",
      description = "What must be reached (default: what the n-grams reach).")
  private Double goal;

  @Option(
      names = "--vocabulary",
      paramLabel = "V",
      defaultValue = "100000",
      description =
          "The largest of the made-up vocabularies whose cost is measured (default: ${DEFAULT-VALUE}).")
  private int vocabulary;

  /** Beside 3-grams, which see two words back. */
  public LmWord() {
    super(Vocabulary.Level.WORD, 3, 60, 14);
  }

  @Override
  public int seconds() {
    return 105;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    require(vocabulary >= 1000, "--vocabulary: expected at least 1000, actual " + vocabulary);
    learn(lesson, new Size(hidden, dropout, epochs, minCount, 32), goal);
    new LargeVocabulary(lesson).measure(vocabulary);
  }

  /** In small letters, a full stop or a comma being a word of its own. */
  @Override
  String prepare(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("(\\p{Punct})", " $1 ");
  }
}
