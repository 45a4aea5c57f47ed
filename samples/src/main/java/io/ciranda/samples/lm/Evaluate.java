package io.ciranda.samples.lm;

import io.ciranda.kernel.Precision;
import io.ciranda.model.DynamicEvaluation;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.text.Split;
import io.ciranda.samples.text.TextFile;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.DivergedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda lm eval}. */
@Command(
    name = "eval",
    description = "Measures a language model on a whole text, the state carried throughout.")
final class Evaluate extends CirandaCommand {
  private enum Part {
    ALL,
    TRAIN,
    VALID,
    TEST;

    Split.Range of(Split.Piece piece) {
      return switch (this) {
        case ALL -> new Split.Range(piece.train().from(), piece.test().to());
        case TRAIN -> piece.train();
        case VALID -> piece.valid();
        case TEST -> piece.test();
      };
    }
  }

  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "The model to measure.")
  private Path model;

  @Option(
      names = "--text",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text, plain or gzip'ed.")
  private Path text;

  @Option(
      names = "--part",
      paramLabel = "PART",
      defaultValue = "all",
      description =
          "all, or what lm train takes as train, valid or test part of the text (default: ${DEFAULT-VALUE}).")
  private Part part;

  @Option(
      names = "--split",
      paramLabel = "TRAIN,VALID[,PIECES]",
      converter = SplitConverter.class,
      defaultValue = "0.9,0.05",
      description = "As for lm train (default: ${DEFAULT-VALUE}).")
  private Split.Fractions split;

  @Option(
      names = "--skip-unknown",
      description = "Leave out characters that the model does not know.")
  private boolean skipUnknown;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      defaultValue = "f32",
      description = "How the weights are held: f32, bf16 or int8 (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(
      names = "--dynamic",
      paramLabel = "RATE",
      description =
          "Dynamic evaluation: the model goes on learning from the text at this rate, such as 0.0002, each symbol scored before it is learned; the model file stays as it is (default: off).")
  private Double dynamic;

  @Option(
      names = "--dynamic-steps",
      paramLabel = "STEPS",
      defaultValue = "20",
      description = "Symbols between two updates of --dynamic (default: ${DEFAULT-VALUE}).")
  private int dynamicSteps;

  /** What {@code --json} prints. */
  record Result(
      String model,
      String text,
      String precision,
      Dynamic dynamic,
      double nats,
      double bits,
      double perplexity,
      long symbols,
      int unknown) {}

  /** How the model learned from the text; null where it did not. */
  record Dynamic(double rate, int steps) {}

  @Override
  protected Object run(Console console) throws IOException {
    DynamicEvaluation.Config learning =
        dynamic == null ? null : checked(() -> new DynamicEvaluation.Config(dynamic, dynamicSteps));
    require(
        learning == null || precision == Precision.F32,
        "--dynamic: only weights in f32 can learn, actual --precision " + precision.label());
    String whole = TextFile.read(text);
    String read = Split.join(whole, ranges(whole));
    try (LanguageModel loaded = LanguageModel.load(model, Engine.backend(console))) {
      Vocabulary.Encoded encoded = loaded.vocabulary().encode(read);
      if (encoded.unknownCount() > 0 && !encoded.replaced() && !skipUnknown) {
        throw new UserException(unknown(loaded.vocabulary(), encoded, whole, read));
      }
      if (encoded.ids().length < 2) {
        throw new UserException(
            "%s, --part %s: expected at least 2 symbols that the model knows, actual %d"
                .formatted(text, part.name().toLowerCase(Locale.ROOT), encoded.ids().length));
      }
      console.narrate("reading %,d symbols, one by one".formatted(encoded.ids().length));
      LanguageModelEvaluator.Score score =
          learning == null
              ? LanguageModelEvaluator.exact(loaded, precision, encoded.ids(), done -> {})
              : learn(loaded, encoded.ids(), learning);
      var result =
          new Result(
              model.toString(),
              text.toString(),
              precision.label(),
              learning == null ? null : new Dynamic(learning.rate(), learning.steps()),
              score.natsPerSymbol(),
              score.bitsPerSymbol(),
              score.perplexity(),
              score.symbols(),
              encoded.unknownCount());
      console.print(
          "%.4f nats, %.4f bits per symbol, perplexity %.2f, over %,d symbols"
              .formatted(result.nats, result.bits, result.perplexity, result.symbols));
      if (learning != null) {
        console.print(
            "dynamic evaluation: learned from the text at rate %s, every %d symbols"
                .formatted(learning.rate(), learning.steps()));
      }
      if (result.unknown > 0) {
        console.print(
            "%,d symbols were beyond the vocabulary of %,d and %s"
                .formatted(
                    result.unknown,
                    loaded.vocabulary().size(),
                    encoded.replaced() ? "read as " + Vocabulary.UNKNOWN : "left out"));
      }
      return result;
    }
  }

  private static LanguageModelEvaluator.Score learn(
      LanguageModel model, int[] ids, DynamicEvaluation.Config learning) {
    try {
      return DynamicEvaluation.score(model, ids, learning, done -> {});
    } catch (DivergedException e) {
      throw new UserException(
          "%s.%nTake a smaller --dynamic than %s.".formatted(e.getMessage(), learning.rate()), e);
    }
  }

  /** Where the characters of the part stand in the whole text. */
  private List<Split.Range> ranges(String whole) {
    return split.cut(whole).stream().map(part::of).toList();
  }

  /** Where the character that is the {@code at}th of the part stands in the whole text. */
  private int place(String whole, int at) {
    int left = at;
    for (Split.Range range : ranges(whole)) {
      if (left < range.length()) {
        return range.from() + left;
      }
      left -= range.length();
    }
    throw new IndexOutOfBoundsException(at);
  }

  private String unknown(
      Vocabulary vocabulary, Vocabulary.Encoded encoded, String whole, String read) {
    String first = encoded.unknown().keySet().iterator().next();
    int at = place(whole, read.indexOf(first));
    long line = 1 + whole.substring(0, at).chars().filter(c -> c == '\n').count();
    return "%s: the model's vocabulary of %d has no '%s' (U+%04X, first on line %d); %d kinds of character, %d in all, are unknown.%nAdd --skip-unknown to leave them out, or train on a text that has them."
        .formatted(
            text,
            vocabulary.size(),
            first,
            first.codePointAt(0),
            line,
            encoded.unknown().size(),
            encoded.unknownCount());
  }
}
