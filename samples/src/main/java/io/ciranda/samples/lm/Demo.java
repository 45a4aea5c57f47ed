package io.ciranda.samples.lm;

import io.ciranda.infer.Sampling;
import io.ciranda.kernel.UpdateRule;
import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.nn.Cell;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.RunFolder;
import io.ciranda.samples.report.RunFolderOption;
import io.ciranda.samples.text.BuiltInText;
import io.ciranda.samples.text.Split;
import io.ciranda.samples.training.TrainingSession;
import io.ciranda.text.Vocabulary;
import io.ciranda.train.Clipping;
import io.ciranda.train.Schedule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda demo}: the main job, a character LSTM that learns to write in about a minute. */
@Command(
    name = "demo",
    description = {
      "Trains a character LSTM on a text that ships with the program, compares it with a 6-gram model, and lets it write.",
      "Leaves model, loss curve, sample and summary in a folder of its own."
    })
public final class Demo extends CirandaCommand {
  private static final Split.Fractions FRACTIONS = new Split.Fractions(0.9, 0.1);
  private static final int SAMPLE_LENGTH = 600;
  private static final double CHECKPOINT_SECONDS = 60;

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      defaultValue = "1.5",
      description = "Stop training after this time at the latest (default: ${DEFAULT-VALUE}).")
  private double maxMinutes;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Passes over the text; five take about a minute on two fast cores (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the initial weights and the sample (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private RunFolderOption out;

  /** What {@code --json} prints. */
  record Result(String text, String folder, String sample, TrainingJob.Summary training) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(maxMinutes > 0, "--max-minutes: expected more than 0, actual " + maxMinutes);
    var modelConfig = new LanguageModel.Config(Cell.LSTM, 128, 128, 2, false, 0);
    LanguageModelTrainer.Config trainingConfig = checked(this::training);
    BuiltInText corpus = BuiltInText.europarlEnglish();
    console.narrate(
        "text: %s, %,d characters".formatted(corpus.provenance(), corpus.text().length()));

    RunFolder folder = out.create("demo");
    Split texts = Split.of(corpus.text(), FRACTIONS);
    String title = TrainingJob.describe(modelConfig) + " on European Parliament speeches";
    var job =
        new TrainingJob(
            console,
            commandLine(),
            title,
            new ModelFiles(folder.model()),
            texts,
            Vocabulary.Level.CHAR,
            Integer.MAX_VALUE);
    var session =
        new TrainingSession.Options(
            false, maxMinutes, CHECKPOINT_SECONDS, "--max-minutes gives it more time");
    TrainingJob.Summary summary = job.run(modelConfig, 0, trainingConfig, session);

    String sample = sample(folder.model());
    Files.writeString(folder.path().resolve("sample.txt"), sample + "\n");
    console.print("The model writes:\n\n" + sample.indent(4));
    TrainingJob.print(console, summary, folder.model());
    console.print("folder           " + folder.path().toAbsolutePath().normalize());
    return new Result(corpus.provenance(), folder.path().toString(), sample, summary);
  }

  private LanguageModelTrainer.Config training() {
    int processors = Runtime.getRuntime().availableProcessors();
    return new LanguageModelTrainer.Config(
        32,
        64,
        epochs,
        UpdateRule.Adam.standard(),
        0.005,
        new Clipping.ByNorm(5),
        new Schedule.Cosine(100, 0),
        seed,
        Math.min(4, processors),
        0,
        0);
  }

  private String sample(Path model) throws IOException {
    try (LanguageModel best = LanguageModel.load(model, Engine.backend())) {
      return Sample.write(best, null, SAMPLE_LENGTH, new Sampling(0.7, 0, 1), seed).strip();
    }
  }
}
