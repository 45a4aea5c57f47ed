package io.ciranda.samples.lm;

import io.ciranda.model.LanguageModel;
import io.ciranda.model.LanguageModelTrainer;
import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.text.Split;
import io.ciranda.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda lm train}. */
@Command(
    name = "train",
    description = {
      "Trains a recurrent language model by truncated backpropagation through time.",
      "Leaves beside the model: a checkpoint to go on from, the loss curve, a summary. Ctrl-C stops after the step and saves."
    })
final class Train extends CirandaCommand {
  @Mixin private TextOptions texts;
  @Mixin private ModelOptions model;
  @Mixin private TrainingOptions training;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "char",
      description = "A symbol is a char or a word (default: ${DEFAULT-VALUE}).")
  private Vocabulary.Level level;

  @Option(
      names = "--vocabulary",
      paramLabel = "V",
      defaultValue = "1000000",
      description = "At most so many words, the most frequent; the others are <unk>.")
  private int vocabulary;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "OUT",
      description = "The model file to write, such as war-and-peace.safetensors.")
  private Path out;

  @Option(names = "--resume", description = "Go on from the checkpoint beside the model, if there is one.")
  private boolean resume;

  @Override
  protected Object run(Console console) throws IOException {
    // All options are looked at before anything is read.
    LanguageModel.Config modelConfig = checked(model::config);
    LanguageModelTrainer.Config trainingConfig = checked(training::config);
    require(
        training.maxMinutes == null || training.maxMinutes > 0,
        "--max-minutes: expected more than 0, actual " + training.maxMinutes);
    Split split = texts.read();
    String title = "%s on %s".formatted(TrainingJob.describe(modelConfig), texts.text.getFileName());
    var job =
        new TrainingJob(console, commandLine(), title, new ModelFiles(out), split, level, vocabulary);
    TrainingJob.Summary summary =
        job.run(modelConfig, model.initRange, trainingConfig, resume, training.maxMinutes, "the same command with --resume goes on");
    TrainingJob.print(console, summary, out);
    return summary;
  }
}
