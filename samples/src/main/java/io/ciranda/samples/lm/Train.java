package io.ciranda.samples.lm;

import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.text.Split;
import io.ciranda.samples.training.OutputOptions;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda lm train}. */
@Command(
    name = "train",
    description = {
      "Trains a recurrent language model by truncated backpropagation through time.",
      "Leaves beside the model: a checkpoint to go on from, the loss curve, a summary. Ctrl-C finishes the step and saves."
    })
final class Train extends CirandaCommand {
  @Mixin private TextOptions texts;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "char",
      description =
          "What the model reads and writes one by one. char: every character; word: whatever stands between blanks, and the end of a line (default: ${DEFAULT-VALUE}).")
  private Vocabulary.Level level;

  @Option(
      names = "--vocabulary",
      paramLabel = "V",
      description =
          "For --level word: keep the V most frequent words, read the others as <unk> (default: keep all).")
  private Integer vocabulary;

  @Mixin private OutputOptions output;
  @Mixin private ModelOptions model;
  @Mixin private TrainingOptions training;

  @Override
  protected Object run(Console console) throws IOException {
    // All options are looked at before anything is read.
    LanguageModel.Config modelConfig = checked(model::config);
    LanguageModelTrainer.Config trainingConfig = checked(training::config);
    require(
        vocabulary == null || level == Vocabulary.Level.WORD,
        "--vocabulary: only words are left out, actual --level char");
    require(
        vocabulary == null || vocabulary >= 2,
        "--vocabulary: expected at least 2, actual " + vocabulary);
    ModelFiles files = output.prepare();
    Split split = texts.read();
    String title =
        "%s on %s".formatted(TrainingJob.describe(modelConfig), texts.text.getFileName());
    var job =
        new TrainingJob(
            console,
            commandLine(),
            title,
            files,
            split,
            level,
            vocabulary == null ? Integer.MAX_VALUE : vocabulary);
    TrainingJob.Summary summary =
        job.run(
            modelConfig,
            model.initRange,
            trainingConfig,
            training.optimization.session(output.resume()));
    TrainingJob.print(console, summary, files.model());
    return summary;
  }
}
