package io.ciranda.samples.lm;

import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.model.MemoryEstimate;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.samples.text.Split;
import io.ciranda.samples.training.TrainingSession;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** One training of a language model, from texts to model, curve and summary. */
final class TrainingJob {
  private static final int NGRAM = 6;

  /** The n-gram model takes some 50 bytes of heap a character: beyond this text it is left out. */
  private static final int NGRAM_SYMBOLS = 20_000_000;

  /**
   * What a training came to; {@code NAME.summary.json}, and what {@code --json} prints.
   *
   * @param end why it ended
   * @param seconds of training and validation in this session
   * @param validNats the best validation, the text cut into lanes; null without one
   * @param test of the best model, the whole text in one piece; on the validation text where there
   *     is no test text; null after Ctrl-C
   * @param ngramNats of a 6-gram model on the same text; null for word models, very long texts, and
   *     after Ctrl-C
   */
  record Summary(
      List<String> command,
      String model,
      String configuration,
      String training,
      long weights,
      int vocabulary,
      LanguageModelTrainer.End end,
      long steps,
      int epochs,
      double seconds,
      double tokensPerSecond,
      Double validNats,
      Measure test,
      Double ngramNats,
      Environment environment) {}

  /** One measurement on a text. */
  record Measure(double nats, double bits, double perplexity, long symbols) {
    static Measure of(LanguageModelEvaluator.Score score) {
      return new Measure(
          score.natsPerSymbol(), score.bitsPerSymbol(), score.perplexity(), score.symbols());
    }
  }

  private final Console console;
  private final List<String> command;
  private final String title;
  private final ModelFiles files;
  private final Vocabulary vocabulary;
  private final int[] train;
  private final int[] valid;
  private final int[] test;

  /**
   * Encodes the texts.
   *
   * @param title what is trained on what, above the curve
   * @param vocabularyLimit at most this many symbols
   */
  TrainingJob(
      Console console,
      List<String> command,
      String title,
      ModelFiles files,
      Split texts,
      Vocabulary.Level level,
      int vocabularyLimit) {
    this.console = console;
    this.command = command;
    this.title = title;
    this.files = files;
    vocabulary = vocabulary(texts, level, vocabularyLimit);
    train = vocabulary.encode(texts.train()).ids();
    Vocabulary.Encoded validEncoded = vocabulary.encode(texts.valid());
    Vocabulary.Encoded testEncoded = vocabulary.encode(texts.test());
    valid = validEncoded.ids();
    test = testEncoded.ids();
    console.narrate(
        "%,d symbols to learn from, %,d to validate on, %,d for the test; vocabulary of %,d"
            .formatted(train.length, valid.length, test.length, vocabulary.size()));
    int unknown = validEncoded.unknownCount() + testEncoded.unknownCount();
    if (unknown > 0) {
      console.narrate(
          "%,d words of the validation and test texts are not in the vocabulary: read as %s"
              .formatted(unknown, Vocabulary.UNKNOWN));
    }
    if (valid.length < 2) {
      console.narrate("too little text to validate on: no early stopping, no best model");
    }
  }

  /**
   * Characters come from all texts, so that a rare letter of the test text does not stop the run;
   * words from the training text alone, as the literature counts perplexity.
   */
  private static Vocabulary vocabulary(Split texts, Vocabulary.Level level, int limit) {
    String source =
        level == Vocabulary.Level.CHAR
            ? texts.train() + texts.valid() + texts.test()
            : texts.train();
    return Vocabulary.of(level, source, limit);
  }

  private Double ngram() {
    int[] text = heldOut();
    boolean sensible =
        vocabulary.level() == Vocabulary.Level.CHAR
            && train.length >= NGRAM
            && train.length <= NGRAM_SYMBOLS
            && text.length > 1;
    return sensible ? NgramModel.train(train, NGRAM).meanNats(text) : null;
  }

  private int[] heldOut() {
    return test.length > 1 ? test : valid;
  }

  /** Trains, or goes on training, and reports. */
  Summary run(
      LanguageModel.Config modelConfig,
      double initRange,
      LanguageModelTrainer.Config config,
      TrainingSession.Options options)
      throws IOException {
    if (train.length <= config.batch()) {
      throw new UserException(
          "the training text has %,d symbols, too few for a batch of %,d.%nType --batch %d or less, or take a longer text."
              .formatted(train.length, config.batch(), Math.max(1, train.length - 1)));
    }
    Backend backend = Engine.backend(console);
    try (var model =
            LanguageModel.create(modelConfig, vocabulary, backend, config.seed(), initRange);
        var trainer = new LanguageModelTrainer(model, train, valid, config);
        var session = new TrainingSession(console, files, options)) {
      // With what is learned, another text of the same length is another run.
      String description =
          "%s, init range %s, vocabulary of %d, text %08x"
              .formatted(
                  modelConfig,
                  initRange,
                  vocabulary.size(),
                  Objects.hash(
                      vocabulary.symbols(), Arrays.hashCode(train), Arrays.hashCode(valid)));
      var run = new Run(trainer, description);
      session.resume(run);
      console.narrate(
          "%s, %,d weights, %d threads, about %,d MB off the heap, %s"
              .formatted(
                  describe(modelConfig),
                  model.parameters().count(),
                  config.threads(),
                  Math.ceilDiv(
                      MemoryEstimate.of(modelConfig, vocabulary.size(), config).bytes(), 1 << 20),
                  backend));
      return train(run, session);
    }
  }

