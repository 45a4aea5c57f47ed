package io.ciranda.samples.lecture;

import io.ciranda.samples.cli.CirandaCommand;
import io.ciranda.samples.cli.Console;
import io.ciranda.samples.cli.Missed;
import io.ciranda.samples.report.RunFolderOption;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One example of the lecture. It is a command with a name, a description and options of its own,
 * and is named in {@link Examples}; with its defaults it takes two minutes at most on two cores.
 */
public abstract class LectureExample extends CirandaCommand {
  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Decides all that is random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private RunFolderOption out;

  /** How long it takes with its defaults on two cores, about. */
  public abstract int seconds();

  /** Does what the example is about; figures and pictures go to {@code lesson}. */
  protected abstract void run(Lesson lesson) throws Exception;

  @Override
  protected final Object run(Console console) throws Exception {
    String name = getClass().getAnnotation(Command.class).name();
    var lesson = new Lesson(name, seed, out, console);
    run(lesson);
    Lesson.Report report = lesson.finish(commandLine());
    List<Figure> missed = report.figures().stream().filter(f -> !f.holds()).toList();
    if (!missed.isEmpty()) {
      return new Missed(
          report,
          "what must hold was missed: %s%nEverything is in %s."
              .formatted(
                  missed.stream().map(Figure::name).collect(Collectors.joining("; ")),
                  report.folder()));
    }
    return report;
  }
}
