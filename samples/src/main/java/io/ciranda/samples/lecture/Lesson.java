package io.ciranda.samples.lecture;

import io.ciranda.kernel.Backend;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Engine;
import io.ciranda.samples.report.Environment;
import io.ciranda.samples.report.LineChart;
import io.ciranda.samples.report.RunFolderOption;
import io.ciranda.samples.report.Summaries;
import io.ciranda.samples.report.TrainingProgress;
import io.ciranda.sequence.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** One run of an example: what it may use, and where it leaves what it found. */
public final class Lesson {
  /**
   * What {@code --json} prints and {@code summary.json} holds.
   *
   * @param example its name
   * @param commandLine as typed
   * @param data what was learned or measured on
   * @param seconds that it took
   * @param folder with pictures and numbers
   * @param pictures the names of the pictures and of other files to look at or to hear
   * @param figures in the order in which they were shown
   */
  public record Report(
      Environment environment,
      String example,
      List<String> commandLine,
      String data,
      double seconds,
      String folder,
      List<String> pictures,
      List<Figure> figures) {
    /** Copies the lists. */
    public Report {
      commandLine = List.copyOf(commandLine);
      pictures = List.copyOf(pictures);
      figures = List.copyOf(figures);
    }
  }

  private final String name;
  private final long seed;
  private final Console console;
  private final Backend backend;
  private final RunFolderOption out;
  private final long start = System.nanoTime();
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> pictures = new ArrayList<>();
  private String data = "";
  private Path folder; // null until something is known to be done

  Lesson(String name, long seed, RunFolderOption out, Console console) {
    this.name = name;
    this.seed = seed;
    this.out = out;
    this.console = console;
    backend = Engine.backend(console);
  }

  private Path folder() {
    if (folder == null) {
      folder = out.create(name).path();
    }
    return folder;
  }

  /** Decides all that is random. */
  public long seed() {
    return seed;
  }

  /** Who does the arithmetic. */
  public Backend backend() {
    return backend;
  }

  /**
   * Says what the example works on: a file, a text that comes with the program, made-up numbers.
   * The folder of the run is made: a wrong option should be told before, a long work come after.
   */
  public void data(String description) {
    folder();
    data = description;
    console.print("data: " + description);
  }

  /** A text that belongs to the result, such as a truth table. */
  public void print(String text) {
    console.print(text);
  }

  /** How it goes; not shown under {@code --quiet}. */
  public void narrate(String line) {
    console.narrate(line);
  }

  /**
   * Narrates each epoch of a training: its losses, and how long it took.
   *
   * @param unit of a loss, such as "nats a review"
   */
  public TrainingListener epochs(String unit) {
    return epoch -> {
      boolean isValidated = !Double.isNaN(epoch.validLoss());
      narrate(
          "epoch %d of %d: %.4f %s%s (%.1f s)"
              .formatted(
                  epoch.number(),
                  epoch.of(),
                  epoch.trainLoss(),
                  unit,
                  isValidated ? ", validation %.4f".formatted(epoch.validLoss()) : "",
                  epoch.seconds()));
    };
  }

  /** Begins to show a training that takes minutes: speed, loss and the time left. */
  public TrainingProgress progress(String task, long steps) {
    return progress(task, 0, steps);
  }

  /** The same for a training that goes on: {@code done} of its steps were before. */
  public TrainingProgress progress(String task, long done, long steps) {
    return TrainingProgress.start(console, task, done, steps, ChronoUnit.FOREVER.getDuration());
  }

  /** Adds a line to the table of results. */
  public void show(Figure figure) {
    figures.add(figure);
  }

  /** Leaves a chart and its numbers in the folder of the run. */
  public void picture(String file, LineChart chart) throws IOException {
    chart.write(folder().resolve(file), console);
    pictures.add(file + ".png");
  }

  /** Leaves a drawing in the folder of the run. */
  public void picture(String file, Svg drawing) throws IOException {
    Files.writeString(folder().resolve(file + ".svg"), drawing.text());
    pictures.add(file + ".svg");
  }

  /** The place of a file of another kind in the folder of the run. */
  public Path file(String file) {
    pictures.add(file);
    return folder().resolve(file);
  }

  /** The table of results; then all of it as a summary in the folder. */
  Report finish(List<String> commandLine) throws IOException {
    int width = figures.stream().mapToInt(figure -> figure.name().length()).max().orElse(0);
    figures.forEach(figure -> console.print(figure.line(width)));
    var report =
        new Report(
            Environment.current(),
            name,
            commandLine,
            data,
            (System.nanoTime() - start) / 1e9,
            folder().toString(),
            pictures,
            figures);
    Summaries.write(folder().resolve("summary.json"), report);
    console.print(
        "%sthe numbers are in %s (%.0f s)"
            .formatted(
                pictures.isEmpty() ? "" : String.join(", ", pictures) + " and ",
                folder(),
                report.seconds));
    return report;
  }
}