  static String describe(LanguageModel.Config config) {
    return "%dx%d %s"
        .formatted(
            config.layers(), config.hidden(), config.cell().label().toUpperCase(Locale.ROOT));
  }

  private Summary train(Run run, TrainingSession session) throws IOException {
    TrainingSession.Result result = session.train(run);
    LanguageModelTrainer trainer = run.trainer;
    if (result.nothingToDo() && Files.exists(files.summary())) {
      Summary earlier = Json.read(files.summary(), Summary.class);
      if (earlier.end == run.end && earlier.steps == trainer.step() && earlier.test != null) {
        return earlier;
      }
    }
    boolean measures = !session.stopRequested();
    Summary summary =
        new Summary(
            command,
            files.model().toString(),
            trainer.model().config().toString(),
            trainer.config().toString(),
            trainer.model().parameters().count(),
            vocabulary.size(),
            run.end,
            trainer.step(),
            trainer.epoch(),
            result.seconds(),
            result.tokensPerSecond(),
            Double.isFinite(trainer.best()) ? trainer.best() : null,
            measures ? test(trainer.model().backend()) : null,
            measures ? ngram() : null,
            Environment.current());
    drawCurve(trainer, summary.ngramNats);
    Summaries.write(files.summary(), summary);
    if (!result.over()) {
      session.tellHowToGoOn(run);
    }
    return summary;
  }

  /**
   * The best model on the test text, or the validation text where there is no test text, in one
   * piece.
   */
  private Measure test(Backend backend) throws IOException {
    int[] text = heldOut();
    if (text.length < 2) {
      return null;
    }
    console.narrate("testing the best model on %,d symbols, one by one".formatted(text.length));
    try (LanguageModel best = LanguageModel.load(files.model(), backend)) {
      return Measure.of(LanguageModelEvaluator.exact(best, text, done -> {}));
    }
  }

  private void drawCurve(LanguageModelTrainer trainer, Double ngramNats) throws IOException {
    String symbol = vocabulary.level() == Vocabulary.Level.CHAR ? "character" : "word";
    var curve = new LossCurve(title, "nats per " + symbol);
    trainer.curves().training().forEach(point -> curve.training(point.step(), point.loss()));
    trainer.curves().validation().forEach(point -> curve.validation(point.step(), point.loss()));
    if (ngramNats != null) {
      curve.level(NGRAM + "-gram model", ngramNats);
    }
    curve.write(files.curve(), console);
  }

  /** The results for a person to read. */
  static void print(Console console, Summary summary, Path model) {
    if (summary.validNats() != null) {
      console.print("best validation  %.4f nats".formatted(summary.validNats()));
    }
    if (summary.test() != null) {
      Measure m = summary.test();
      console.print(
          "held-out text    %.4f nats, %.4f bits per symbol, perplexity %.2f, over %,d symbols"
              .formatted(m.nats(), m.bits(), m.perplexity(), m.symbols()));
    }
    if (summary.ngramNats() != null) {
      console.print(
          "6-gram model     %.4f nats, %.4f bits per symbol, on the same text"
              .formatted(summary.ngramNats(), summary.ngramNats() / Math.log(2)));
    }
    console.print("model            " + model);
  }

  /** The trainer as a session drives it. */
  private final class Run implements TrainingSession.Trainer {
    private final LanguageModelTrainer trainer;
    private final String description;
    private LanguageModelTrainer.End end;

    Run(LanguageModelTrainer trainer, String description) {
      this.trainer = trainer;
      this.description = description;
    }

    @Override
    public TrainingSession.Position position() {
      return new TrainingSession.Position(
          trainer.step(), trainer.totalSteps(), trainer.epoch(), trainer.best());
    }

    @Override
    public boolean run(BooleanSupplier stop, TrainingSession.Progress progress) throws IOException {
      end =
          trainer.run(
              stop,
              new LanguageModelTrainer.Listener() {
                @Override
                public void onStep(
                    LanguageModelTrainer trainer, double loss, double gradientNorm, double rate)
                    throws IOException {
                  progress.onStep(trainer.symbolsOfLastStep(), loss);
                }

                @Override
                public void onValidation(LanguageModelTrainer trainer, double nats, boolean best)
                    throws IOException {
                  progress.onValidation("%.4f nats".formatted(nats), best);
                }
              });
      return end != LanguageModelTrainer.End.INTERRUPTED;
    }

    @Override
    public void saveModel(Path file) throws IOException {
      trainer.result().save(file);
    }

    @Override
    public void saveCheckpoint(Path file) throws IOException {
      trainer.saveCheckpoint(file, description);
    }

    @Override
    public void resume(Path file) throws IOException {
      trainer.resume(file, description);
    }

    @Override
    public void drawCurve() throws IOException {
      TrainingJob.this.drawCurve(trainer, null);
    }
  }
}
