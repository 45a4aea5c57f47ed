package io.ciranda.samples.translate;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.training.OutputOptions;
import io.ciranda.translation.TranslationModel;
import io.ciranda.translation.TranslationTrainer;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ciranda translate train}. */
@Command(
    name = "train",
    description = {
      "Learns to turn the lines of one file into those of another: any two sequences, not only languages.",
      "Leaves beside the model: a checkpoint to go on from, the loss curve, a summary. Ctrl-C finishes the step and saves."
    })
final class Train extends CirandaCommand {
  @Mixin private PairOptions pairs;
  @Mixin private OutputOptions output;
  @Mixin private CodecOptions codec;
  @Mixin private ModelOptions model;
  @Mixin private TrainingOptions training;

  @Override
  protected Object run(Console console) throws IOException {
    // All options are looked at before anything is read.
    checked(pairs::check);
    CodecOptions.Learner learner = checked(codec::learner);
    TranslationModel.Config modelConfig = checked(model::config);
    TranslationTrainer.Config trainingConfig =
        checked(() -> training.config(learner.options().level()));
    ModelFiles files = output.prepare();
    ParallelText train = pairs.train(console);
    ParallelText valid = pairs.valid(console);
    String title = "%s, %s".formatted(TranslationJob.describe(modelConfig), pairs.title());
    var job =
        new TranslationJob(
            console, commandLine(), title, files, learner.learn(train), train, valid);
    TranslationJob.Summary summary =
        job.run(modelConfig, trainingConfig, training.optimization().session(output.resume()));
    TranslationJob.print(console, summary);
    return summary;
  }
}
