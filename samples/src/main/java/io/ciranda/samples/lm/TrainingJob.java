package io.ciranda.samples.lm;

import static java.util.stream.Collectors.joining;

import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.StopSignal;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.report.TrainingProgress;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.samples.text.Split;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.DivergedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** One training of a language model, from texts to model, curve and summary. */
final class TrainingJob {
  private static final int NGRAM = 6;

  /** The n-gram model takes some 50 bytes of heap a character: beyond this text it is left out. */
  private static final int NGRAM_SYMBOLS = 20_000_000;

  /**
   * How one session of a training goes. None of it changes what is learned.
   *
   * @param resume go on from the checkpoint, where there is one
   * @param maxMinutes null for no limit
   * @param checkpointSeconds between checkpoints; 0 for one after each step
   * @param howToGoOn what to type after a stop before the end
   */
  record Session(boolean resume, Double maxMinutes, double checkpointSeconds, String howToGoOn) {}

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
      Session session)
      throws IOException {
    if (train.length <= config.batch()) {
      throw new UserException(
          "the training text has %,d symbols, too few for a batch of %,d.%nType --batch %d or less, or take a longer text."
              .formatted(train.length, config.batch(), Math.max(1, train.length - 1)));
    }
    boolean resuming = session.resume && Files.exists(files.checkpoint());
    if (session.resume && !resuming) {
      console.narrate("no checkpoint %s: the training begins".formatted(files.checkpoint()));
    }
    Backend backend = Engine.backend(console);
    try (var model =
            LanguageModel.create(modelConfig, vocabulary, backend, config.seed(), initRange);
        var trainer = new LanguageModelTrainer(model, train, valid, config);
        var stop =
            new StopSignal(() -> console.narrate("stopping: the step is finished and saved"))) {
      // With what is learned, another text of the same length is another run.
      String description =
          "%s, init range %s, vocabulary of %d, text %08x"
              .formatted(
                  modelConfig,
                  initRange,
                  vocabulary.size(),
                  Objects.hash(
                      vocabulary.symbols(), Arrays.hashCode(train), Arrays.hashCode(valid)));
      if (resuming) {
        trainer.resume(files.checkpoint(), description);
        console.narrate("resumed %s at step %,d".formatted(files.checkpoint(), trainer.step()));
      }
      console.narrate(
          "%s, %,d weights, %d threads, about %,d MB off the heap, %s"
              .formatted(
                  describe(modelConfig),
                  model.parameters().count(),
                  config.threads(),
                  Math.ceilDiv(MemoryEstimate.bytes(model, config), 1 << 20),
                  backend));
      return train(trainer, description, stop, session);
    }
  }

  static String describe(LanguageModel.Config config) {
    return "%dx%d %s"
        .formatted(
            config.layers(), config.hidden(), config.cell().label().toUpperCase(Locale.ROOT));
  }

  private Summary train(
      LanguageModelTrainer trainer, String description, StopSignal stop, Session session)
      throws IOException {
    long start = System.nanoTime();
    long firstStep = trainer.step();
    var watcher = new Watcher(trainer, description, start, session);
    LanguageModelTrainer.End end;
    try (watcher) {
      end = trainer.run(() -> stop.requested() || watcher.timeIsUp(), watcher);
    } catch (DivergedException e) {
      throw diverged(trainer, e);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    boolean over = end != LanguageModelTrainer.End.INTERRUPTED;
    if (over && trainer.step() == firstStep) {
      console.narrate("the run was finished already");
      if (Files.exists(files.summary())) {
        Summary earlier = Json.read(files.summary(), Summary.class);
        if (earlier.end == end && earlier.steps == trainer.step() && earlier.test != null) {
          return earlier;
        }
      }
    }
    trainer.saveCheckpoint(files.checkpoint(), description);
    // Before the first validation the latest weights are the best.
    if (Double.isInfinite(trainer.best()) || !Files.exists(files.model())) {
      trainer.model().save(files.model());
    }
    // After Ctrl-C the user waits for nothing but the checkpoint.
    boolean measures = !stop.requested();
    Summary summary =
        new Summary(
            command,
            files.model().toString(),
            trainer.model().config().toString(),
            trainer.config().toString(),
            trainer.model().parameters().count(),
            vocabulary.size(),
            end,
            trainer.step(),
            trainer.epoch(),
            seconds,
            watcher.tokens / seconds,
            Double.isFinite(trainer.best()) ? trainer.best() : null,
            measures ? test(trainer.model().backend()) : null,
            measures ? ngram() : null,
            Environment.current());
    drawCurve(trainer, summary.ngramNats);
    Summaries.write(files.summary(), summary);
    if (!over) {
      console.narrate(
          "stopped at step %,d of %,d; %s"
              .formatted(trainer.step(), trainer.totalSteps(), session.howToGoOn));
    }
    return summary;
  }

  /** What there is of a run that cannot go on. */
  private UserException diverged(LanguageModelTrainer trainer, DivergedException e)
      throws IOException {
    drawCurve(trainer, null);
    String best =
        Double.isInfinite(trainer.best())
            ? ""
            : "the model of the best validation, " + files.model();
    String checkpoint =
        Files.exists(files.checkpoint()) ? "the last checkpoint, " + files.checkpoint() : "";
    String kept =
        Stream.of(best, checkpoint).filter(text -> !text.isEmpty()).collect(joining("; "));
    return new UserException(
        "%s.%nKept: %s. To train anew, name another --model or delete the checkpoint."
            .formatted(e.getMessage(), kept.isEmpty() ? "nothing yet" : kept),
        e);
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

  /** Shows how it goes, saves the best model, and checkpoints on the way. */
  private final class Watcher implements LanguageModelTrainer.Listener, AutoCloseable {
    private final String description;
    private final long start;
    private final Duration limit;
    private final double checkpointNanos;
    private final TrainingProgress progress;
    private long tokens;
    private long lastCheckpoint;

    Watcher(LanguageModelTrainer trainer, String description, long start, Session session) {
      this.description = description;
      this.start = start;
      limit =
          session.maxMinutes == null
              ? ChronoUnit.FOREVER.getDuration()
              : Duration.ofMillis((long) (session.maxMinutes * 60_000));
      checkpointNanos = session.checkpointSeconds * 1e9;
      lastCheckpoint = start;
      progress =
          TrainingProgress.start(console, "training", trainer.step(), trainer.totalSteps(), limit);
    }

    boolean timeIsUp() {
      return limit.compareTo(Duration.ofNanos(System.nanoTime() - start)) <= 0;
    }

    @Override
    public void onStep(LanguageModelTrainer trainer, double loss, double gradientNorm, double rate)
        throws IOException {
      tokens += trainer.symbolsOfLastStep();
      progress.step(trainer.step(), tokens, loss);
      if (System.nanoTime() - lastCheckpoint >= checkpointNanos) {
        trainer.saveCheckpoint(files.checkpoint(), description);
        lastCheckpoint = System.nanoTime();
      }
    }

    @Override
    public void onValidation(LanguageModelTrainer trainer, double nats, boolean best)
        throws IOException {
      progress.say(
          "epoch %d, step %,d: validation %.4f nats%s"
              .formatted(trainer.epoch(), trainer.step(), nats, best ? ", the best so far" : ""));
      if (best) {
        trainer.model().save(files.model());
      }
    }

    @Override
    public void close() {
      progress.close();
    }
  }
}
