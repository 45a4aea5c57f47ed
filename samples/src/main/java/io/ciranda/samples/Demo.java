package io.ciranda.samples;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LossCurve;
import io.ciranda.samples.report.RunFolder;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.text.BuiltInText;
import io.ciranda.samples.text.NgramModel;
import io.ciranda.samples.text.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ciranda demo}: the main job, a character LSTM that learns to write in about a minute. */
@Command(
    name = "demo",
    description = {
      "Trains a character LSTM on a text that ships with the program, compares it with a 6-gram model, and lets it write.",
      "Leaves model, loss curve and summary in a folder of its own."
    })
public final class Demo extends CirandaCommand {
  private static final int NGRAM = 6;
  private static final double TRAIN_FRACTION = 0.9;

  @Option(
      names = "--max-minutes",
      paramLabel = "MINUTES",
      defaultValue = "1",
      description = "Stop training after this time (default: ${DEFAULT-VALUE}).")
  private double maxMinutes;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description =
          "Of the initial weights, the dropout and the sample (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = ".",
      description = "Where the folder of this run is made (default: here).")
  private Path out;

  /** What {@code --json} prints and {@code summary.json} holds. */
  record Summary(
      List<String> command,
      long seed,
      String text,
      double baselineNats,
      String folder,
      Environment environment) {}

  @Override
  protected Object run(Console console) throws IOException {
    require(maxMinutes > 0, "--max-minutes: expected more than 0, got " + maxMinutes);
    RunFolder folder = RunFolder.create(out, "demo", LocalDateTime.now(ZoneId.systemDefault()));
    BuiltInText corpus = BuiltInText.europarlEnglish();
    Split split = Split.of(corpus.text(), TRAIN_FRACTION, 1 - TRAIN_FRACTION);
    console.narrate(
        "Text: %s, %,d characters.".formatted(corpus.provenance(), corpus.text().length()));

    int[] train = split.train().codePoints().toArray();
    int[] valid = split.valid().codePoints().toArray();
    NgramModel baseline = NgramModel.train(train, NGRAM);
    double baselineNats = baseline.meanNats(valid);

    LossCurve curve =
        new LossCurve("Character LSTM on European Parliament speeches", "nats per character");
    curve.level(baseline.order() + "-gram model", baselineNats);

    // SEAM: the lead trains here for maxMinutes with seed, into folder.model().

    curve.write(folder.path().resolve("model.loss"), console);
    Summary summary =
        new Summary(
            commandLine(),
            seed,
            corpus.provenance(),
            baselineNats,
            folder.path().toString(),
            Environment.current());
    Summaries.write(folder.path().resolve("model.summary.json"), summary);

    console.print(
        "%d-gram model: %.3f nats, %.3f bits per character"
            .formatted(baseline.order(), baselineNats, baselineNats / Math.log(2)));
    console.print("Run folder: " + folder.path().toAbsolutePath().normalize());
    return summary;
  }
}
