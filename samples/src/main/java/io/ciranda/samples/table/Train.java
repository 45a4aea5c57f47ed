package io.ciranda.samples.table;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.cli.StopSignal;
import io.ciranda.samples.cli.UserException;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.ModelFiles;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.training.OutputOptions;
import io.ciranda.sequence.Estimate;
import io.ciranda.sequence.SequenceOptions;
import io.ciranda.sequence.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ciranda sequence train}. */
@Command(
    name = "train",
    description = {
      "Trains a model on sequences that are rows of a CSV file.",
      "Numbers are standardised, missing ones marked, names embedded; the model keeps how, and which columns. Leaves beside the model: the loss curve, a summary. Ctrl-C ends training and saves the best so far; a training that was interrupted, however, goes on with --resume."
    })
final class Train extends CirandaCommand {
  @Mixin private TableOptions table;

  @Option(
      names = "--valid",
      paramLabel = "FILE",
      description =
          "CSV with the same columns to tell the best epoch, instead of a part of the data; not for forecast.")
  private Path valid;

  @Mixin private OutputOptions out;
  @Mixin private TrainingOptions training;

  /**
   * What a training came to; {@code NAME.summary.json}, and what {@code --json} prints.
   *
   * @param epochs that were run
   * @param best the epoch whose weights were kept
   * @param loss of the best epoch: nats for labels, squared error or quantile loss in standard
   *     deviations for numbers
   * @param validLoss of the best epoch; null without validation
   * @param stopped whether it was ended by Ctrl-C
   * @param validMetrics on the rows of {@code --valid}; null without
   */
  record Summary(
      List<String> command,
      String model,
      String data,
      TableSchema table,
      String training,
      long rows,
      int sequences,
      Estimate estimate,
      int epochs,
      int best,
      double loss,
      Double validLoss,
      boolean stopped,
      double seconds,
      Object validMetrics,
      Environment environment) {}

  @Override
  protected Object run(Console console) throws IOException {
    SequenceOptions options =
        checked(
            () -> {
              table.check();
              return training.options(table.task);
            });
    require(
        valid == null || table.task != Task.FORECAST,
        "--valid: a forecast is validated on the end of each sequence, see --validation");
    ModelFiles files = out.prepare();
    boolean resuming = Files.exists(files.checkpoint());
    if (out.resume()) {
      console.narrate(
          resuming
              ? "goes on from " + files.checkpoint()
              : "no checkpoint %s: the training begins".formatted(files.checkpoint()));
    }
    Engine.backend(console);
    TableSchema schema = table.learn(console);
    List<Group> examples = read(table.data, schema);
    List<Group> others = valid == null ? null : read(valid, schema);
    console.narrate(
        "%,d rows in %,d sequences; numbers: %s; names: %s"
            .formatted(
                Group.rows(examples),
                examples.size(),
                some(schema.features(true)),
                some(schema.features(false))));
    Estimate estimate =
        ofExamples(
            () ->
                TaskModel.estimate(
                    schema, examples, valid == null, options.withListener(new Silence())));
    console.narrate("estimate: " + estimate);
    try (var stop = new StopSignal(() -> console.narrate("stopping: the best so far is saved"))) {
      var watch = new TrainingWatch(console, training.epochs(), estimate.stepsPerEpoch(), stop);
      SequenceOptions watched = options.withListener(watch).withCheckpoint(files.checkpoint());
      try (TaskModel model = fit(schema, examples, others, watched, watch)) {
        model.save(files.model(), schema);
        TaskModel.Evaluation evaluation = others == null ? null : model.evaluate(others);
        var summary =
            new Summary(
                commandLine(),
                files.model().toString(),
                table.data.toString(),
                schema,
                options.toString(),
                Group.rows(examples),
                examples.size(),
                estimate,
                watch.epochs(),
                watch.best().number(),
                watch.best().trainLoss(),
                Double.isNaN(watch.best().validLoss()) ? null : watch.best().validLoss(),
                stop.requested(),
                watch.seconds(),
                evaluation == null ? null : evaluation.figures(),
                Environment.current());
        Summaries.write(files.summary(), summary);
        String title =
            "%s: %s of %s"
                .formatted(
                    table.task.label(),
                    String.join(", ", schema.labels()),
                    table.data.getFileName());
        watch.curve(title, unit(schema)).write(files.curve(), console);
        print(console, summary, evaluation);
        if (summary.stopped) {
          console.narrate(
              Files.exists(files.checkpoint())
                  ? "the same command with --resume goes on"
                  : "no epoch was finished: there is nothing to go on from");
        } else {
          Files.deleteIfExists(files.checkpoint());
        }
        return summary;
      }
    }
  }

  private TaskModel fit(
      TableSchema schema,
      List<Group> examples,
      List<Group> others,
      SequenceOptions options,
      TrainingWatch watch)
      throws IOException {
    try (watch) {
      return ofExamples(() -> TaskModel.fit(schema, examples, others, options));
    }
  }

  private static List<Group> read(Path file, TableSchema schema) throws IOException {
    return Group.readAll(
        new RowReader(CsvSource.open(file), schema, true, names -> {}), schema.task(), false);
  }

  private static String some(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** What the engine says of examples it cannot learn from is the user's to mend. */
  private <T> T ofExamples(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new UserException("%s: %s".formatted(table.data, e.getMessage()), e);
    }
  }

  private static String unit(TableSchema schema) {
    if (schema.task() != Task.FORECAST) {
      return "nats per label";
    }
    return schema.quantiles().isEmpty()
        ? "squared error, standardised"
        : "quantile loss, standardised";
  }

  private static void print(Console console, Summary summary, TaskModel.Evaluation evaluation) {
    console.print(
        "best of %d epochs  %d, loss %.4f%s"
            .formatted(
                summary.epochs,
                summary.best,
                summary.loss,
                summary.validLoss == null ? "" : ", validation %.4f".formatted(summary.validLoss)));
    if (evaluation != null) {
      console.print(evaluation.text());
    }
    console.print("model             " + summary.model);
  }

  /** The estimate's listener: training says the same again. */
  private static final class Silence implements TrainingListener {
    @Override
    public void onEpoch(Epoch epoch) {}

    @Override
    public void onWarning(String sentence) {}
  }
}
