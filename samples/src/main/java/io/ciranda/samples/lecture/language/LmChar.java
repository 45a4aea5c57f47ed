package io.ciranda.samples.lecture.language;

import io.ciranda.samples.lecture.Lesson;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda example lm-char}. */
@Command(
    name = "lm-char",
    description = {
      "A language model by character: an LSTM beside n-grams, what it expects as it reads,",
      "and what it writes at several temperatures."
    })
public final class LmChar extends NextSymbol {
  @Option(
      names = "--hidden",
      paramLabel = "H",
      defaultValue = "192",
      description = "Units of a layer (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0.1",
      description = "Of what every layer hands on (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "6",
      description = "Passes over the text (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--goal",
      paramLabel = "NATS",
      description = "What must be reached (default: what the n-grams reach).")
  private Double goal;

  /** Beside 4-grams, which see three characters back. */
  public LmChar() {
    super(Vocabulary.Level.CHAR, 4, 300, 60);
  }

  @Override
  public int seconds() {
    return 60;
  }

  @Override
  protected void run(Lesson lesson) throws IOException {
    learn(lesson, new Size(hidden, dropout, epochs, 1, 64), goal);
  }

  @Override
  String prepare(String text) {
    return text;
  }
}
