package io.ciranda.samples.table;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda sequence evaluate}. */
@Command(
    name = "evaluate",
    description = {
      "Compares what a model tells with what is so.",
      "classify: accuracy, F1, the confusion matrix. tag: the same of rows, and F1 of entities where labels are B-TYPE, I-TYPE and O. forecast: MAE and RMSE, quantile loss and coverage, beside those of the last value and of the value a season before."
    })
final class Evaluate extends CirandaCommand {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "FILE",
      description = "A model of sequence train.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "CSV, plain or gzip'ed, with the columns that the model was trained on, in any order.")
  private Path data;

  @Option(
      names = "--from",
      paramLabel = "ROW",
      defaultValue = "0",
      description =
          "For forecast: the first row of each sequence, from 0, whose numbers are compared; those before are only read (default: ${DEFAULT-VALUE}).")
  private int from;

  @Option(
      names = "--season",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "For forecast: compare with the value N rows before as well, 24 for hours of days; the first N rows are then only read.")
  private int season;

  /**
   * What {@code --json} prints.
   *
   * @param unseen how many names training has not seen, by column
   */
  record Result(
      String model,
      String data,
      Task task,
      long rows,
      int sequences,
      Map<String, Long> unseen,
      Object metrics) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(from >= 0, "--from: expected 0 or more, actual " + from);
    require(season >= 0, "--season: expected 1 or more, actual " + season);
    Engine.backend(console);
    TableSchema schema = TableSchema.of(model);
    require(
        schema.task() == Task.FORECAST || (from == 0 && season == 0),
        "--from, --season: for forecast only, actual a model to " + schema.task().label());
    try (TaskModel loaded = TaskModel.load(model, schema)) {
      var unseen = new UnseenNames(loaded, schema);
      var rows = new RowReader(CsvSource.open(data), schema, true, unseen::count);
      List<Group> groups = Group.readAll(rows, schema.task(), false);
      unseen.tell(console);
      TaskModel measured =
          loaded instanceof ForecasterModel forecaster
              ? forecaster.measuredFrom(from, season)
              : loaded;
      TaskModel.Evaluation evaluation = measured.evaluate(groups);
      console.print(evaluation.text());
      return new Result(
          model.toString(),
          data.toString(),
          schema.task(),
          rows.rows(),
          groups.size(),
          unseen.byColumn(),
          evaluation.figures());
    }
  }
}
