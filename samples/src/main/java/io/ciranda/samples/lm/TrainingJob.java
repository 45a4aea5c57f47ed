package io.ciranda.samples.lm;

import io.ciranda.kernel.Backend;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelEvaluator;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.report.TrainingProgress;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.samples.text.Split;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** One training of a language model, from texts to model, curve and summary. */
final class TrainingJob {
  private static final int NGRAM = 6;
  private static final long CHECKPOINT_NANOS = Duration.ofSeconds(60).toNanos();

  /**
   * What a training came to; {@code NAME.summary.json}, and what {@code --json} prints.
   *
   * @param end why it ended
   * @param seconds of training and validation in this session
   * @param validNats the best validation, the text cut into lanes; null without one
   * @param test of the best model, the whole text in one piece; null without a test text, or before the end
   * @param ngramNats of a 6-gram model on the test text (without one: on the validation text); null for word models
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
      return new Measure(score.natsPerSymbol(), score.bitsPerSymbol(), score.perplexity(), score.symbols());
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
  private final Double ngramNats;

  /**
   * Encodes the texts and measures the n-gram model on them.
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
      int vocabularyLimit)
      throws IOException {
    this.console = console;
    this.command = command;
    this.title = title;
    this.files = files;
    vocabulary = vocabulary(texts, level, vocabularyLimit);
    train = vocabulary.encode(texts.train()).ids();
    valid = vocabulary.encode(texts.valid()).ids();
    test = vocabulary.encode(texts.test()).ids();
    console.narrate(
        "%,d symbols to learn from, %,d to validate on, %,d for the test; vocabulary of %,d"
            .formatted(train.length, valid.length, test.length, vocabulary.size()));
    ngramNats = level == Vocabulary.Level.CHAR && train.length >= NGRAM ? ngram() : null;
  }

  /**
   * Characters come from all texts, so that a rare letter of the test text does not stop the run; words from the training
   * text alone, as the literature counts perplexity.
   */
  private static Vocabulary vocabulary(Split texts, Vocabulary.Level level, int limit) {
    String source =
        level == Vocabulary.Level.CHAR ? texts.train() + texts.valid() + texts.test() : texts.train();
    return Vocabulary.of(level, source, limit);
  }

  private Double ngram() {
    int[] text = heldOut();
    return text.length == 0 ? null : NgramModel.train(train, NGRAM).meanNats(text);
  }

  private int[] heldOut() {
    return test.length > 1 ? test : valid;
  }

  /**
   * Trains, or goes on training, and reports.
   *
   * @param resume go on from the checkpoint, where there is one
   * @param maxMinutes null for no limit
   * @param howToGoOn what to type after a stop before the end
   */
  Summary run(
      LanguageModel.Config modelConfig,
      double initRange,
      LanguageModelTrainer.Config config,
      boolean resume,
      Double maxMinutes,
      String howToGoOn)
      throws IOException {
    Path parent = files.model().toAbsolutePath().getParent();
    Files.createDirectories(parent);
    boolean resuming = resume && Files.exists(files.checkpoint());
    if (!resume && Files.exists(files.checkpoint())) {
      throw new UserException(
          "there is a checkpoint of an earlier run: %s%nAdd --resume to go on with it, name another --model, or delete it."
              .formatted(files.checkpoint()));
    }
    Backend backend = Backend.best();
    backend.advice().forEach(console::narrate);
    try (var model = LanguageModel.create(modelConfig, vocabulary, backend, config.seed(), initRange);
        var trainer = new LanguageModelTrainer(model, train, valid, config);
        var stop = new StopSignal()) {
      String description = "%s, init range %s, vocabulary of %d".formatted(modelConfig, initRange, vocabulary.size());
      if (resuming) {
        trainer.resume(files.checkpoint(), description);
        console.narrate("resumed %s at step %,d".formatted(files.checkpoint(), trainer.step()));
      }
      console.narrate(
          "%s, %,d weights, %d threads, %s"
              .formatted(describe(modelConfig), model.parameters().count(), config.threads(), backend));
      return train(trainer, description, stop, maxMinutes, howToGoOn);
    }
  }

  static String describe(LanguageModel.Config config) {
    return "%dx%d %s".formatted(config.layers(), config.hidden(), config.cell().label());
  }

  private Summary train(
      LanguageModelTrainer trainer, String description, StopSignal stop, Double maxMinutes, String howToGoOn)
      throws IOException {
    Duration limit =
        maxMinutes == null ? ChronoUnit.FOREVER.getDuration() : Duration.ofMillis((long) (maxMinutes * 60_000));
    long start = System.nanoTime();
    long firstStep = trainer.step();
    var watcher = new Watcher(trainer, description, start, limit);
    LanguageModelTrainer.End end;
    try (watcher) {
      end = trainer.run(() -> stop.requested() || watcher.timeIsUp(), watcher);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    trainer.saveCheckpoint(files.checkpoint(), description);
    if (!Files.exists(files.model())) {
      trainer.model().save(files.model());
    }
    boolean over = end != LanguageModelTrainer.End.INTERRUPTED;
    // After Ctrl-C the user waits for nothing but the checkpoint.
    Measure measured = stop.requested() ? null : test();
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
            measured,
            ngramNats,
            Environment.current());
    report(trainer, summary);
    if (!over) {
      console.narrate(
          "stopped at step %,d of %,d; %s"
              .formatted(trainer.step(), trainer.totalSteps(), howToGoOn));
    } else if (trainer.step() == firstStep) {
      console.narrate("the run was finished already");
    }
    return summary;
  }

  /** The best model on the test text, or the validation text where there is no test text, in one piece. */
  private Measure test() throws IOException {
    int[] text = heldOut();
    if (text.length < 2) {
      return null;
    }
    try (LanguageModel best = LanguageModel.load(files.model(), Backend.best())) {
      return Measure.of(LanguageModelEvaluator.exact(best, text, done -> {}));
    }
  }

  private void report(LanguageModelTrainer trainer, Summary summary) throws IOException {
    String symbol = vocabulary.level() == Vocabulary.Level.CHAR ? "character" : "word";
    var curve = new LossCurve(title, "nats per " + symbol);
    trainer.trainCurve().forEach(point -> curve.training(point.step(), point.natsPerSymbol()));
    trainer.validCurve().forEach(point -> curve.validation(point.step(), point.natsPerSymbol()));
    if (ngramNats != null) {
      curve.level(NGRAM + "-gram model", ngramNats);
    }
    curve.write(files.curve(), console);
    Summaries.write(files.summary(), summary);
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

  /** Shows how it goes, saves the best model, and a checkpoint every minute. */
  private final class Watcher implements LanguageModelTrainer.Listener, AutoCloseable {
    private final String description;
    private final long start;
    private final Duration limit;
    private final TrainingProgress progress;
    private long tokens;
    private long lastCheckpoint;

    Watcher(LanguageModelTrainer trainer, String description, long start, Duration limit) {
      this.description = description;
      this.start = start;
      this.limit = limit;
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
      if (System.nanoTime() - lastCheckpoint > CHECKPOINT_NANOS) {
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
