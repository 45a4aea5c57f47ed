package io.ciranda.samples.translate;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.training.OutputOptions;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.TranslationTrainer;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda translate train}. */
@Command(
    name = "train",
    description = {
      "Learns to turn the lines of one file into those of another: any two sequences, not only languages.",
      "Leaves beside the model: a checkpoint to go on from, the loss curve, a summary. Ctrl-C finishes the step and saves."
    })
final class Train extends CirandaCommand {
  @Option(
      names = "--source",
      required = true,
      paramLabel = "FILE",
      description = "UTF-8 text, plain or gzip'ed, a sentence a line, to translate from.")
  private Path source;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "FILE",
      description = "The translations, line by line.")
  private Path target;

  @Option(
      names = "--valid-source",
      paramLabel = "FILE",
      description = "Sentences to validate on after each epoch; the best model is kept.")
  private Path validSource;

  @Option(
      names = "--valid-target",
      paramLabel = "FILE",
      description = "Their translations, line by line.")
  private Path validTarget;

  @Mixin private OutputOptions output;
  @Mixin private CodecOptions codec;
  @Mixin private ModelOptions model;
  @Mixin private TrainingOptions training;

  @Override
  protected Object run(Console console) throws IOException {
    // All options are looked at before anything is read.
    require(
        (validSource == null) == (validTarget == null),
        "--valid-source and --valid-target: expected both or none");
    CodecOptions.Learner learner = checked(codec::learner);
    TranslationModel.Config modelConfig = checked(model::config);
    TranslationTrainer.Config trainingConfig =
        checked(() -> training.config(learner.options().level()));
    ModelFiles files = output.prepare();
    ParallelText pairs = ParallelText.read(source, target);
    ParallelText validPairs =
        validSource == null ? ParallelText.NONE : ParallelText.read(validSource, validTarget);
    String title =
        "%s, %s to %s"
            .formatted(
                TranslationJob.describe(modelConfig), source.getFileName(), target.getFileName());
    var job = new TranslationJob(console, commandLine(), title, files, learner, pairs, validPairs);
    TranslationJob.Summary summary =
        job.run(modelConfig, trainingConfig, training.optimization().session(output.resume()));
    TranslationJob.print(console, summary);
    return summary;
  }
}
