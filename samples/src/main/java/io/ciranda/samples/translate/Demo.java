package io.ciranda.samples.translate;

import io.ciranda.kernel.UpdateRule;
import io.ciranda.nn.Cell;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.RunFolder;
import io.ciranda.samples.report.RunFolderOption;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.training.TrainingSession;
import io.ciranda.text.TextCodec;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import io.ciranda.translation.Architecture;
import io.ciranda.translation.Decoding;
import io.ciranda.translation.Translation;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.TranslationTrainer;
import io.ciranda.translation.Translator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda translate demo}. */
@Command(
    name = "demo",
    description = {
      "Learns to translate numbers in words and dates from English to French, with pairs that a library makes: no data is needed.",
      "Leaves model, loss curve, heat maps of the attention and results in a folder of its own."
    })
final class Demo extends CirandaCommand {
  private static final double CHECKPOINT_SECONDS = 60;
  private static final int BATCH = 64;
  private static final int MAX_LENGTH = 60;

  /** Shown, and drawn under these names. */
  private static final Map<String, String> DRAWN =
      Map.of(
          "number", "three hundred eighty-one thousand ninety-nine",
          "date", "Wednesday, August 31, 1994");

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      defaultValue = "2.5",
      description = "Stop training after this time at the latest (default: ${DEFAULT-VALUE}).")
  private double maxMinutes;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "6",
      description = "Passes over the pairs (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the pairs and the initial weights (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share a batch (default: the number of processors, at most 4).")
  private Integer threads;

  @Mixin private RunFolderOption out;

  /**
   * What {@code --json} prints, and {@code results.json}.
   *
   * @param numbers translated that were not learned from
   * @param dates likewise
   * @param examples sentences and what became of them
   */
  record Result(
      String folder,
      Exact numbers,
      Exact dates,
      Map<String, String> examples,
      TranslationJob.Summary training) {}

  /**
   * How many are translated right to the letter.
   *
   * @param wrong some of the others
   */
  record Exact(int sentences, int right, double percent, List<Miss> wrong) {
    private static final int SHOWN = 10;

    static Exact of(Translator translator, ParallelText text) {
      List<Translation> translations = translator.translate(text.sources());
      var wrong = new ArrayList<Miss>();
      for (int i = 0; i < text.size(); i++) {
        if (!translations.get(i).text().equals(text.targets().get(i))) {
          wrong.add(
              new Miss(text.sources().get(i), text.targets().get(i), translations.get(i).text()));
        }
      }
      int right = text.size() - wrong.size();
      return new Exact(
          text.size(),
          right,
          100.0 * right / text.size(),
          wrong.subList(0, Math.min(SHOWN, wrong.size())));
    }

    @Override
    public String toString() {
      return "%.1f %% of %,d exactly right, none of them learned from"
          .formatted(percent, sentences);
    }
  }

  /** A translation that is not right. */
  record Miss(String source, String expected, String actual) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(maxMinutes > 0, "--max-minutes: expected more than 0, actual " + maxMinutes);
    TranslationTrainer.Config trainingConfig = checked(this::training);
    var modelConfig = TranslationModel.Config.of(Architecture.ATTENTION, Cell.GRU, 64, 128, 0.1f);
    BuiltInPairs pairs = BuiltInPairs.of(seed);
    RunFolder folder = out.create("translate-demo");
    var job =
        new TranslationJob(
            console,
            commandLine(),
            "%s, numbers and dates from English to French"
                .formatted(TranslationJob.describe(modelConfig)),
            new ModelFiles(folder.model()),
            new CodecOptions.Learner(TextCodec.Options.of(TextCodec.Level.WORD), false)
                .learn(pairs.train()),
            pairs.train(),
            pairs.valid());
    var session =
        new TrainingSession.Options(
            false, maxMinutes, CHECKPOINT_SECONDS, "--max-minutes gives it more time");
    TranslationJob.Summary summary = job.run(modelConfig, trainingConfig, session);
    try (TranslationModel model = TranslationModel.load(folder.model(), Engine.backend());
        var translator =
            new Translator(model, Decoding.greedy(MAX_LENGTH), BATCH, trainingConfig.threads())) {
      Map<String, String> examples = examples(model, translator, folder, console);
      var result =
          new Result(
              folder.path().toString(),
              Exact.of(translator, pairs.numbers()),
              Exact.of(translator, pairs.dates()),
              examples,
              summary);
      Summaries.write(folder.path().resolve("results.json"), result);
      console.print("numbers          " + result.numbers);
      console.print("dates            " + result.dates);
      TranslationJob.print(console, summary);
      console.print("folder           " + folder.path().toAbsolutePath().normalize());
      return result;
    }
  }

  private Map<String, String> examples(
      TranslationModel model, Translator translator, RunFolder folder, Console console)
      throws IOException {
    var examples = new TreeMap<String, String>();
    for (Map.Entry<String, String> drawn : DRAWN.entrySet()) {
      Translation translation = translator.translate(drawn.getValue());
      examples.put(drawn.getValue(), translation.text());
      for (String format : List.of("svg", "png")) {
        Path file = folder.path().resolve("attention-%s.%s".formatted(drawn.getKey(), format));
        Alignment.of(model, translation).heatMap().write(file, console);
      }
    }
    examples.forEach((source, target) -> console.print("%s%n    %s".formatted(source, target)));
    return examples;
  }

  private TranslationTrainer.Config training() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new TranslationTrainer.Config(
        BATCH,
        epochs,
        new UpdateRule.Adam(0.9f, 0.999f, 1e-8f, 0, false),
        0.003,
        new Clipping.ByNorm(1),
        new Schedule.Cosine(100, 0),
        0,
        0,
        MAX_LENGTH,
        seed,
        threads == null ? Math.min(4, processors) : threads,
        0);
  }
}
