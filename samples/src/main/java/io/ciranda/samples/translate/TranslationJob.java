package io.ciranda.samples.translate;

import io.ciranda.kernel.Backend;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.Json;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.training.TrainingSession;
import io.ciranda.text.TextCodec;
import io.ciranda.translation.SentencePair;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.TranslationTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** One training of a translation model, from sentence pairs to model, curve and summary. */
final class TranslationJob {
  /**
   * What a training came to; {@code NAME.summary.json}, and what {@code --json} prints.
   *
   * @param pairs learned from
   * @param skipped pairs left out as too long
   * @param end why it ended
   * @param seconds of training and validation in this session
   * @param tokensPerSecond target symbols
   * @param valid the best validation; null without one
   */
  record Summary(
      List<String> command,
      String model,
      String configuration,
      String training,
      long weights,
      int sourceVocabulary,
      int targetVocabulary,
      int pairs,
      int skipped,
      TranslationTrainer.End end,
      long steps,
      int epochs,
      double seconds,
      double tokensPerSecond,
      Measure valid,
      Environment environment) {}

  /** One measurement, over target symbols. */
  record Measure(double nats, double perplexity) {
    static Measure of(double nats) {
      return new Measure(nats, Math.exp(nats));
    }

    @Override
    public String toString() {
      return "%.4f nats, perplexity %.2f".formatted(nats, perplexity);
    }
  }

  private final Console console;
  private final List<String> command;
  private final String title;
  private final ModelFiles files;
  private final CodecOptions.Codecs codecs;
  private final List<SentencePair> train;
  private final List<SentencePair> valid;

  /**
   * Encodes the texts.
   *
   * @param title what is trained on what, above the curve
   * @param valid may be empty
   */
  TranslationJob(
      Console console,
      List<String> command,
      String title,
      ModelFiles files,
      CodecOptions.Codecs codecs,
      ParallelText train,
      ParallelText valid) {
    this.console = console;
    this.command = command;
    this.title = title;
    this.files = files;
    this.codecs = codecs;
    this.train = encode(train);
    this.valid = encode(valid);
    console.narrate(
        "%,d pairs to learn from, %,d to validate on; vocabularies of %,d and %,d symbols, which lack %.2f %% and %.2f %% of the text"
            .formatted(
                this.train.size(),
                this.valid.size(),
                codecs.source().size(),
                codecs.target().size(),
                unknown(this.train.stream().map(SentencePair::source).toList()),
                unknown(this.train.stream().map(SentencePair::target).toList())));
    if (this.valid.isEmpty()) {
      console.narrate("nothing to validate on: no early stopping, the last model is kept");
    }
  }

  private List<SentencePair> encode(ParallelText text) {
    var pairs = new ArrayList<SentencePair>();
    for (int i = 0; i < text.size(); i++) {
      pairs.add(
          new SentencePair(
              codecs.source().encode(text.sources().get(i)),
              codecs.target().encode(text.targets().get(i))));
    }
    return pairs;
  }

  private static double unknown(List<int[]> sentences) {
    long symbols = sentences.stream().mapToLong(s -> s.length).sum();
    long unknown =
        sentences.stream()
            .flatMapToInt(Arrays::stream)
            .filter(id -> id == TextCodec.UNKNOWN_ID)
            .count();
    return 100.0 * unknown / symbols;
  }

  static String describe(TranslationModel.Config config) {
    return "%dx%d %s %s%s"
        .formatted(
            config.layers(),
            config.hidden(),
            config.cell().label().toUpperCase(Locale.ROOT),
            config.architecture().label(),
            config.refeedsContext() ? " with context" : "");
  }

