package io.ciranda.samples.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/** Parses and runs a command line, and turns whatever happens into an exit code. */
public final class CommandRunner {
  private final CommandLine commands;

  /** Runs the commands below {@code root}, writing to standard output and standard error. */
  public CommandRunner(RootCommand root) {
    Errors errors = new Errors();
    commands =
        new CommandLine(root)
            .setParameterExceptionHandler(errors)
            .setExecutionExceptionHandler(errors)
            .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Writes to {@code out} and {@code err} instead of the standard streams. */
  public CommandRunner writingTo(PrintWriter out, PrintWriter err) {
    commands.setOut(out).setErr(err);
    return this;
  }

  /**
   * Runs the command that {@code arguments} name.
   *
   * @return 0 done, 1 failed, 2 wrong usage
   */
  public int run(String... arguments) {
    try {
      return commands.execute(arguments);
    } catch (Error e) {
      // picocli handles exceptions only; a full heap or a missing native library is told as
      // plainly.
      return Errors.tell(e, commands);
    }
  }
}
