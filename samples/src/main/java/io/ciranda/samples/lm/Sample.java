package io.ciranda.samples.lm;

import io.ciranda.infer.Sampling;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelSampler;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.infer.SamplingOptions;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda lm sample}. */
@Command(name = "sample", description = "Lets a language model write.")
final class Sample extends CirandaCommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "The model that writes.")
  private Path model;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What the model goes on from (default: a line break).")
  private String prompt;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "500",
      description = "Characters, or words, to write (default: ${DEFAULT-VALUE}).")
  private int length;

  @Mixin private SamplingOptions choice = new SamplingOptions(0.8);

  /** What {@code --json} prints. */
  record Result(String model, String prompt, String text, long seed) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(length >= 0, "--length: expected 0 or more, actual " + length);
    Sampling sampling = checked(choice::sampling);
    try (LanguageModel loaded = LanguageModel.load(model, Engine.backend(console))) {
      String text = write(loaded, prompt, length, sampling, choice.seed());
      console.print((prompt == null ? "" : prompt) + text);
      return new Result(model.toString(), prompt, text, choice.seed());
    }
  }

  /**
   * What the model writes after a prompt.
   *
   * @param prompt null for a line break
   * @throws UserException where the model does not know the prompt's symbols
   */
  static String write(
      LanguageModel model, String prompt, int length, Sampling sampling, long seed) {
    Vocabulary vocabulary = model.vocabulary();
    int[] prompted = prompt == null ? new int[0] : encode(vocabulary, prompt);
    int[] ids = prompted.length == 0 ? beginning(vocabulary) : prompted;
    var written = IntStream.builder();
    try (var sampler = new LanguageModelSampler(model)) {
      sampler.write(ids, length, sampling, new SplittableRandom(seed), written::add);
    }
    String text = vocabulary.decode(written.build().toArray());
    boolean goesOnALine = prompted.length > 0 && !text.startsWith("\n");
    return vocabulary.level() == Vocabulary.Level.WORD && goesOnALine ? " " + text : text;
  }

  /** A line break where the vocabulary has one, else its most frequent symbol. */
  private static int[] beginning(Vocabulary vocabulary) {
    String lineBreak = vocabulary.level() == Vocabulary.Level.WORD ? Vocabulary.END : "\n";
    return new int[] {Math.max(0, vocabulary.id(lineBreak))};
  }

  private static int[] encode(Vocabulary vocabulary, String prompt) {
    Vocabulary.Encoded encoded = vocabulary.encodePrompt(prompt);
    if (encoded.unknownCount() > 0 && !encoded.replaced()) {
      throw new UserException(
          "--prompt: the model's vocabulary of %d has no '%s'"
              .formatted(vocabulary.size(), String.join("', '", encoded.unknown().keySet())));
    }
    return encoded.ids();
  }
}