  /** Trains, or goes on training, and reports. */
  Summary run(
      TranslationModel.Config modelConfig,
      TranslationTrainer.Config config,
      TrainingSession.Options options)
      throws IOException {
    Backend backend = Engine.backend(console);
    try (var model =
            TranslationModel.create(
                modelConfig, codecs.source(), codecs.target(), backend, config.seed());
        TranslationTrainer trainer = trainer(model, config);
        var session = new TrainingSession(console, files, options)) {
      // With what is learned, other pairs of the same number are another run.
      String description =
          "%s, vocabularies of %d and %d, pairs %08x"
              .formatted(modelConfig, codecs.source().size(), codecs.target().size(), hash());
      var run = new Run(trainer, description);
      session.resume(run);
      console.narrate(
          "%s, %,d weights, %d threads, %s"
              .formatted(
                  describe(modelConfig), model.parameters().count(), config.threads(), backend));
      if (trainer.skipped() > 0) {
        console.narrate(
            "%,d pairs with more than %d symbols on a side are left out; --max-length N keeps more"
                .formatted(trainer.skipped(), config.maxLength()));
      }
      return train(run, session);
    }
  }

  private TranslationTrainer trainer(TranslationModel model, TranslationTrainer.Config config) {
    try {
      return new TranslationTrainer(model, train, valid, config);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  private int hash() {
    int hash = codecs.source().symbols().hashCode() * 31 + codecs.target().symbols().hashCode();
    for (List<SentencePair> pairs : List.of(train, valid)) {
      for (SentencePair pair : pairs) {
        hash = 31 * hash + Arrays.hashCode(pair.source());
        hash = 31 * hash + Arrays.hashCode(pair.target());
      }
    }
    return hash;
  }

  private Summary train(Run run, TrainingSession session) throws IOException {
    TrainingSession.Result result = session.train(run);
    TranslationTrainer trainer = run.trainer;
    if (result.nothingToDo() && Files.exists(files.summary())) {
      Summary earlier = Json.read(files.summary(), Summary.class);
      if (earlier.end == run.end && earlier.steps == trainer.step()) {
        return earlier;
      }
    }
    TranslationModel model = trainer.model();
    Summary summary =
        new Summary(
            command,
            files.model().toString(),
            model.config().toString(),
            trainer.config().toString(),
            model.parameters().count(),
            codecs.source().size(),
            codecs.target().size(),
            train.size() - trainer.skipped(),
            trainer.skipped(),
            run.end,
            trainer.step(),
            trainer.epoch(),
            result.seconds(),
            result.tokensPerSecond(),
            Double.isFinite(trainer.best()) ? Measure.of(trainer.best()) : null,
            Environment.current());
    run.drawCurve();
    Summaries.write(files.summary(), summary);
    if (!result.over()) {
      session.tellHowToGoOn(run);
    }
    return summary;
  }

  /** The results for a person to read. */
  static void print(Console console, Summary summary) {
    if (summary.valid() != null) {
      console.print("best validation  " + summary.valid());
    }
    console.print("speed            %,.0f target symbols/s".formatted(summary.tokensPerSecond()));
    console.print("model            " + summary.model());
  }

  /** The trainer as a session drives it. */
  private final class Run implements TrainingSession.Trainer {
    private final TranslationTrainer trainer;
    private final String description;
    private TranslationTrainer.End end;

    Run(TranslationTrainer trainer, String description) {
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
              new TranslationTrainer.Listener() {
                @Override
                public void onStep(TranslationTrainer trainer, double loss, int targets)
                    throws IOException {
                  progress.onStep(targets, loss);
                }

                @Override
                public void onValidation(TranslationTrainer trainer, double nats, boolean best)
                    throws IOException {
                  progress.onValidation(Measure.of(nats).toString(), best);
                }
              });
      return end != TranslationTrainer.End.INTERRUPTED;
    }

    @Override
    public void saveModel(Path file) throws IOException {
      trainer.model().save(file);
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
      String symbol =
          codecs.target().level() == TextCodec.Level.CHAR
              ? "character"
              : codecs.target().level().name().toLowerCase(Locale.ROOT);
      var curve = new LossCurve(title, "nats per " + symbol);
      trainer.curves().training().forEach(point -> curve.training(point.step(), point.loss()));
      trainer.curves().validation().forEach(point -> curve.validation(point.step(), point.loss()));
      curve.write(files.curve(), console);
    }
  }
}
